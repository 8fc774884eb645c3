using System.Diagnostics;
using CleanSync.Infrastructure.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace CleanSync.Scenarios;

/// <summary>How many requests the work costs at ActiveCampaign, counted at a real server at its real speed limit.</summary>
public sealed class RequestCountTests
{
    [Theory]
    [InlineData(1000, 1000)]
    [InlineData(1000, 10)]
    [Trait("Spec", "10.1")]
    [Trait("Spec", "10.6")]
    public async Task Updates_that_wait_cost_a_hundredth_of_a_request_each(int webhooks, int contacts)
    {
        var users = new SandboxUsers(TimeProvider.System, "not used here");
        Action<CleanSyncBuilder> directory = builder => builder.UseUserDirectory((_, _) => users);
        await using var host = await HostUnderTest.Start(
            null,
            new Dictionary<string, string>
            {
                ["CleanSync:Sites:shop:ActiveCampaign:RequestsPerSecond"] = "5",
                ["CleanSync:Sites:shop:ReturnPassword:Enabled"] = "false",
            },
            directory
        );
        var ids = Enumerable
            .Range(0, contacts)
            .Select(i =>
                host.Account.AddContact(
                    new SandboxDetails { Email = $"person{i}@example.test", Tags = [$"tag {i % 7}"] }
                )
            )
            .ToList();
        // Linked users, as after an import, and definitions known, as on any host that has run for a minute.
        await Task.WhenAll(ids.Select(id => host.Webhook("add", id, "&send_notification=false")));
        await host.Drained();
        var before = host.Server.Requests;
        host.Account.Behaviour.RequestsPerSecond = 5;
        foreach (var id in ids)
            host.Account.AddTag(id, "new");

        var clock = Stopwatch.StartNew();
        var storm = Enumerable.Range(0, webhooks).Select(i => ids[i % contacts]);
        await Parallel.ForEachAsync(storm, async (id, _) => await host.Webhook("update", id, ""));
        // While webhooks keep coming, what has gathered goes out once a second.
        var most = (contacts / 100) + 5 + (int)clock.Elapsed.TotalSeconds;
        await host.Drained();

        TestContext.Current.SendDiagnosticMessage(
            $"{webhooks} webhooks of {contacts} contacts: {host.Server.Requests - before} requests"
        );
        Assert.InRange(host.Server.Requests - before, 1, most);
        Assert.Equal(0, host.Account.RequestsTooFast);
        Assert.All(users.All.Skip(1), user => Assert.Contains("new", user.Tags!));
    }
}
