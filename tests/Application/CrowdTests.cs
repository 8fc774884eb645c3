using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Tests;

/// <summary>A site with many linked users, each with the tag gold, whose contacts have what a test gives them.</summary>
public abstract class CrowdTests
{
    /// <summary>The first contact; the others follow.</summary>
    private protected const long First = 1_000;

    private protected readonly World _world = new();

    private protected SitePause? Pause => _world.Store.RecordOf("shop").Pause;

    private protected World.Process Users(int number, Func<int, string[]> tagsOf)
    {
        for (var i = 0; i < number; i++)
        {
            var email = $"user{i}@example.test";
            var user = _world.Users.Add(email, $"user{i}", "subscriber", "gold");
            _world.Store.Save(new LedgerEntry("shop", First + i) { UserId = user.Id }, default).Wait();
            _world.Contacts.Add(World.Ann(email, tagsOf(i)) with { Id = First + i });
        }
        return _world.Start();
    }

    private protected async Task Accept(long first, int number, SyncRequest? request = null)
    {
        for (var i = 0; i < number; i++)
            await _world.Store.Accept("shop", first + i, request ?? new SyncRequest(SyncAction.Update), default);
    }

    private protected async Task Work(World.Process process, long first, int number, SyncRequest? request = null)
    {
        await Accept(first, number, request);
        for (var i = 0; i < number; i += 100)
            await process.Pump.RunOnce("shop", default);
    }

    private protected int Emptied() => _world.Users.All.Values.Count(user => user.Tags is { Count: 0 });

    private protected async Task<Job> Sweep() => (await ((IJobs)_world.Store).Find("shop", JobKind.Sweep, default))!;
}
