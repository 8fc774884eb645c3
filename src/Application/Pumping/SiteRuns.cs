using CleanSync.Application.Ports;
using CleanSync.Domain;
using Microsoft.Extensions.Logging;

namespace CleanSync.Application.Pumping;

/// <summary>Enqueues what no webhook asked for: catch-ups and sweeps when they are due, and the pages of runs that were started.</summary>
internal sealed partial class SiteRuns(
    ISites sites,
    IJobs jobs,
    UseCases useCases,
    SiteStates states,
    TimeProvider time,
    ILogger<SiteRuns> logger
)
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan WhileRunning = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WhileIdle = TimeSpan.FromSeconds(5);

    /// <summary>Catches up.</summary>
    /// <returns>When to come again.</returns>
    public async Task<TimeSpan> CatchUp(string site, CancellationToken cancellationToken)
    {
        if (
            sites.Find(site) is not { } found
            || found.CatchUp.Every <= TimeSpan.Zero
            || states.Of(site).HeldBecause is not null
        )
            return Soon;
        try
        {
            var enqueued = await useCases.Run(new CatchUp(site), cancellationToken);
            if (enqueued > 0)
                Log.CaughtUp(logger, site, enqueued);
            states.CaughtUp(site, []);
            return found.CatchUp.Every;
        }
        catch (TransientException later)
        {
            Log.Later(logger, site, later.Message);
            return Soon;
        }
        catch (PermanentException never)
        {
            var notice = new Warning("catch_up_stopped", never.Message);
            if (!states.Of(site).CatchUpNotices.Contains(notice))
                Log.Stopped(logger, site, never.Message);
            states.CaughtUp(site, [notice]);
            return found.CatchUp.Every;
        }
    }

    /// <summary>Starts the sweep when it is due, and enqueues what has room.</summary>
    /// <returns>When to come again.</returns>
    public async Task<TimeSpan> Advance(string site, CancellationToken cancellationToken)
    {
        if (sites.Find(site) is not { } found || states.Of(site).WhyWaiting is not null)
            return WhileIdle;
        await SweepWhenDue(site, found.CatchUp.Sweep, cancellationToken);
        var running = false;
        foreach (var kind in Enum.GetValues<JobKind>())
            running |= await Advance(site, kind, cancellationToken);
        return running ? WhileRunning : WhileIdle;
    }

    // One that cannot list its contacts now does not keep the other from going on.
    private async Task<bool> Advance(string site, JobKind kind, CancellationToken cancellationToken)
    {
        try
        {
            while (await useCases.Run(new AdvanceJob(site, kind), cancellationToken))
                cancellationToken.ThrowIfCancellationRequested();
            return await IsRunning(site, kind, cancellationToken);
        }
        catch (TransientException later)
        {
            Log.Later(logger, site, later.Message);
            return false;
        }
    }

    private async Task SweepWhenDue(string site, TimeSpan every, CancellationToken cancellationToken)
    {
        if (every <= TimeSpan.Zero)
            return;
        var last = await jobs.Find(site, JobKind.Sweep, cancellationToken);
        var now = time.GetUtcNow();
        // One of a time to come was started before the clock was set back: when, is not known any more.
        if (last is null || (last.State != JobState.Running && (now - last.Started >= every || last.Started > now)))
            await useCases.Run(new StartSweep(site), cancellationToken);
    }

    private async Task<bool> IsRunning(string site, JobKind kind, CancellationToken cancellationToken) =>
        await jobs.Find(site, kind, cancellationToken) is { State: JobState.Running };

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Information,
            "{Site}: {Contacts} contacts changed without a webhook and are enqueued"
        )]
        public static partial void CaughtUp(ILogger logger, string site, int contacts);

        [LoggerMessage(2, LogLevel.Warning, "{Site}: contacts cannot be listed now: {Reason}. It is tried again")]
        public static partial void Later(ILogger logger, string site, string reason);

        [LoggerMessage(
            3,
            LogLevel.Error,
            "{Site} cannot catch up: {Reason}. What was sent while nobody listened is found by the sweep only"
        )]
        public static partial void Stopped(ILogger logger, string site, string reason);
    }
}
