using CleanSync.Application.Ports;
using CleanSync.Application.Syncing;

namespace CleanSync.Application.Pumping;

/// <summary>Says that the application works the inbox itself: registered, no worker of CleanSync begins anything by itself.</summary>
internal sealed class WorkerIsOff;

/// <summary>The public entry, and the pump for those who run it themselves.</summary>
internal sealed class ManualWork(
    UseCases useCases,
    ISites sites,
    IInbox inbox,
    IHistory history,
    ISiteRecords records,
    IWorkerRole role,
    WorkingRight rights,
    SyncPump pump,
    SiteStates states,
    Guard guard,
    SyncSettings settings,
    TimeProvider time,
    IEnumerable<WorkerIsOff> off
) : ICleanSync
{
    public Task<TOutcome> Run<TOutcome>(IUseCase<TOutcome> useCase, CancellationToken cancellationToken = default) =>
        useCases.Run(useCase, cancellationToken);

    public async Task<int> Work(string site, CancellationToken cancellationToken = default)
    {
        if (!off.Any())
            throw new InvalidOperationException(
                "The worker of this host works the inbox already; turn it off with AddCleanSync(...).WithoutWorker()."
            );
        var account = sites.Find(site)?.Account ?? throw new PermanentException("configuration: there is no such site");
        string[] its =
        [
            .. sites.Names.Where(name => string.Equals(sites.Find(name)?.Account, account, StringComparison.Ordinal)),
        ];
        var right = await role.Take(account, its, cancellationToken);
        try
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(right.Ends, cancellationToken);
            guard.Forget(site);
            await inbox.Release(site, ending.Token);
            await history.Prune(time.GetUtcNow() - settings.KeepHistory, ending.Token);
            return await Drain(site, ending.Token);
        }
        finally
        {
            using var closed = await rights.Close(account);
            await right.DisposeAsync();
        }
    }

    private async Task<int> Drain(string site, CancellationToken ending)
    {
        // Whoever calls again wants it tried again.
        states.Resume(site, time.GetUtcNow());
        for (var worked = 0; ; )
        {
            var record = await records.Find(site, ending);
            var pause = record.Pause;
            states.Paused(site, pause, time.GetUtcNow());
            var claimed = pause is null ? await pump.RunOnce(site, ending) : 0;
            worked += claimed;
            var hold = states.Of(site).Hold;
            if (!string.Equals(record.Hold?.Because, hold?.Because, StringComparison.Ordinal))
                await records.Held(site, hold, ending);
            if (states.Of(site).HeldBecause is { } reason)
                throw new SiteHeldException(reason);
            if (claimed == 0)
                return worked;
        }
    }
}
