using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace CleanSync.Bench.Connector;

/// <summary>
/// The same people created by eight at once: four through the connector, four by other code in PHP that calls wp_insert_user(), as any
/// registration form does. WordPress's tables have no unique index on logins and emails. Counts who exists twice.
/// </summary>
internal static class Race
{
    private const int Each = 4;
    private const int Together = 5;

    // Passwords cost less here, so that more of the time is the time between the look and the insert.
    private const string Plugin = """
        <?php
        /* Plugin Name: CleanSync bench. */
        if (file_exists(CLEANSYNC_TEST_DIR . '/bench-locks')) {
            add_filter('cleansync_lock_registrations', '__return_true');
        }
        if (file_exists(CLEANSYNC_TEST_DIR . '/bench-cheap')) {
            add_filter('wp_hash_password_options', fn() => ['cost' => 4]);
        }
        """;

    private const string Registration = """
        <?php
        [, $www, $url] = $argv;
        $parts = parse_url($url);
        $_SERVER['HTTP_HOST'] = $parts['host'] . ':' . $parts['port'];
        $_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
        $_SERVER['REQUEST_METHOD'] = 'POST';
        $_SERVER['REQUEST_URI'] = '/';
        $_SERVER['REMOTE_ADDR'] = '127.0.0.1';
        require "$www/wp-load.php";
        echo "ready\n";
        while ($line = fgets(STDIN)) {
            usleep(random_int(0, 40000)); // the other side has to get through the web server first
            foreach (explode(' ', trim($line)) as $name) {
                wp_cache_flush_runtime(); // a form starts with nothing cached
                $id = wp_insert_user(['user_login' => $name, 'user_email' => "$name@bench.test", 'user_pass' => 'some password of theirs']);
                if (!is_wp_error($id)) {
                    add_user_meta($id, 'bench_made_by', 'php');
                }
            }
            echo "done\n";
        }
        """;

    public static async Task Run(Site site, bool quick)
    {
        var plugin = Path.Combine(site.Tree, "wp-content", "mu-plugins", "cleansync-bench.php");
        var script = Path.Combine(site.Folder, "bench-register.php");
        var (locks, cheap) = (Path.Combine(site.Folder, "bench-locks"), Path.Combine(site.Folder, "bench-cheap"));
        await File.WriteAllTextAsync(plugin, Plugin);
        await File.WriteAllTextAsync(script, Registration);
        await File.WriteAllTextAsync(cheap, "");
        var table = new Table(
            "Race of eight for each person",
            "people",
            "made by the connector",
            "made by PHP",
            "twins of the connector",
            "twins over all",
            "twin_found",
            "busy"
        );
        try
        {
            foreach (var locked in new[] { false, true })
            {
                if (locked)
                    await File.WriteAllTextAsync(locks, "");
                // The web server's PHP looks for changed files every other second.
                await Task.Delay(TimeSpan.FromSeconds(2.5), TimeProvider.System);
                await Go(site, script, quick ? 50 : 200, locked ? "cleansync_lock_registrations on" : "default", table);
            }
        }
        finally
        {
            foreach (var file in new[] { plugin, script, locks, cheap })
                File.Delete(file);
        }
        table.Print();
    }

    private static async Task Go(Site site, string script, int count, string title, Table table)
    {
        var run = $"r{Site.NewName()}x";
        var processes = Enumerable.Range(0, Each).Select(_ => Start(site, script)).ToArray();
        var (busy, found) = (0, 0);
        try
        {
            foreach (var process in processes)
                await Expect(process, "ready");
            foreach (var names in Enumerable.Range(0, count).Select(i => $"{run}{i}").Chunk(Together))
            {
                await Task.WhenAll([
                    .. processes.Select(process => Register(process, names)),
                    .. Enumerable.Range(0, Each).Select(_ => Create(names)),
                ]);
            }
        }
        finally
        {
            foreach (var process in processes)
            {
                process.StandardInput.Close();
                await process.WaitForExitAsync();
                process.Dispose();
            }
        }
        var rows = await site.Sql(
            $"""
            SELECT u.user_email, SUM(m.meta_value IS NULL), SUM(m.meta_value IS NOT NULL)
              FROM wp_users u LEFT JOIN wp_usermeta m ON m.user_id = u.ID AND m.meta_key = 'bench_made_by'
              WHERE u.user_login LIKE '{run}%' GROUP BY u.user_email;
            """
        );
        var people = rows.Select(row => row.Split('\t').Skip(1).Select(N).ToArray()).ToArray();
        table.Add(
            title,
            $"{people.Length} of {count}",
            $"{people.Sum(one => one[0])}",
            $"{people.Sum(one => one[1])}",
            $"{people.Count(one => one[0] > 1)}",
            $"{people.Count(one => one[0] + one[1] > 1)}",
            $"{found}",
            $"{busy}"
        );

        async Task Create(string[] names)
        {
            List<string> left = [.. names];
            while (left.Count > 0)
            {
                var answer = await site.Read(
                    HttpMethod.Post,
                    "/cleansync/v1/users/apply",
                    Way.Frame(left.Select(name => Way.Change(new Person(Work.Create, 0, name, "", ""))))
                );
                var results = answer["results"]!.AsArray();
                var again = new List<string>();
                for (var i = 0; i < left.Count; i++)
                {
                    var status = (string?)results[i]!["status"];
                    if (status is "busy" or "not_started")
                        again.Add(left[i]);
                    else if (status is not ("created" or "exists"))
                        throw new InvalidOperationException(results[i]!.ToJsonString());
                    if (status == "busy")
                        Interlocked.Increment(ref busy);
                    if (results[i]!["warnings"] is JsonArray warnings)
                    {
                        Interlocked.Add(
                            ref found,
                            warnings.Count(warning => (string?)warning!["code"] == "twin_found")
                        );
                    }
                }
                left = again;
            }
        }
    }

    private static int N(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static Process Start(Site site, string script) =>
        Process.Start(
            new ProcessStartInfo("php", ["-d", "opcache.enable_cli=1", script, site.Tree, site.Url])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;

    private static async Task Register(Process process, string[] names)
    {
        await process.StandardInput.WriteLineAsync(string.Join(' ', names));
        await process.StandardInput.FlushAsync();
        await Expect(process, "done");
    }

    private static async Task Expect(Process process, string word)
    {
        var line = await process.StandardOutput.ReadLineAsync();
        if (line != word)
            throw new InvalidOperationException($"php said {line}");
    }
}
