using System.Globalization;
using CleanSync.Infrastructure.Tests.WordPress;

namespace CleanSync.Scenarios.Chaos;

/// <summary>
/// Proves by breaking things that nothing is lost. <c>tests/chaos</c> runs many seeds; here are a few small ones. What a seed does depends on
/// how its requests happen to fall, so that the same seed breaks about the same things, and not exactly.
/// </summary>
public sealed class ChaosTests
{
    private static readonly int Contacts = Setting("CLEANSYNC_CHAOS_CONTACTS", 120);
    private static readonly int Webhooks = Setting("CLEANSYNC_CHAOS_WEBHOOKS", 500);
    private static readonly int Kills = Setting("CLEANSYNC_CHAOS_KILLS", 4);
    private static readonly int Merges = Setting("CLEANSYNC_CHAOS_MERGES", 2);

    private static readonly bool Connector = Environment.GetEnvironmentVariable("CLEANSYNC_CHAOS_CONNECTOR") != "false";

    /// <summary>The seeds: <c>7</c>, <c>1-20</c> or <c>1,5,9</c>.</summary>
    public static TheoryData<int> Seeds =>
        [
            .. (Environment.GetEnvironmentVariable("CLEANSYNC_CHAOS_SEEDS") ?? "1-2")
                .Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Select(part =>
                    part.Split('-').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToList()
                )
                .SelectMany(ends => Enumerable.Range(ends[0], ends[^1] - ends[0] + 1)),
        ];

    [Theory]
    [MemberData(nameof(Seeds))]
    [Trait("Spec", "5.1")]
    [Trait("Spec", "2.4")]
    [Trait("Spec", "3.2")]
    [Trait("Spec", "4.1")]
    public async Task Whatever_breaks_every_user_ends_as_his_contact(int seed)
    {
        var site = WordPressUnderTest.Find("newest", Connector);
        var cheap = Path.Combine(site.Folder, "without-cost");
        await File.WriteAllTextAsync(cheap, "");
        try
        {
            var (figures, differences) = await new ChaosRun(
                new ChaosSize(seed, Contacts, Webhooks, Kills) { Nodes = NodesOf(seed), Merges = Merges },
                site
            ).Go();
            TestContext.Current.SendDiagnosticMessage(figures);
            Assert.True(differences.Count == 0, string.Join('\n', [figures, .. differences]));
        }
        finally
        {
            File.Delete(cheap);
        }
    }

    // Every second seed has several nodes on PostgreSQL: 2, then 3.
    private static int NodesOf(int seed) => seed % 2 == 1 ? 1 : 2 + (seed / 2 % 2 == 0 ? 1 : 0);

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;
}
