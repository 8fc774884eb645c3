using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.WordPress;
using CleanSync.Infrastructure.WordPress.CoreRest;
using CleanSync.Infrastructure.WordPress.Rest;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>A site that says what it is told to say. Answers of a route are given in turn, the last one from then on.</summary>
internal sealed class StubSite : HttpMessageHandler
{
    public const string User =
        """{"id":7,"username":"ann","email":"ann@example.test","roles":["subscriber"],"capabilities":{"read":true,"subscriber":true},"registered_date":"2026-11-23T07:57:23+00:00","name":"Ann","meta":{"activecampaign_tags":[]}}""";

    public const string Me =
        """{"id":1,"username":"admin","email":"admin@example.test","roles":["administrator"],"capabilities":{"create_users":true,"edit_users":true,"list_users":true,"promote_users":true}}""";

    public const string Schema = """
        {"endpoints":[{"methods":["POST"]BATCH}],"schema":{"properties":{"locale":{"type":"string","enum":["","en_US"]},
        "meta":{"properties":{"activecampaign_tags":{"type":"array","items":{"type":"string"}},"cleansync_creation":{"type":"string"},
        "membership_level":{"type":"string"},"points":{"type":"integer"}}}}}}
        """;

    private readonly ConcurrentDictionary<(string, string), ConcurrentQueue<Func<HttpResponseMessage>>> _answers =
        new();
    private readonly ConcurrentQueue<StubRequest> _requests = new();
    private readonly FakeTimeProvider? _still;
    private int _inFlight;

    /// <param name="url">Where the site is.</param>
    /// <param name="time">The clock; where the site takes batches, one that moves only in <see cref="ChangeAtOnce"/> unless given.</param>
    /// <param name="batch">Whether the site takes users by the batch route.</param>
    public StubSite(string url = "https://shop.example", TimeProvider? time = null, bool batch = false)
    {
        time ??= batch ? _still = new FakeTimeProvider() : TimeProvider.System;
        Site = new WordPressSite(
            new Uri(url),
            "cleansync",
            "app password",
            "activecampaign_tags",
            ["membership_level", "points"]
        );
        var rest = SiteRest.To(WordPressHttp.Client(this), Site, time);
        Pace = rest.Pace;
        Users = new CoreRestUsers(rest, Site, time, NullLogger<CoreRestUsers>.Instance);
        On("GET", "/", """{"namespaces":["oembed/1.0","wp/v2"],"authentication":{"application-passwords":{}}}""");
        On(
            "OPTIONS",
            "/wp/v2/users",
            Schema.Replace("BATCH", batch ? ",\"allow_batch\":{\"v1\":true}" : "", StringComparison.Ordinal)
        );
        On("OPTIONS", "/batch/v1", """{"endpoints":[{"args":{"requests":{"maxItems":25}}}]}""");
        On("GET", "/wp/v2/users/me", Me);
    }

    public WordPressSite Site { get; }

    public CoreRestUsers Users { get; }

    public SitePace Pace { get; }

    public Func<StubRequest, CancellationToken, Task<HttpResponseMessage?>>? Before { get; set; }

    public int MostInFlight { get; private set; }

    public static UserDraft Draft { get; } = UsersContract.Draft("ann") with { Role = "shop_lead" };

    public IReadOnlyList<StubRequest> Sent(string method, string route) =>
        [.. _requests.Where(request => request.Method == method && request.Route == route)];

    /// <summary>
    /// Asks for the same change of several users. The clock stands still until all are asked for, so that they go out together however busy
    /// the machine is.
    /// </summary>
    public IReadOnlyList<Task<ChangeReport>> ChangeAtOnce(
        UserChanges changes,
        IEnumerable<long> users,
        CancellationToken cancellationToken
    )
    {
        var asked = users.Select(id => Users.Change(id, changes, cancellationToken)).ToList();
        _still!.Advance(TimeSpan.FromMilliseconds(20));
        return asked;
    }

    public StubSite On(
        string method,
        string route,
        string body,
        int status = 200,
        params (string Name, string Value)[] headers
    ) => On(method, route, () => Answer(body, status, headers));

    public StubSite On(string method, string route, Func<HttpResponseMessage> answer)
    {
        _answers.GetOrAdd((method, route), _ => new()).Enqueue(answer);
        return this;
    }

    public StubSite Instead(string method, string route, string body, int status = 200)
    {
        _answers.TryRemove((method, route), out _);
        return On(method, route, body, status);
    }

    public static HttpResponseMessage Answer(
        string body,
        int status = 200,
        params (string Name, string Value)[] headers
    )
    {
        var type = body.Length > 0 && body[0] is '{' or '[' ? "application/json" : "text/html";
        var answer = new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = new StringContent(body, Encoding.UTF8, type),
        };
        foreach (var (name, value) in headers)
            answer.Headers.TryAddWithoutValidation(name, value);
        return answer;
    }

    public static string Error(string code, string data = "null", string rest = "") =>
        $$"""{"code":"{{code}}","message":"Said about ann@example.test","data":{{data}}{{rest}}}""";

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        lock (_requests)
            MostInFlight = Math.Max(MostInFlight, ++_inFlight);
        try
        {
            var sent = await StubRequest.Of(request);
            _requests.Enqueue(sent);
            if (Before is not null && await Before(sent, cancellationToken) is { } early)
                return early;
            if (!_answers.TryGetValue((sent.Method, sent.Route), out var queue))
                return Answer("<html>nothing here</html>", 404);
            return (queue.Count > 1 && queue.TryDequeue(out var next) ? next : queue.First())();
        }
        finally
        {
            lock (_requests)
                _inFlight--;
        }
    }
}

/// <summary>A request as the site saw it.</summary>
internal sealed record StubRequest(string Method, string Route, string Query, JsonNode? Body, string? Authorization)
{
    public static async Task<StubRequest> Of(HttpRequestMessage request)
    {
        var uri = request.RequestUri!;
        var at = uri.AbsolutePath.IndexOf("/wp-json", StringComparison.Ordinal);
        var body = request.Content is null ? null : await request.Content.ReadAsStringAsync();
        return new(
            request.Method.Method,
            at < 0 ? uri.AbsolutePath : uri.AbsolutePath[(at + "/wp-json".Length)..],
            uri.Query,
            body?.StartsWith('{') == true ? JsonNode.Parse(body) : body,
            request.Headers.Authorization?.ToString()
        );
    }
}
