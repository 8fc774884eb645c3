using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using CleanSync.Application.Ports;
using CleanSync.Application.Syncing;
using CleanSync.Domain;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CleanSync.Application.Pumping;

/// <summary>Runs the pump of every site whose account this process may work: timers and signals only, no rules.</summary>
internal sealed partial class SyncWorker(
    ISites sites,
    IInbox inbox,
    IHistory history,
    ISiteRecords records,
    IWorkerRole role,
    WorkingRight rights,
    UseCases useCases,
    SyncPump pump,
    InboxSignals signals,
    SiteStates states,
    SiteProbe probe,
    Guard guard,
    WebhookWatch webhooks,
    SiteRuns runs,
    SyncSettings settings,
    SyncMetrics metrics,
    TimeProvider time,
    IEnumerable<IUserRule> rules,
    IEnumerable<WorkerIsOff> off,
    ILogger<SyncWorker> logger
) : BackgroundService
{
    // Another process may have stored something, a command for instance; the store tells nobody.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PruneEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan ChoreAgain = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MeasureEvery = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ArrivalsEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan InspectEvery = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan InspectAgain = TimeSpan.FromMinutes(1);

    // A timer takes at most 49 days.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(30);

    // When the sites are inspected again: the plugin may come or go. Each is touched by its own loop alone.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _inspections = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (off.Any())
            return;
        var accounts = sites.Names.GroupBy(site => sites.Find(site)?.Account ?? site, StringComparer.Ordinal);
        await Task.WhenAll([
            Repeat(nameof(PruneHistory), PruneEvery, PruneHistory, stoppingToken),
            Repeat(nameof(Measure), MeasureEvery, Measure, stoppingToken),
            Repeat(nameof(webhooks.StoreArrivals), ArrivalsEvery, webhooks.StoreArrivals, stoppingToken),
            .. accounts.Select(account => RunAccount(account.Key, [.. account], stoppingToken)),
        ]);
    }

    // Who loses an account ends what was begun before it takes the account again: no two rounds of it ever overlap.
    [SuppressMessage("Design", "CA1031", Justification = "Whatever the store throws, the right is asked for again.")]
    private async Task RunAccount(string account, IReadOnlyList<string> its, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var right = await role.Take(account, its, stopping);
                try
                {
                    using var ending = CancellationTokenSource.CreateLinkedTokenSource(right.Ends, stopping);
                    await Task.WhenAll(its.Select(site => WorkSite(site, ending.Token)));
                }
                finally
                {
                    using var closed = await rights.Close(account);
                    await right.DisposeAsync();
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                Log.NoRight(logger, account, error.GetType().Name);
                await Task.Delay(Pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task WorkSite(string site, CancellationToken ending)
    {
        guard.Forget(site);
        await Release(site, ending);
        try
        {
            await Chores(site, ending);
        }
        finally
        {
            states.Forget(site);
        }
    }

    private Task Chores(string site, CancellationToken ending) =>
        Task.WhenAll(
            RunSite(site, ending),
            Repeat(nameof(ClearPasswords), settings.FirstLoginEvery, stop => ClearPasswords(site, stop), ending),
            Repeat(
                nameof(webhooks.LookAfter),
                settings.WebhookCheckEvery,
                stop => webhooks.LookAfter(site, stop),
                ending
            ),
            Repeat(nameof(webhooks.Listen), ArrivalsEvery, stop => webhooks.Listen(site, stop), ending),
            Repeat(nameof(runs.CatchUp), stop => runs.CatchUp(site, stop), ending),
            Repeat(nameof(runs.Advance), stop => runs.Advance(site, stop), ending)
        );

    // A full disk at start must not end the host, which can tell senders so and keep what comes when the disk has room again.
    [SuppressMessage("Design", "CA1031", Justification = "Whatever the store throws, it is waited for.")]
    private async Task Release(string site, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await inbox.Release(site, stopping);
                return;
            }
            catch (Exception error) when (!stopping.IsCancellationRequested)
            {
                Log.NotReleased(logger, error.GetType().Name);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(Pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever happens to one round, the site goes on.")]
    private async Task RunSite(string site, CancellationToken stopping)
    {
        await Inspect(site, stopping);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await IsPaused(site, stopping))
                {
                    await Task.Delay(Pause, time, stopping);
                    continue;
                }
                if (states.Of(site).HeldBecause is not null)
                {
                    await Probe(site, stopping);
                    continue;
                }
                if (_inspections.TryGetValue(site, out var due) && due <= time.GetUtcNow())
                {
                    await Inspect(site, stopping);
                    continue;
                }
                await Work(site, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                Log.RoundFailed(logger, site, error.GetType().Name);
                await Task.Delay(Pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // Who pauses and resumes, and who asks why a site is held, may be another process: the store is the one place that all know.
    private async Task<bool> IsPaused(string site, CancellationToken stopping)
    {
        var record = await records.Find(site, stopping);
        var (pause, before) = (record.Pause, states.Of(site));
        states.Paused(site, pause, time.GetUtcNow());
        if (pause is not null && before.Pause is null)
            Log.Paused(logger, site, pause.Why);
        if (pause is null && before.Pause is not null)
            Log.GoesOn(logger, site);
        if (!string.Equals(record.Hold?.Because, before.HeldBecause, StringComparison.Ordinal))
            await records.Held(site, before.Hold, stopping);
        return pause is not null;
    }

    private async Task Work(string site, CancellationToken stopping)
    {
        var claimed = await pump.RunOnce(site, stopping);
        if (states.Of(site).HeldBecause is { } reason)
            Log.Held(logger, site, reason);
        else if (claimed == 0)
            await Sleep(site, stopping);
        else
            // After a full batch the next may be together already: a trickle of webhooks must not slow a backlog down.
            await signals.Gather(site, claimed < settings.BatchSize ? settings.BatchSize : 0, stopping);
    }

    // Until something arrives or falls due.
    private async Task Sleep(string site, CancellationToken stopping)
    {
        var due = await inbox.NextDue(site, stopping);
        var sleep = due is { } at ? at - time.GetUtcNow() : LongestSleep;
        if (sleep <= TimeSpan.Zero)
            return;
        using var alarm = new CancellationTokenSource(sleep < LongestSleep ? sleep : LongestSleep, time);
        using var awake = CancellationTokenSource.CreateLinkedTokenSource(alarm.Token, stopping);
        try
        {
            await signals.WaitForArrival(site, awake.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return;
        }
        await signals.Gather(site, settings.BatchSize, stopping);
    }

    private async Task Probe(string site, CancellationToken stopping)
    {
        await Task.Delay(settings.ProbeEvery, time, stopping);
        if (await probe.WhyDown(site, stopping) is { } still)
        {
            states.Hold(site, still, time.GetUtcNow());
            return;
        }
        states.Resume(site, time.GetUtcNow());
        Log.Resumed(logger, site);
        await Inspect(site, stopping);
    }

    // What the site cannot store is told at start, per mapping, and not only when a contact comes along.
    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "An inspection that fails says nothing; the work itself will."
    )]
    private async Task Inspect(string site, CancellationToken stopping)
    {
        _inspections.TryRemove(site, out _);
        if (sites.Find(site) is not { } found)
            return;
        try
        {
            var abilities = await found.Users.Describe(stopping);
            var asked = found.Rules.CustomFields.Except(
                rules.SelectMany(rule => rule.Fields).Select(field => $"%{field.Trim().Trim('%')}%"),
                StringComparer.OrdinalIgnoreCase
            );
            var unknown = await found.Contacts.UnknownFields([.. asked], stopping);
            var notices = SiteInspection.Of(unknown, abilities, found.Rules);
            var before = states.Of(site);
            states.Inspected(site, abilities.Via, notices);
            _inspections[site] = time.GetUtcNow() + InspectEvery;
            if (!string.Equals(abilities.Via, before.Via, StringComparison.Ordinal))
                Log.Reached(logger, site, abilities.Via);
            foreach (var notice in notices.Except(before.InspectionNotices))
                Log.Notice(logger, site, notice);
        }
        catch (SiteHeldException held)
        {
            states.Hold(site, held.Message, time.GetUtcNow());
            Log.Held(logger, site, held.Message);
        }
        catch (Exception error) when (!stopping.IsCancellationRequested)
        {
            _inspections[site] = time.GetUtcNow() + InspectAgain;
            Log.NotInspected(
                logger,
                site,
                error is TransientException or PermanentException ? error.Message : error.GetType().Name
            );
        }
        catch (OperationCanceledException)
        {
            // The host is stopping.
        }
    }

    private async Task PruneHistory(CancellationToken stopping) =>
        await history.Prune(time.GetUtcNow() - settings.KeepHistory, stopping);

    // A site that is held or paused says why already, and is left alone.
    private async Task ClearPasswords(string site, CancellationToken stopping)
    {
        if (sites.Find(site)?.Rules.ClearAfterFirstLogin != true || states.Of(site).WhyWaiting is not null)
            return;
        try
        {
            await useCases.Run(new ClearReturnedPasswords(site), stopping);
        }
        catch (SiteHeldException held)
        {
            states.Hold(site, held.Message, time.GetUtcNow());
            Log.Held(logger, site, held.Message);
            signals.Wake(site);
        }
        catch (TransientException later)
        {
            Log.NotCleared(logger, site, later.Message);
        }
    }

    private async Task Measure(CancellationToken stopping)
    {
        foreach (var site in sites.Names)
            metrics.Measured(site, await inbox.Depth(site, stopping), time.GetUtcNow());
    }

    private Task Repeat(string name, TimeSpan every, Func<CancellationToken, Task> chore, CancellationToken stopping) =>
        Repeat(
            name,
            async stop =>
            {
                await chore(stop);
                return every;
            },
            stopping,
            every
        );

    // The chore says when it wants to be done again; one that fails is done again after a minute, unless said otherwise.
    [SuppressMessage("Design", "CA1031", Justification = "What fails now can be done the next time just as well.")]
    private async Task Repeat(
        string name,
        Func<CancellationToken, Task<TimeSpan>> chore,
        CancellationToken stopping,
        TimeSpan? afterFailure = null
    )
    {
        while (!stopping.IsCancellationRequested)
        {
            var every = afterFailure ?? ChoreAgain;
            try
            {
                every = await chore(stopping);
            }
            catch (Exception error) when (!stopping.IsCancellationRequested)
            {
                Log.RoundFailed(logger, name, error.GetType().Name);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(every < LongestDelay ? every : LongestDelay, time, stopping)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A round of {Site} failed: {Error}")]
        public static partial void RoundFailed(ILogger logger, string site, string error);

        [LoggerMessage(10, LogLevel.Warning, "{Site} is paused: {Reason}. Webhooks are accepted and wait")]
        public static partial void Paused(ILogger logger, string site, string reason);

        [LoggerMessage(11, LogLevel.Information, "{Site} was resumed and goes on")]
        public static partial void GoesOn(ILogger logger, string site);

        [LoggerMessage(2, LogLevel.Information, "{Site} answers again and goes on")]
        public static partial void Resumed(ILogger logger, string site);

        [LoggerMessage(
            3,
            LogLevel.Error,
            "{Site} is held: {Reason}. Webhooks are accepted and wait; the site is asked again every minute"
        )]
        public static partial void Held(ILogger logger, string site, string reason);

        [LoggerMessage(4, LogLevel.Warning, "{Site}: {Notice}")]
        public static partial void Notice(ILogger logger, string site, Warning notice);

        [LoggerMessage(5, LogLevel.Warning, "{Site} could not be inspected yet: {Reason}")]
        public static partial void NotInspected(ILogger logger, string site, string reason);

        [LoggerMessage(8, LogLevel.Information, "{Site}: users are reached by {Via}")]
        public static partial void Reached(ILogger logger, string site, string via);

        [LoggerMessage(7, LogLevel.Warning, "{Site}: who has signed in could not be found out now: {Reason}")]
        public static partial void NotCleared(ILogger logger, string site, string reason);

        [LoggerMessage(
            9,
            LogLevel.Error,
            "The right to work {Account} could not be had ({Error}); trying again every second"
        )]
        public static partial void NoRight(ILogger logger, string account, string error);

        [LoggerMessage(6, LogLevel.Error, "The inbox cannot be worked yet ({Error}); trying again every second")]
        public static partial void NotReleased(ILogger logger, string error);
    }
}
