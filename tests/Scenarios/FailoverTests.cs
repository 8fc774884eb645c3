using System.Diagnostics;
using System.Globalization;
using CleanSync.AspNetCore.Sandbox;
using CleanSync.Infrastructure.Sandbox;
using CleanSync.Infrastructure.Tests.Inbox;
using CleanSync.Infrastructure.Tests.WordPress;
using CleanSync.Scenarios.Chaos;

namespace CleanSync.Scenarios;

/// <summary>
/// Two hosts as processes of their own on one PostgreSQL, and what becomes of an account when the one that works it ends or freezes. What
/// they send WordPress goes through a proxy that keeps a log.
/// </summary>
public sealed class FailoverTests
{
    private const int Contacts = 60;

    [Theory]
    [InlineData("kill")]
    [InlineData("freeze")]
    [InlineData("terminate")]
    [Trait("Spec", "5.4")]
    public async Task Another_node_goes_on_and_the_two_never_write_at_the_same_time(string end)
    {
        var site = WordPressUnderTest.Find("debian", connector: false);
        var account = HostUnderTest.NewAccount();
        await using var server = await SandboxActiveCampaignServer.Start(account);
        var dice = new Dice(1, "failover");
        await using var proxy = await HttpFaultProxy.Start(
            site.Site.Url,
            nodes: 2,
            rate: 0,
            dice,
            (random, _) => HttpFault.OfWordPress(random)
        );
        var database = PostgreSqlUnderTest.MakeDatabase();
        var store = Store.PostgreSql(database);
        var folder = Directory.CreateTempSubdirectory("cleansync-failover-");
        var contacts = Enumerable
            .Range(0, Contacts)
            .Select(i =>
                account.AddContact(
                    new SandboxDetails { Email = $"{end}{i}.{Environment.ProcessId}@example.test", Tags = ["start"] }
                )
            )
            .ToList();
        using var first = new HostProcess(SettingsOf(0));
        using var second = new HostProcess(SettingsOf(1));
        HostProcess[] nodes = [first, second];
        await Task.WhenAll(nodes.Select(node => node.Start()));
        foreach (var contact in contacts)
            Assert.True(await nodes[contact % 2].Webhook("add", contact));
        await Eventually.Is(() => proxy.Writes.Count > 10);

        var worker = proxy.Writes.First().Node;
        var clock = Stopwatch.StartNew();
        switch (end)
        {
            case "kill":
                nodes[worker].Kill();
                break;
            case "freeze":
                await nodes[worker].Freeze();
                break;
            default:
                await nodes[worker].Terminate();
                break;
        }
        await Eventually.Is(() => proxy.Writes.Any(write => write.Node != worker));
        var handover = clock.Elapsed;
        if (end == "freeze")
        {
            await nodes[worker].Thaw();
            // It is awake, and has had every opportunity.
            Assert.True(await nodes[worker].Webhook("update", contacts[0]));
        }
        await Eventually.Is(async () => (await store.Rows()).Count == 0);

        var before = proxy.Writes.Where(write => write.Node == worker).ToList();
        var after = proxy.Writes.Where(write => write.Node != worker).ToList();
        TestContext.Current.SendDiagnosticMessage(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{end}: another node wrote after {handover.TotalSeconds:0.0} s; {before.Count} and {after.Count} writes"
            )
        );
        // What the first had sent ended before the second began; and it sent nothing after.
        Assert.True(before.Max(write => write.End) <= after.Min(write => write.Start));
        var links = await store.Links();
        Assert.Equal(contacts.Order(), links.Keys.Order());
        Assert.Equal(Contacts, links.Values.Distinct().Count());

        first.Dispose();
        second.Dispose();
        folder.Delete(recursive: true);
        PostgreSqlUnderTest.Drop(database);

        Dictionary<string, string?> SettingsOf(int node) =>
            new(HostUnderTest.Settings(site, server.Url, folder))
            {
                ["CleanSync:Inbox:Provider"] = "PostgreSql",
                ["CleanSync:Inbox:ConnectionString"] = database,
                ["CleanSync:Sites:shop:WordPress:Url"] = proxy.Url(node).ToString(),
                ["CleanSync:Sites:shop:WordPress:MaxConcurrency"] = "2",
            };
    }
}
