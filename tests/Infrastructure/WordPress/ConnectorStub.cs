using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CleanSync.Infrastructure.WordPress;
using CleanSync.Infrastructure.WordPress.Connector;
using CleanSync.Infrastructure.WordPress.CoreRest;
using CleanSync.Infrastructure.WordPress.Rest;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>A site with the connector, which answers as connector/PROTOCOL.md says unless it is told otherwise.</summary>
internal sealed class ConnectorStub : HttpMessageHandler
{
    private readonly ConcurrentQueue<StubRequest> _requests = new();
    private readonly Lock _lock = new();
    private int _inFlight;

    public ConnectorStub(int? blog = null, FakeTimeProvider? time = null)
    {
        Time = time ??= new FakeTimeProvider();
        Site = new WordPressSite(
            new Uri("https://shop.example"),
            "cleansync",
            "app password",
            "activecampaign_tags",
            ["first_name", "membership_level", "activecampaign_contact_id"],
            Blog: blog
        );
        // By its own clock, which stands still, every request takes no time at all, so that sizes of requests can be foretold.
        Rest = SiteRest.To(WordPressHttp.Client(this), Site, new FakeTimeProvider());
        Connector = new ConnectorUsers(Rest, new ConnectorDetection(Rest.Roots, time), Site, time);
        Users = new WordPressUsers(WordPressHttp.Client(this), Site, time, NullLogger<CoreRestUsers>.Instance);
    }

    /// <summary>Goes on by itself while something is waited for through <see cref="Passing(Task)"/>.</summary>
    public FakeTimeProvider Time { get; }

    public WordPressSite Site { get; }

    public SiteRest Rest { get; }

    /// <summary>The connector's adapter.</summary>
    public ConnectorUsers Connector { get; }

    /// <summary>The directory that finds out by itself.</summary>
    public WordPressUsers Users { get; }

    public bool IsActive { get; set; } = true;

    public JsonObject Description { get; } =
        JsonNode
            .Parse(
                """
                { "protocol": 1, "connector": "1.0.0", "locales": ["en_US"], "locks": true,
                  "roles": [ { "slug": "subscriber", "name": "Subscriber", "privileged": false, "capabilities": ["read"] },
                             { "slug": "lead", "name": "Shop Lead", "privileged": true, "capabilities": ["read"] } ],
                  "meta": { "interests": { "type": "array", "single": true }, "points": { "type": "integer", "single": true } } }
                """
            )!
            .AsObject();

    /// <summary>Ends a request before anything is done.</summary>
    public Func<StubRequest, HttpResponseMessage?> Before { get; set; } = _ => null;

    /// <summary>The result of a change, in place of the usual one.</summary>
    public Func<JsonObject, string?> Result { get; set; } = _ => null;

    public int MostInFlight { get; private set; }

    /// <summary>Lets time go on in small steps until something has happened.</summary>
    public async Task<T> Passing<T>(Task<T> task)
    {
        await Passing((Task)task);
        return await task;
    }

    /// <summary>As above.</summary>
    public async Task Passing(Task task)
    {
        while (!task.IsCompleted)
        {
            Time.Advance(TimeSpan.FromMilliseconds(2));
            await Task.Yield();
        }
        await task;
    }

    public static string User(long id, string extra = "") =>
        $$"""
            {"id":{{id}},"login":"u{{id}}","email":"u{{id}}@example.test","registered":"2026-11-23T20:00:00Z","roles":["subscriber"],
             "capabilities":["read"],"privileged":false,"member":true,"core":{"first_name":"Bo &amp; co"},"meta":{"membership_level":null},
             "tags":["A & B"],"link":"42","creation":"","our_password":null,"first_login":null{{extra}} }
            """;

    public static string Answered(params IEnumerable<string> results) =>
        $$"""{"time":"2026-11-23T21:00:00Z","seconds":0.1,"results":[{{string.Join(',', results)}}]}""";

    public IReadOnlyList<StubRequest> Sent(string route) =>
        [.. _requests.Where(request => request.Route == "/cleansync/v1" + route)];

    public IReadOnlyList<StubRequest> All => [.. _requests];

    /// <summary>How many entries each request to a route held.</summary>
    public int[] Sizes(string route, string list) =>
        [.. Sent(route).Select(request => request.Body![list]!.AsArray().Count)];

    public static JsonObject[] Changes(StubRequest request) =>
        [.. request.Body!["changes"]!.AsArray().Select(change => change!.AsObject())];

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
            MostInFlight = Math.Max(MostInFlight, ++_inFlight);
        try
        {
            var sent = await StubRequest.Of(request);
            _requests.Enqueue(sent);
            await Task.Yield();
            return Before(sent) ?? Answer(sent);
        }
        finally
        {
            lock (_lock)
                _inFlight--;
        }
    }

    private HttpResponseMessage Answer(StubRequest request)
    {
        if (request.Route == "/")
            return StubSite.Answer(
                IsActive ? """{"namespaces":["wp/v2","cleansync/v1"]}""" : """{"namespaces":["wp/v2"]}"""
            );
        if (request.Route.StartsWith("/wp/v2", StringComparison.Ordinal))
            return StubSite.Answer(request.Method == "OPTIONS" ? StubSite.Schema.Replace("BATCH", "") : "[]");
        if (!IsActive)
            return StubSite.Answer(StubSite.Error("rest_no_route", """{"status":404}"""), 404);
        return request.Route switch
        {
            "/cleansync/v1/site" => StubSite.Answer(Description.ToJsonString()),
            "/cleansync/v1/users/find" => StubSite.Answer(
                Answered(request.Body!["people"]!.AsArray().Select(person => Found(person!.AsObject())))
            ),
            "/cleansync/v1/users/apply" => StubSite.Answer(
                Answered(Changes(request).Select(change => Result(change) ?? Usual(change)))
            ),
            _ => StubSite.Answer(StubSite.Error("rest_no_route"), 404),
        };
    }

    private static string Found(JsonObject person) =>
        person["id"] is { } id ? (id.GetValue<long>() < 1000 ? $"[{User(id.GetValue<long>())}]" : "[]")
        : person["link"] is { } link ? (link.GetValue<long>() == 42 ? $"[{User(7)},{User(8)}]" : "[]")
        : person["email"]!.ToString().StartsWith("u", StringComparison.OrdinalIgnoreCase) ? $"[{User(7)}]"
        : "[]";

    private static string Usual(JsonObject change) =>
        change["do"]!.ToString() switch
        {
            "create" => $$"""{"status":"created","user":{{User(9)}},"warnings":[]}""",
            "password" => """{"status":"password_set"}""",
            "welcome" => """{"status":"welcomed"}""",
            _ => """{"status":"updated","changed":[],"warnings":[]}""",
        };
}
