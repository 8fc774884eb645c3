using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CleanSync.Infrastructure.WordPress;
using CleanSync.Infrastructure.WordPress.CoreRest;
using CleanSync.Infrastructure.WordPress.Rest;
using Microsoft.Extensions.Logging.Abstractions;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>
/// A WordPress that tests/wordpress/up has started. Its state file is named by CLEANSYNC_TEST_WORDPRESS (several, comma
/// separated); without one the test is skipped, and under CI=true a skip is a failure.
/// </summary>
internal sealed class WordPressUnderTest
{
    private const string Variable = "CLEANSYNC_TEST_WORDPRESS";
    private static readonly Lazy<WordPressUnderTest[]> All = new(() =>
        [
            .. (Environment.GetEnvironmentVariable(Variable) ?? "")
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(file => new WordPressUnderTest(JsonNode.Parse(File.ReadAllText(file))!)),
        ]
    );

    private readonly JsonNode _state;

    private WordPressUnderTest(JsonNode state, int? blog = null)
    {
        _state = state;
        Site = SiteWith(Get("app_password")) with { Blog = blog };
        Users = UsersOf(Site);
    }

    public HttpClient Http { get; } = WordPressHttp.Client();

    public WordPressSite Site { get; }

    public CoreRestUsers Users { get; }

    public Version Version => new(Get("wp").Split('-')[0]);

    public string Folder => Get("dir");

    /// <summary>A blog of the network. Calls go to its own address, work on it to the network's with the blog's number.</summary>
    public WordPressUnderTest Blog(int number) => new(_state, number);

    /// <summary>Whether the plugin is there.</summary>
    public bool Connector => (bool)_state["connector"]!;

    public static WordPressUnderTest At(int index) =>
        index < All.Value.Length
            ? All.Value[index]
            : Missing(
                $"{Variable} names {All.Value.Length} state files of tests/wordpress/up; this needs {index + 1}."
            );

    /// <summary>The one that was started with these options.</summary>
    public static WordPressUnderTest Find(
        string which,
        bool connector = false,
        bool multisite = false,
        string db = "mariadb"
    ) =>
        Array.Find(
            All.Value,
            one =>
                one.Get("which") == which
                && one.Connector == connector
                && (bool)one._state["multisite"]! == multisite
                && one.Get("db") == db
        )
        ?? Missing(
            $"{Variable} names no state file of tests/wordpress/up PORT DIR {which}"
                + $"{(connector ? " --connector" : "")}{(multisite ? " --multisite" : "")} --db={db}."
        );

    public CoreRestUsers UsersOf(WordPressSite site) =>
        new(
            SiteRest.To(Http, site, TimeProvider.System),
            site,
            TimeProvider.System,
            NullLogger<CoreRestUsers>.Instance
        );

    public WordPressSite SiteWith(string password, string? username = null) =>
        new(
            new Uri(Get("url")),
            username ?? Get("user"),
            password,
            "activecampaign_tags",
            ["membership_level", "billing_phone", "interests", "points"],
            MaxConcurrency: 3
        );

    public async Task<bool> LogIn(string login, string password)
    {
        using var form = new FormUrlEncodedContent([new("log", login), new("pwd", password)]);
        using var answer = await Http.PostAsync(Site.At("/wp-login.php"), form);
        return answer.Headers.TryGetValues("Set-Cookie", out var cookies)
            && cookies.Any(cookie => cookie.StartsWith("wordpress_logged_in", StringComparison.Ordinal));
    }

    public async Task<JsonElement> Call(HttpMethod method, string route, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(method, Address + "/wp-json" + route);
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Get("user")}:{Get("app_password")}"))
        );
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await Http.SendAsync(request);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return json.RootElement.Clone();
    }

    /// <summary>Changes a password as the user himself, or an administrator, would.</summary>
    public Task ChangePassword(long userId, string password) =>
        Call(HttpMethod.Post, $"/wp/v2/users/{userId}?_fields=id", new JsonObject { ["password"] = password });

    /// <summary>Runs SQL in the site's database: the only way to what WordPress itself would not do.</summary>
    public async Task Sql(string statement)
    {
        using var client = Process.Start(
            "mariadb",
            ["--no-defaults", "-S", Path.Combine(Folder, "run", "my.sock"), "-uroot", "wordpress", "-e", statement]
        );
        await client.WaitForExitAsync();
        Assert.Equal(0, client.ExitCode);
    }

    public async Task<string[]> MailsTo(string email)
    {
        var file = Path.Combine(Folder, "mail.jsonl");
        return File.Exists(file)
            ?
            [
                .. (await File.ReadAllLinesAsync(file)).Where(line =>
                    line.Contains(email, StringComparison.OrdinalIgnoreCase)
                ),
            ]
            : [];
    }

    private static WordPressUnderTest Missing(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(reason);
        Assert.Skip(reason);
        throw new UnreachableException();
    }

    private string Address =>
        Site.Blog is { } number
            ? (string)_state["blogs"]!.AsArray().Single(blog => (int)blog!["id"]! == number)!["url"]!
            : Site.At("");

    private string Get(string name) =>
        (string?)_state[name] ?? throw new InvalidDataException($"no {name} in the state file");
}
