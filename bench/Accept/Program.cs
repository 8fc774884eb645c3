using System.Diagnostics;
using System.Globalization;
using CleanSync.Application.Ports;
using CleanSync.Bench.Accept;
using CleanSync.Domain;
using CleanSync.PostgreSql;
using CleanSync.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

// Usage: CleanSync.Bench.Accept [backlogs=10000,1000000] [callers=64] [seconds=5] [directory, or connection string of an empty PostgreSQL database]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var backlogs = (args.Length > 0 ? args[0] : "10000,1000000")
    .Split(',')
    .Select(backlog => int.Parse(backlog, CultureInfo.InvariantCulture))
    .ToArray();
var callers = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 64;
var seconds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5;
var place = args.Length > 3 ? args[3] : Path.GetTempPath();
var server = place.Contains('=', StringComparison.Ordinal) ? place : null;
var directory = Path.Combine(server is null ? place : Path.GetTempPath(), $"cleansync-bench-{Environment.ProcessId}");
var duration = TimeSpan.FromSeconds(seconds);

try
{
    var bare = DiskProbe.CommitsPerSecond(directory, TimeSpan.FromSeconds(1));
    Console.WriteLine($"disk alone: {bare:N0} appends of 4 KiB with fsync/s");

    await using IStore store = server is null
        ? SqliteStore.Open(
            $"Data Source={Path.Combine(directory, "inbox.db")}",
            TimeProvider.System,
            NullLogger.Instance
        )
        : new PostgreSqlStore(server, TimeProvider.System, NullLogger.Instance);
    await using var right = await store.Role.Take(
        "bench",
        ["warm", "one", "empty", .. backlogs.Select(Full)],
        CancellationToken.None
    );
    await Load.Run(store, "warm", 1, callers, TimeSpan.FromSeconds(1));

    var one = await Load.Run(store, "one", 1_000_000, 1, duration);
    one.Print("1 caller, new contacts");
    var empty = await Load.Run(store, "empty", 1_000_000, callers, duration);
    empty.Print($"{callers} callers, backlog 0");
    Console.WriteLine($"group commit gain: {empty.PerSecond / one.PerSecond:N1} times one caller");

    foreach (var backlog in backlogs)
    {
        var site = Full(backlog);
        var started = Stopwatch.GetTimestamp();
        await Load.Fill(store, site, backlog);
        Console.WriteLine($"filled {backlog:N0} rows in {Stopwatch.GetElapsedTime(started).TotalSeconds:N1} s");
        var full = await Load.Run(store, site, backlog, callers, duration);
        full.Print($"{callers} callers, backlog {backlog:N0}");
        Console.WriteLine($"backlog ratio: {full.PerSecond / empty.PerSecond:N2}");

        started = Stopwatch.GetTimestamp();
        var depth = await store.Inbox.Depth(site, default);
        Console.WriteLine($"depth {depth.Waiting:N0}: {Stopwatch.GetElapsedTime(started).TotalMilliseconds:N2} ms");
        started = Stopwatch.GetTimestamp();
        var works = await store.Inbox.Claim(site, 100, default);
        Console.WriteLine($"claim of {works.Count}: {Stopwatch.GetElapsedTime(started).TotalMilliseconds:N2} ms");
        started = Stopwatch.GetTimestamp();
        await store.Inbox.Rows(site, 100, default);
        Console.WriteLine($"100 rows: {Stopwatch.GetElapsedTime(started).TotalMilliseconds:N2} ms");
    }
    Console.WriteLine($"resident: {Environment.WorkingSet / 1048576.0:N0} MiB");
}
finally
{
    if (Directory.Exists(directory))
        Directory.Delete(directory, recursive: true);
}

static string Full(int backlog) => $"full{backlog}";

namespace CleanSync.Bench.Accept
{
    internal static class DiskProbe
    {
        public static double CommitsPerSecond(string directory, TimeSpan duration)
        {
            Directory.CreateDirectory(directory);
            using var file = new FileStream(Path.Combine(directory, "probe"), FileMode.Create);
            var page = new byte[4096];
            var started = Stopwatch.GetTimestamp();
            var count = 0;
            for (; Stopwatch.GetElapsedTime(started) < duration; count++)
            {
                file.Write(page);
                file.Flush(flushToDisk: true);
            }
            return count / duration.TotalSeconds;
        }
    }

    internal sealed record Result(long Accepts, long Commits, TimeSpan Elapsed, double P50, double P99)
    {
        public double PerSecond => Accepts / Elapsed.TotalSeconds;

        public void Print(string title) =>
            Console.WriteLine(
                $"{title}: {PerSecond:N0} accepts/s, {Commits / Elapsed.TotalSeconds:N0} commits/s, "
                    + $"{(double)Accepts / Commits:N1} a commit, p50 {P50:N2} ms, p99 {P99:N2} ms"
            );
    }

    internal static class Load
    {
        public static async Task<Result> Run(IStore store, string site, int contacts, int callers, TimeSpan duration)
        {
            var commits = Commits(store);
            var started = Stopwatch.GetTimestamp();
            var latencies = await Task.WhenAll(
                Enumerable.Range(0, callers).Select(c => Task.Run(() => Call(store, site, contacts, c, duration)))
            );
            var elapsed = Stopwatch.GetElapsedTime(started);
            var all = latencies.SelectMany(l => l).Order().ToArray();
            return new Result(
                all.Length,
                Commits(store) - commits,
                elapsed,
                all[all.Length / 2],
                all[(int)(all.Length * 0.99)]
            );
        }

        public static async Task Fill(IStore store, string site, int rows)
        {
            foreach (var chunk in Enumerable.Range(1, rows).Chunk(8000))
                await Task.WhenAll(
                    chunk.Select(c => store.Inbox.Accept(site, c, new SyncRequest(SyncAction.Update), default))
                );
        }

        private static long Commits(IStore store) =>
            store switch
            {
                SqliteStore sqlite => sqlite.Writer.Commits,
                PostgreSqlStore shared => shared.Lane.Commits,
                _ => 0,
            };

        // Contacts in no order, as webhooks come.
        private static async Task<List<double>> Call(
            IStore store,
            string site,
            int contacts,
            int caller,
            TimeSpan duration
        )
        {
            var random = new Random(caller);
            var latencies = new List<double>();
            var request = new SyncRequest(SyncAction.Add, "subscriber");
            var started = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                var before = Stopwatch.GetTimestamp();
                await store.Inbox.Accept(site, random.Next(1, contacts + 1), request, default);
                latencies.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
            }
            return latencies;
        }
    }
}
