using CleanSync.Application;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Sandbox;

namespace WorkerWithoutHttp;

/// <summary>What a scheduler would start every few minutes.</summary>
public sealed class Round(
    ICleanSync cleanSync,
    IHistory history,
    IServiceProvider services,
    IHostApplicationLifetime lifetime
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The first one of a site only notes the time; later ones enqueue what changed since.
        await cleanSync.Run(new CatchUp("shop"), stoppingToken);
        await cleanSync.Run(new ReceiveWebhook("shop", SyncAction.Add, 1), stoppingToken);
        await cleanSync.Run(new ReceiveWebhook("shop", SyncAction.Add, 2), stoppingToken);
        Console.WriteLine($"first round: {await cleanSync.Work("shop", stoppingToken)} worked");

        // Somebody changes a contact, and no webhook tells of it.
        services.GetService<SandboxEnds>()?.Account.AddTag(1, "VIP");

        // Of the contacts that changed lately those that have a user are enqueued; of users who are right already nothing is written.
        Console.WriteLine($"catching up: {await cleanSync.Run(new CatchUp("shop"), stoppingToken)} enqueued");
        Console.WriteLine($"second round: {await cleanSync.Work("shop", stoppingToken)} worked");

        foreach (var entry in (await history.Latest("shop", limit: 10, stoppingToken)).Reverse())
            Console.WriteLine($"contact {entry.Contact}, {entry.Action}: {entry.Outcome}");
        lifetime.StopApplication();
    }
}
