using CleanSync.Application;
using CleanSync.Infrastructure.Sandbox;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace CleanSync.Scenarios;

/// <summary>SPEC 6.1: the host was down, and nobody repeats what was sent meanwhile. Real HTTP to the account.</summary>
[Trait("Spec", "6.1")]
public sealed class DowntimeTests
{
    [Fact]
    public async Task After_a_downtime_every_linked_user_is_right_by_itself()
    {
        var users = new SandboxUsers(TimeProvider.System, "not used here");
        Action<CleanSyncBuilder> directory = builder => builder.UseUserDirectory((_, _) => users);
        await using var host = await HostUnderTest.Start(
            null,
            new Dictionary<string, string>
            {
                ["CleanSync:Sites:shop:ReturnPassword:Enabled"] = "false",
                ["CleanSync:Sites:shop:CatchUp:AddWithTag"] = "customer",
            },
            directory
        );
        var ids = Enumerable
            .Range(0, 300)
            .Select(i => host.Account.AddContact(new() { Email = $"person{i}@example.test", Tags = ["old"] }))
            .ToList();
        await using (var scope = host.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new StartImport("shop"));
        await Eventually.Is(() =>
            users.All.Count(user => user.Email.StartsWith("person", StringComparison.Ordinal)) == 300
        );
        await host.Drained();

        await host.Stop();
        foreach (var id in ids.Take(120))
            host.Account.AddTag(id, "new");
        host.Account.EditContact(ids[0], new SandboxDetails { FirstName = "Renamed" });
        host.Account.AddContact(new() { Email = "customer@example.test", Tags = ["customer"] });
        host.Account.AddContact(new() { Email = "nobody@example.test", Tags = ["other"] });
        var before = host.Server.Requests;
        await host.StartAgain();

        await Eventually.Is(() =>
            users.All.Count(user => user.Tags!.Contains("new")) == 120
            && users.All.Any(user => user.Email == "customer@example.test")
        );
        await host.Drained();
        TestContext.Current.SendDiagnosticMessage(
            $"300 linked, 121 changed while the host was down: {host.Server.Requests - before} requests"
        );
        Assert.DoesNotContain(users.All, user => user.Email == "nobody@example.test");
        // Lists of changed ones and of tagged ones, the tags, definitions for the inspection, and a hundredth for each contact.
        Assert.InRange(host.Server.Requests - before, 1, 16);
    }
}
