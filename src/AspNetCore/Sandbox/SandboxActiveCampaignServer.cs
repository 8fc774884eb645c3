using System.Collections.Concurrent;
using System.Net;
using CleanSync.Infrastructure.Sandbox;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace CleanSync.AspNetCore.Sandbox;

/// <summary>Serves a <see cref="SandboxAccount"/> over real HTTP, on the loopback address only.</summary>
internal sealed class SandboxActiveCampaignServer : IAsyncDisposable
{
    private const int RequestLinesKept = 1000;

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _lines = new();
    private long _requests;

    private SandboxActiveCampaignServer(SandboxAccount account, WebApplication app)
    {
        (Account, _app) = (account, app);
        app.Run(Serve);
    }

    /// <summary>The account that it serves.</summary>
    public SandboxAccount Account { get; }

    /// <summary>Its address, to be used as the account's URL.</summary>
    public Uri Url => new(_app.Urls.First());

    /// <summary>How many requests came in, those that <see cref="Interfere"/> answered included.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>The latest requests, oldest first: method, path and query, as sent.</summary>
    public IReadOnlyList<string> RequestLines => [.. _lines];

    /// <summary>Comes before every request; returns true when it has answered itself. For tests of faults.</summary>
    public Func<HttpContext, Task<bool>>? Interfere { get; set; }

    /// <summary>Starts to serve an account.</summary>
    /// <param name="account">The account.</param>
    /// <param name="port">The port; 0 takes a free one.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static async Task<SandboxActiveCampaignServer> Start(
        SandboxAccount account,
        int port = 0,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(account);
        // Empty: neither the host's configuration nor its log concern this server.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(options =>
            {
                options.AddServerHeader = false;
                options.Listen(IPAddress.Loopback, port);
            });
        var server = new SandboxActiveCampaignServer(account, builder.Build());
        await server._app.StartAsync(cancellationToken);
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task Serve(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        _lines.Enqueue($"{context.Request.Method} {context.Request.GetEncodedPathAndQuery()}");
        while (_lines.Count > RequestLinesKept)
            _lines.TryDequeue(out _);
        if (Interfere is { } interfere && await interfere(context))
            return;

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var answer = Account.Handle(
            new SandboxRequest(
                context.Request.Method,
                context.Request.Path.Value ?? "/",
                context.Request.QueryString.Value ?? "",
                context.Request.Headers.ToDictionary(
                    header => header.Key,
                    header => header.Value.ToString(),
                    StringComparer.OrdinalIgnoreCase
                ),
                body.ToArray()
            )
        );
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            context.Response.Headers.Append(name, value);
        context.Response.ContentLength = answer.Body.Length;
        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }
}
