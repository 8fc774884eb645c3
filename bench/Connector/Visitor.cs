using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using CleanSync.Domain;
using CleanSync.Infrastructure.WordPress;
using CleanSync.Infrastructure.WordPress.Connector;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Bench.Connector;

/// <summary>
/// A visitor loads the home page every 100 ms while users are read and updated through the real adapter, a hundred contacts side by side as
/// the pump works them: at the adapter's own pace, and at two full requests at a time without rest. Each is compared with idle times before
/// and after it.
/// </summary>
internal static class Visitor
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    public static async Task Run(Site site, bool quick)
    {
        var count = quick ? 1000 : 5000;
        var ids = await site.Seed($"v{Site.NewName()}", count);
        var idle = TimeSpan.FromSeconds(quick ? 5 : 12);
        await Load(site, new CancellationTokenSource(TimeSpan.FromSeconds(3)).Token);
        List<Drained> own = [];
        List<Drained> full = [];
        var pages = await Idle(site, idle);
        for (var round = 0; round < (quick ? 1 : 3); round++)
        {
            foreach (var (results, pace) in new[] { (own, (Func<SitePace>?)null), (full, Steady) })
            {
                var drained = await Drain(site, ids, pace?.Invoke());
                var after = await Idle(site, idle);
                results.Add(drained with { Idle = [.. pages, .. after] });
                pages = after;
            }
        }
        var table = new Table(
            "Visitor of the home page",
            "p50 ms",
            "p95 ms",
            "p50 of idle",
            "p95 of idle",
            "users/s",
            "pages",
            "rounds: p50 of idle",
            "users/s",
            "processors busy with other things"
        );
        double[] all = [.. own.Concat(full).SelectMany(one => one.Idle)];
        table.Add("idle", Ms(all, 0.5), Ms(all, 0.95), "1.00", "1.00", "", $"{all.Length}", "", "", "");
        Add("at the adapter's pace", own);
        Add("two full requests at a time", full);
        table.Print();

        void Add(string title, List<Drained> rounds)
        {
            double[] busy = [.. rounds.SelectMany(one => one.Pages)];
            table.Add(
                title,
                Ms(busy, 0.5),
                Ms(busy, 0.95),
                $"{Table.Median(rounds.Select(one => one.Ratio(0.5))):n2}",
                $"{Table.Median(rounds.Select(one => one.Ratio(0.95))):n2}",
                $"{Table.Median(rounds.Select(one => one.PerSecond)):n0}",
                $"{busy.Length}",
                string.Join(' ', rounds.Select(one => $"{one.Ratio(0.5):n2}")),
                string.Join(' ', rounds.Select(one => $"{one.PerSecond:n0}")),
                string.Join(' ', rounds.Select(one => $"{one.Others:n2}"))
            );
        }
    }

    private static SitePace Steady() => SitePace.Steady(2, 100, TimeProvider.System);

    private static string Ms(double[] pages, double share) => $"{Table.Share(pages, share):n0}";

    private static async Task<double[]> Idle(Site site, TimeSpan time)
    {
        // What the work before it has left behind, dirty pages for one, is not idle yet.
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        using var over = new CancellationTokenSource(time);
        return await Load(site, over.Token);
    }

    private static async Task<Drained> Drain(Site site, long[] ids, SitePace? pace)
    {
        var target = new WordPressSite(
            new Uri(site.Url),
            site.Username,
            site.Password,
            "activecampaign_tags",
            ["membership_level", "billing_phone"]
        );
        var rest = SiteRest.To(site.Http, target, TimeProvider.System, pace);
        var users = new ConnectorUsers(
            rest,
            new ConnectorDetection(rest.Roots, TimeProvider.System),
            target,
            TimeProvider.System
        );
        await users.Describe(default);
        using var over = new CancellationTokenSource();
        var visitor = Load(site, over.Token);
        var stamp = Site.NewName();
        var others = site.Others();
        var started = Stopwatch.GetTimestamp();
        foreach (var contacts in ids.Chunk(100))
        {
            await Task.WhenAll(
                contacts.Select(async id =>
                {
                    var user = await users.FindById(id, default);
                    if (user is null || (await users.Change(id, Changes(stamp, id), default)).UserGone)
                        throw new InvalidOperationException($"user {id} is gone");
                })
            );
        }
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        others = (site.Others() - others) / 1000 / seconds;
        await over.CancelAsync();
        return new Drained(ids.Length / seconds, await visitor, [], others);
    }

    private static UserChanges Changes(string stamp, long id) =>
        UserChanges.None with
        {
            Values = ImmutableDictionary.CreateRange([
                KeyValuePair.Create("first_name", FieldContent.Of($"Ann {stamp}")),
                KeyValuePair.Create("membership_level", FieldContent.Of(stamp)),
                KeyValuePair.Create("billing_phone", FieldContent.Of($"{stamp} {id}")),
            ]),
        };

    private static async Task<double[]> Load(Site site, CancellationToken stop)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        using var timer = new PeriodicTimer(Every);
        var times = new List<double>();
        while (!stop.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync($"{site.Url}/", CancellationToken.None);
            var page = await answer.Content.ReadAsStringAsync(CancellationToken.None);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (answer.StatusCode != HttpStatusCode.OK || !page.Contains("</html>", StringComparison.Ordinal))
                throw new InvalidOperationException($"the home page answers {(int)answer.StatusCode}");
            try
            {
                await timer.WaitForNextTickAsync(stop);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
        return [.. times];
    }

    private sealed record Drained(double PerSecond, double[] Pages, double[] Idle, double Others)
    {
        public double Ratio(double share) => Table.Share(Pages, share) / Table.Share(Idle, share);
    }
}
