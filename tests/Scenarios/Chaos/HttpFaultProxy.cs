using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace CleanSync.Scenarios.Chaos;

/// <summary>A write that was forwarded: who sent it, what it says, from when to when the other side had it.</summary>
/// <param name="Node">The node that sent it.</param>
/// <param name="Path">The path.</param>
/// <param name="Body">The body.</param>
/// <param name="Start">When it was forwarded.</param>
/// <param name="End">When the answer was there.</param>
internal sealed record ForwardedWrite(int Node, string Path, byte[] Body, DateTimeOffset Start, DateTimeOffset End);

/// <summary>
/// Stands in front of a side and does to requests what networks, proxies and servers do. Requests are read to their end before they are
/// forwarded, and answers before they are handed on: whoever is killed meanwhile, the other side is done with it.
/// </summary>
internal sealed class HttpFaultProxy : IAsyncDisposable
{
    private static readonly TimeSpan LongestHold = TimeSpan.FromMilliseconds(400);
    private static readonly HashSet<string> NotForwarded = new(
        ["Host", "Connection", "Transfer-Encoding", "Content-Length", "Keep-Alive", "Expect"],
        StringComparer.OrdinalIgnoreCase
    );

    private readonly Uri _upstream;
    private readonly double _rate;
    private readonly Dice _dice;
    private readonly Func<Random, HttpRequest, HttpFault> _draw;
    private readonly WebApplication _app;
    private readonly HttpClient _http = new(
        new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            UseProxy = false,
        }
    );
    private readonly ConcurrentQueue<ForwardedWrite> _writes = new();
    private readonly ConcurrentDictionary<string, int> _faults = new();
    private readonly ConcurrentQueue<TaskCompletionSource> _held = new();
    private Uri[] _urls = [];
    private int _inFlight;

    private HttpFaultProxy(
        Uri upstream,
        double rate,
        Dice dice,
        Func<Random, HttpRequest, HttpFault> draw,
        WebApplication app
    )
    {
        (_upstream, _rate, _dice, _draw, _app) = (upstream, rate, dice, draw, app);
        app.Run(Serve);
    }

    /// <summary>Whether nothing happens to requests any more.</summary>
    public bool IsCalm { get; set; }

    /// <summary>Whether the side is down.</summary>
    public bool IsDown { get; set; }

    /// <summary>How many requests are forwarded and not yet answered.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>The writes that were forwarded.</summary>
    public IReadOnlyCollection<ForwardedWrite> Writes => _writes;

    /// <summary>How often which fault was done.</summary>
    public IReadOnlyDictionary<string, int> Faults => _faults;

    /// <summary>The address for a node: each has one of its own, which tells them apart.</summary>
    public Uri Url(int node) => _urls[node];

    /// <param name="upstream">The side.</param>
    /// <param name="nodes">How many nodes will call.</param>
    /// <param name="rate">The share of requests that something happens to, 0 to 1.</param>
    /// <param name="dice">The draws.</param>
    /// <param name="draw">What may happen.</param>
    public static async Task<HttpFaultProxy> Start(
        Uri upstream,
        int nodes,
        double rate,
        Dice dice,
        Func<Random, HttpRequest, HttpFault> draw
    )
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(options =>
            {
                options.AddServerHeader = false;
                for (var node = 0; node < nodes; node++)
                    options.Listen(IPAddress.Loopback, 0);
            });
        var proxy = new HttpFaultProxy(upstream, rate, dice, draw, builder.Build());
        await proxy._app.StartAsync();
        proxy._urls = [.. proxy._app.Urls.Select(url => new Uri(url))];
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task Serve(HttpContext context)
    {
        using var read = new MemoryStream();
        await context.Request.Body.CopyToAsync(read, context.RequestAborted);
        var body = read.ToArray();
        var random = _dice.Next();
        var fault =
            IsCalm ? null
            : IsDown ? HttpFault.Outage(random)
            : random.NextDouble() < _rate ? _draw(random, context.Request)
            : null;
        if (fault is not null)
            _faults.AddOrUpdate(fault.Name, 1, (_, count) => count + 1);
        await Serve(context, body, fault, random);
        while (fault is not HttpFault.Reorder && _held.TryDequeue(out var held))
            held.TrySetResult();
    }

    private async Task Serve(HttpContext context, byte[] body, HttpFault? fault, Random random)
    {
        switch (fault)
        {
            case HttpFault.Delay delay:
                await Task.Delay(delay.Before, TimeProvider.System);
                var late = await Forward(context, body);
                await Task.Delay(delay.After, TimeProvider.System);
                await Answer(context, late);
                return;
            case HttpFault.Reorder:
                var held = new TaskCompletionSource();
                _held.Enqueue(held);
                await Task.WhenAny(held.Task, Task.Delay(LongestHold, TimeProvider.System));
                await Answer(context, await Forward(context, body));
                return;
            case HttpFault.Drop drop:
                if (drop.Forwarded)
                    await Forward(context, body);
                context.Abort();
                return;
            case HttpFault.Truncate truncate:
                var whole = await Forward(context, body);
                await Answer(context, whole with { Body = whole.Body[..(whole.Body.Length / 2)] }, truncate.Aborted);
                return;
            case HttpFault.Twice:
                await Answer(context, await Forward(context, body, times: 2));
                return;
            case HttpFault.Answer answer:
                if (answer.Forwarded)
                    await Forward(context, body);
                await Answer(context, answer);
                return;
            case HttpFault.Change change:
                var plain = await Forward(context, body);
                await Answer(
                    context,
                    plain.Status == 200 ? plain with { Body = change.Rewrite(random, plain.Body) } : plain
                );
                return;
            default:
                await Answer(context, await Forward(context, body));
                return;
        }
    }

    private async Task<Forwarded> Forward(HttpContext context, byte[] body, int times = 1)
    {
        // Whoever sent it is gone before it went out: it stays where it was.
        context.RequestAborted.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _inFlight);
        var start = TimeProvider.System.GetUtcNow();
        try
        {
            var answer = await Exchange(context.Request, body);
            while (--times > 0)
                answer = await Exchange(context.Request, body);
            return answer;
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
            if (HttpMethods.IsPost(context.Request.Method))
                _writes.Enqueue(
                    new ForwardedWrite(
                        Array.FindIndex(_urls, url => url.Port == context.Connection.LocalPort),
                        context.Request.GetEncodedPathAndQuery(),
                        body,
                        start,
                        TimeProvider.System.GetUtcNow()
                    )
                );
        }
    }

    private async Task<Forwarded> Exchange(HttpRequest request, byte[] body)
    {
        using var forward = new HttpRequestMessage(
            new HttpMethod(request.Method),
            new Uri(_upstream, request.GetEncodedPathAndQuery())
        );
        if (!HttpMethods.IsGet(request.Method))
            forward.Content = new ByteArrayContent(body);
        foreach (var (name, values) in request.Headers.Where(header => !NotForwarded.Contains(header.Key)))
        {
            if (!forward.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                forward.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
        // Not the caller's token: a side goes on when a caller has gone.
        using var answer = await _http.SendAsync(forward);
        return new Forwarded(
            (int)answer.StatusCode,
            [
                .. answer
                    .Headers.Concat(answer.Content.Headers)
                    .Where(header => !NotForwarded.Contains(header.Key))
                    .SelectMany(header => header.Value.Select(value => KeyValuePair.Create(header.Key, value))),
            ],
            await answer.Content.ReadAsByteArrayAsync()
        );
    }

    private static async Task Answer(HttpContext context, Forwarded answer, bool aborted = false)
    {
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            context.Response.Headers.Append(name, value);
        context.Response.ContentLength = answer.Body.Length + (aborted ? 1 + answer.Body.Length : 0);
        if (answer.Status is not (204 or 304))
            await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
        if (!aborted)
            return;
        await context.Response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
    }

    private static Task Answer(HttpContext context, HttpFault.Answer answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        if (answer.RetryAfter is { } seconds)
            context.Response.Headers.RetryAfter = seconds;
        if (answer.Location is { } location)
            context.Response.Headers.Location = location;
        return context.Response.WriteAsync(answer.Body, context.RequestAborted);
    }

    private sealed record Forwarded(int Status, List<KeyValuePair<string, string>> Headers, byte[] Body);
}
