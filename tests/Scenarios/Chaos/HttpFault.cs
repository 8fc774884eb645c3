using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace CleanSync.Scenarios.Chaos;

/// <summary>What a proxy does to one request.</summary>
/// <param name="Name">For the figures.</param>
internal abstract record HttpFault(string Name)
{
    /// <summary>It goes through, late: some of the time before it is forwarded, the rest before its answer.</summary>
    public sealed record Delay(TimeSpan Before, TimeSpan After) : HttpFault("delay");

    /// <summary>It is held until a later one has passed, or for a moment when none comes.</summary>
    public sealed record Reorder() : HttpFault("reorder");

    /// <summary>The connection breaks. <paramref name="Forwarded"/>: what was asked for was done, and nobody hears of it.</summary>
    public sealed record Drop(bool Forwarded) : HttpFault(Forwarded ? "drop after" : "drop before");

    /// <summary>It is done, and its answer breaks off: the connection with it, or not.</summary>
    public sealed record Truncate(bool Aborted) : HttpFault(Aborted ? "truncate" : "half a body");

    /// <summary>It is forwarded twice, one after the other; the second answer is handed on.</summary>
    public sealed record Twice() : HttpFault("twice");

    /// <summary>Another answer comes. <paramref name="Forwarded"/>: what was asked for was done.</summary>
    public sealed record Answer(
        string What,
        int Status,
        string Body,
        string ContentType,
        bool Forwarded = false,
        string? RetryAfter = null,
        string? Location = null
    ) : HttpFault(What);

    /// <summary>The answer comes changed.</summary>
    public sealed record Change(string What, Func<Random, byte[], byte[]> Rewrite) : HttpFault(What);

    private const string Page =
        "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Error</h1></body></html>";
    private const string Html = "text/html; charset=UTF-8";
    private const string Json = "application/json";

    /// <summary>
    /// The faults that any HTTP side can have and a correct client survives:
    /// <list type="bullet">
    /// <item>delays, reordering, broken connections and broken answers: they happen to every request;</item>
    /// <item>
    /// duplicates: proxies that lose an answer repeat what HTTP calls idempotent (GET, PUT), and many are told to repeat POST too. The two
    /// come one after the other: only a client that sends twice at once makes two at once;
    /// </item>
    /// <item>pages and empty bodies under 200, pages under 4xx: firewalls, maintenance, session pages. They did not carry it out;</item>
    /// <item>5xx: before the request was carried out (502, 503) or after (500, 504).</item>
    /// </list>
    /// Not among them: refusals in the side's own words (401, a JSON 404 or 400), which a correct client believes.
    /// </summary>
    public static HttpFault Any(Random random) =>
        random.Next(20) switch
        {
            0 or 1 or 2 => new Delay(Milliseconds(random, 400), Milliseconds(random, 400)),
            3 or 4 => new Reorder(),
            5 or 6 => new Drop(Forwarded: false),
            7 or 8 => new Drop(Forwarded: true),
            9 => new Truncate(Aborted: true),
            10 => new Truncate(Aborted: false),
            11 or 12 => new Twice(),
            13 => new Answer("empty 200", 200, "", Json, Forwarded: random.Next(2) == 0),
            14 => new Answer("page under 200", 200, Page, Html, Forwarded: random.Next(2) == 0),
            15 => new Answer("page 403", 403, Page, Html),
            16 => new Answer("page 404", 404, Page, Html),
            17 => new Answer("429", 429, Page, Html, RetryAfter: "1"),
            18 => Broken(random),
            _ => new Answer("408", 408, "", Html),
        };

    /// <summary>Faults of ActiveCampaign, besides those that anybody can have (facts about its API, sections 5 and 9).</summary>
    public static HttpFault OfAccount(Random random, HttpRequest request)
    {
        var list =
            HttpMethods.IsGet(request.Method)
            && request.QueryString.Value is { } query
            && query.Contains("ids%5B%5D", StringComparison.OrdinalIgnoreCase);
        return random.Next(16) switch
        {
            // Seen with a token that is right: to be tried again.
            0 => new Answer("intermittent 403", 403, """{"message":"Forbidden"}""", Json),
            1 => new Answer("429", 429, """{"message":"Too Many Requests"}""", Json, RetryAfter: "1"),
            2 => new Answer("429 bare", 429, "", Json),
            3 => new Answer("failure under 200", 200, """{"result_code":0,"result_message":"Failed"}""", Json),
            4 => new Answer("null under 200", 200, "null", Json),
            5 => new Answer("302 to a page", 302, "", Html, Location: "/admin/"),
            6 => new Answer("503 with Retry-After", 503, Page, Html, RetryAfter: "1"),
            // A list may lack a contact or the rows that it names: both are to be asked for singly (SPEC 2.6, 2.7).
            7 or 8 when list => new Change("contact left out", AccountLies.WithoutContact),
            9 when list => new Change("tag row left out", AccountLies.WithoutTagRow),
            // A URL that is too long answers so; only a list has one.
            10 when list => new Answer("400", 400, "{}", Json),
            _ => Any(random),
        };
    }

    /// <summary>Faults of WordPress, besides those that anybody can have.</summary>
    public static HttpFault OfWordPress(Random random) =>
        random.Next(8) switch
        {
            // wp_die() of a fatal error, before or after the work.
            0 => new Answer(
                "fatal error",
                500,
                """{"code":"internal_server_error","message":"There has been a critical error.","data":{"status":500}}""",
                Json,
                Forwarded: random.Next(2) == 0
            ),
            1 => new Answer("maintenance", 503, Page, Html, RetryAfter: "1"),
            _ => Any(random),
        };

    /// <summary>What a side that is down does to every request.</summary>
    public static HttpFault Outage(Random random) =>
        random.Next(4) switch
        {
            0 => new Drop(Forwarded: false),
            1 => new Answer("outage 502", 502, Page, Html),
            2 => new Answer("outage 503", 503, "", Html),
            _ => new Answer("outage page", 200, Page, Html),
        };

    private static Answer Broken(Random random)
    {
        var (status, forwarded) = random.Next(4) switch
        {
            0 => (500, true),
            1 => (502, false),
            2 => (503, false),
            _ => (504, true),
        };
        var name = status.ToString(CultureInfo.InvariantCulture);
        return new Answer(name, status, Page, Html, forwarded);
    }

    private static TimeSpan Milliseconds(Random random, int most) => TimeSpan.FromMilliseconds(random.Next(most));
}
