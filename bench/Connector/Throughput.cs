using System.Collections.Concurrent;
using System.Diagnostics;

namespace CleanSync.Bench.Connector;

/// <summary>
/// Users a second and processor time a user, by each way, for updates (a name and two meta), updates that change nothing, and creations.
/// Rounds alternate between all ways, so that whatever else the machine does falls on all of them; medians count.
/// </summary>
internal static class Throughput
{
    private static readonly (Way Way, int AtOnce, int Users)[] Changes =
    [
        (Way.Single, 1, 60),
        (Way.Single, 2, 100),
        (Way.Batch, 1, 250),
        (Way.Batch, 2, 400),
        (Way.Connector(1), 1, 60),
        (Way.Connector(1), 2, 100),
        (Way.Connector(10), 1, 300),
        (Way.Connector(50), 1, 600),
        (Way.Connector(100), 1, 800),
        (Way.Connector(100), 2, 1200),
    ];

    private static readonly (Way Way, int AtOnce, int Users)[] Creations =
    [
        (Way.Single, 1, 20),
        (Way.Single, 2, 30),
        (Way.Batch, 1, 25),
        (Way.Batch, 2, 50),
        (Way.Connector(1), 1, 20),
        (Way.Connector(10), 1, 30),
        (Way.Connector(10), 2, 60),
        (Way.Connector(50), 1, 50),
        (Way.Connector(100), 1, 100),
    ];

    public static async Task Run(Site site, bool quick)
    {
        var run = Site.NewName();
        var changed = await site.Seed($"b{run}u", 1200);
        var same = await site.Seed($"b{run}s", 1200);
        var names = 0;
        foreach (var work in Enum.GetValues<Work>())
        {
            var cells = work == Work.Create ? Creations : Changes;
            var results = cells.Select(_ => new List<(double PerSecond, double Milliseconds)>()).ToArray();
            foreach (var (way, _, _) in cells)
                await Measure(site, way, 1, People(way.Entries == 1 ? 2 : Math.Min(10, way.Entries)));
            for (var round = 0; round < (quick ? 1 : 3); round++)
            {
                for (var i = 0; i < cells.Length; i++)
                    results[i].Add(await Measure(site, cells[i].Way, cells[i].AtOnce, People(cells[i].Users)));
            }
            Print(work, cells, results);

            List<Person> People(int count) =>
                [
                    .. Enumerable
                        .Range(0, count)
                        .Select(i =>
                            work switch
                            {
                                Work.Unchanged => new Person(work, same[i], "Bench", "gold", "+49 30 1"),
                                Work.Update => new Person(
                                    work,
                                    changed[i],
                                    $"Ann {++names}",
                                    $"{names}",
                                    $"+49 {names}"
                                ),
                                _ => new Person(work, 0, $"b{run}c{++names}", "", ""),
                            }
                        ),
                ];
        }
    }

    private static async Task<(double PerSecond, double Milliseconds)> Measure(
        Site site,
        Way way,
        int atOnce,
        List<Person> people
    )
    {
        var waiting = new ConcurrentQueue<IReadOnlyList<Person>>(people.Chunk(way.Entries));
        var before = site.Processor();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Drain()));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return (people.Count / seconds, (site.Processor() - before) / people.Count);

        async Task Drain()
        {
            while (waiting.TryDequeue(out var next))
            {
                if (await way.Send(site, next) is { Count: > 0 } left)
                    waiting.Enqueue(left);
            }
        }
    }

    private static void Print(
        Work work,
        (Way Way, int AtOnce, int Users)[] cells,
        List<(double PerSecond, double Milliseconds)>[] results
    )
    {
        var table = new Table(
            work.ToString(),
            "at once",
            "users/s",
            "of single calls",
            "CPU ms a user",
            "rounds, users/s"
        );
        var single = Table.Median(results[0].Select(result => result.PerSecond));
        for (var i = 0; i < cells.Length; i++)
        {
            var median = Table.Median(results[i].Select(result => result.PerSecond));
            table.Add(
                cells[i].Way.Name,
                $"{cells[i].AtOnce}",
                $"{median:n1}",
                $"{median / single:n1}",
                $"{Table.Median(results[i].Select(result => result.Milliseconds)):n1}",
                string.Join(' ', results[i].Select(result => $"{result.PerSecond:n0}"))
            );
        }
        table.Print();
    }
}
