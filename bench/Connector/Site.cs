using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CleanSync.Infrastructure.WordPress;

namespace CleanSync.Bench.Connector;

/// <summary>The WordPress that is measured, as tests/wordpress/up has started it.</summary>
internal sealed class Site : IDisposable
{
    private readonly JsonNode _state;
    private readonly HttpClient _http = WordPressHttp.Client();

    public Site(string stateFile) => _state = JsonNode.Parse(File.ReadAllText(stateFile))!;

    public HttpClient Http => _http;
    public string Url => Get("url");
    public string Folder => Get("dir");
    public string Tree => Path.Combine(Folder, "www");
    public string Username => Get("user");
    public string Password => Get("app_password");

    public async Task Describe()
    {
        var about = await Read(HttpMethod.Get, "/cleansync/v1/site", null);
        Console.WriteLine(
            $"WordPress {about["wordpress"]}, PHP {about["php"]}, {about["database"]}, served by {_state["serve"]}, "
                + $"connector {about["connector"]}, locks {about["locks"]}, {Environment.ProcessorCount} processors, "
                + $"load {File.ReadAllText("/proc/loadavg").Split(' ')[0]} at the start"
        );
        if ((string?)_state["serve"] != "fpm")
            Console.WriteLine("PHP's own web server is no measure: start it with --serve=fpm");
    }

    public async Task<JsonNode> Read(HttpMethod method, string route, JsonNode? body)
    {
        using var request = new HttpRequestMessage(method, $"{Url}/wp-json{route}");
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Username}:{Password}"))
        );
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode && answer.StatusCode != HttpStatusCode.MultiStatus)
            throw new InvalidOperationException($"{method} {route}: {(int)answer.StatusCode} {Short(text)}");
        try
        {
            return JsonNode.Parse(text)!;
        }
        catch (JsonException)
        {
            throw new InvalidOperationException($"{method} {route}: {Short(text)}");
        }
    }

    /// <summary>Runs SQL and gives the rows, their columns parted by tabs.</summary>
    public async Task<string[]> Sql(string statements)
    {
        var start = new ProcessStartInfo(
            "mariadb",
            ["--no-defaults", "-N", "-B", "-S", Path.Combine(Folder, "run", "my.sock"), "-uroot", "wordpress"]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var client = Process.Start(start)!;
        var rows = client.StandardOutput.ReadToEndAsync();
        await client.StandardInput.WriteAsync(statements);
        client.StandardInput.Close();
        await client.WaitForExitAsync();
        return client.ExitCode == 0
            ? (await rows).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException($"mariadb ended with {client.ExitCode}");
    }

    /// <summary>
    /// Adds users with every meta row that WordPress itself writes for a new one: without them the first update of each inserts what is
    /// missing, which costs twice as much as an update.
    /// </summary>
    /// <returns>Their ids.</returns>
    public async Task<long[]> Seed(string name, int count)
    {
        var sample = await Read(
            HttpMethod.Post,
            "/wp/v2/users",
            new JsonObject
            {
                ["username"] = $"{name}-sample",
                ["email"] = $"{name}-sample@bench.test",
                ["password"] = "the same for all of them",
                ["first_name"] = "Bench",
                ["meta"] = new JsonObject { ["membership_level"] = "gold", ["billing_phone"] = "+49 30 1" },
            }
        );
        var rows = await Sql(
            $"""
            INSERT INTO wp_users (user_login, user_pass, user_nicename, user_email, user_registered, display_name)
              SELECT CONCAT('{name}-', seq), u.user_pass, CONCAT('{name}-', seq), CONCAT('{name}-', seq, '@bench.test'), u.user_registered, u.display_name
              FROM seq_1_to_{count}, wp_users u WHERE u.ID = {sample["id"]};
            INSERT INTO wp_usermeta (user_id, meta_key, meta_value)
              SELECT u.ID, m.meta_key, m.meta_value FROM wp_users u, wp_usermeta m
              WHERE m.user_id = {sample["id"]} AND u.user_login LIKE '{name}-%' AND u.ID <> {sample["id"]};
            ANALYZE TABLE wp_users, wp_usermeta;
            SELECT ID FROM wp_users WHERE user_login LIKE '{name}-%' AND ID <> {sample["id"]} ORDER BY ID;
            """
        );
        // ANALYZE tells something too.
        return
        [
            .. rows.Where(row => !row.Contains('\t', StringComparison.Ordinal))
                .Select(row => long.Parse(row, CultureInfo.InvariantCulture)),
        ];
    }

    /// <summary>A name that was not used before.</summary>
    public static string NewName() =>
        TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds().ToString("x", CultureInfo.InvariantCulture);

    /// <summary>The processor time that PHP and the database have used, in milliseconds.</summary>
    public double Processor() => Processor("php", "mariadbd");

    /// <summary>The processor time that everything has used that is neither this site nor this program, in milliseconds.</summary>
    public double Others()
    {
        var all = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // All but idle and waiting for the disk.
        var busy = all.Skip(1)
            .Take(8)
            .Where((_, i) => i is not (3 or 4))
            .Sum(ticks => double.Parse(ticks, CultureInfo.InvariantCulture) * 10);
        return busy - Processor("php", "mariadbd", "nginx") - Environment.CpuUsage.TotalTime.TotalMilliseconds;
    }

    private double Processor(params string[] servers)
    {
        // php-fpm's and nginx's workers do not name the folder on their command lines; they are children of one that does.
        var roots = servers
            .Select(name => Path.Combine(Folder, "run", $"{name}.pid"))
            .Where(File.Exists)
            .Select(file => File.ReadAllText(file).Trim())
            .ToHashSet();
        var ticks = 0L;
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(name => char.IsDigit(name[^1])))
        {
            try
            {
                var text = File.ReadAllText(Path.Combine(folder, "stat"));
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                if (roots.Contains(Path.GetFileName(folder)) || roots.Contains(fields[1]))
                {
                    ticks +=
                        long.Parse(fields[11], CultureInfo.InvariantCulture)
                        + long.Parse(fields[12], CultureInfo.InvariantCulture);
                }
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }
        return ticks * 10.0;
    }

    public void Dispose() => _http.Dispose();

    private static string Short(string text) => text.Length > 300 ? text[..300] : text;

    private string Get(string name) =>
        (string?)_state[name] ?? throw new InvalidDataException($"no {name} in the state file");
}
