using System.Diagnostics.CodeAnalysis;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using Microsoft.Extensions.Logging;

namespace CleanSync.Application.Pumping;

/// <summary>
/// Works the inbox of a site:
/// <list type="number">
/// <item>claim up to a batch of contacts;</item>
/// <item>send each one's command, side by side, so that the adapters can gather what they ask for;</item>
/// <item>turn the outcome or exception into the row's next step;</item>
/// <item>finish the row together with its history, then tell those who wait.</item>
/// </list>
/// The only place that catches what commands throw.
/// </summary>
internal sealed partial class SyncPump
{
    private static readonly Func<ILogger, string, long, IDisposable?> WorkScope = LoggerMessage.DefineScope<
        string,
        long
    >("{Site} {Contact}");

    private static readonly TimeSpan StorePause = TimeSpan.FromSeconds(1);

    private readonly IInbox _inbox;
    private readonly UseCases _useCases;
    private readonly InboxSignals _signals;
    private readonly SiteStates _states;
    private readonly SiteProbe _probe;
    private readonly SyncSettings _settings;
    private readonly SyncMetrics _metrics;
    private readonly Randomness _random;
    private readonly TimeProvider _time;
    private readonly ILogger<SyncPump> _logger;

    internal SyncPump(
        IInbox inbox,
        UseCases useCases,
        InboxSignals signals,
        SiteStates states,
        SiteProbe probe,
        SyncSettings settings,
        SyncMetrics metrics,
        Randomness random,
        TimeProvider time,
        ILogger<SyncPump> logger
    ) =>
        (_inbox, _useCases, _signals, _states, _probe, _settings, _metrics, _random, _time, _logger) = (
            inbox,
            useCases,
            signals,
            states,
            probe,
            settings,
            metrics,
            random,
            time,
            logger
        );

    /// <summary>Claims one batch and works it to the end.</summary>
    /// <param name="site">The site.</param>
    /// <param name="cancellationToken">
    /// Stops the claim. What is claimed is worked to its end: a create that is cut off would have to be looked for later.
    /// </param>
    /// <returns>How many contacts were claimed; 0 when none was due.</returns>
    public async Task<int> RunOnce(string site, CancellationToken cancellationToken)
    {
        var batch = await _inbox.Claim(site, _settings.BatchSize, cancellationToken);
        await Task.WhenAll(batch.Select(Work));
        return batch.Count;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a command throws becomes the row's next step.")]
    private async Task Work(ClaimedWork work)
    {
        using var scope = WorkScope(_logger, work.Site, work.Contact);
        var started = _time.GetTimestamp();
        SyncOutcome? outcome = null;
        NextStep step;
        try
        {
            outcome = await Send(work);
            step = StepAfter.Outcome(outcome);
        }
        catch (Exception thrown)
        {
            var error = thrown;
            if (error is SiteHeldException)
                // Refused for this contact alone, it is this contact's fault: the site would be held for ever.
                error = await Blamed(work.Site, new TransientException(error.Message));
            else if (error is TransientException { SpendsAttempt: true, OfContact: false })
                error = await Blamed(work.Site, error);
            else if (error is not (TransientException or PermanentException))
                Log.Unexpected(_logger, error.GetType().Name, error.StackTrace);
            step = StepAfter.Error(
                error,
                work,
                _states.Of(work.Site).GoesOnSince,
                _time.GetUtcNow(),
                _settings.RetryFor,
                _random.Number()
            );
            if (step is NextStep.Park parked)
                outcome = new SyncOutcome(OutcomeKind.Parked, []) { Parked = parked.Reason };
        }
        var duration = _time.GetElapsedTime(started);
        await Finish(work, step, outcome, duration);
        if (outcome is null)
            _metrics.Retried(work.Site);
        else
            await Tell(work, outcome, duration);
    }

    // When the system itself is down, the contact has done nothing wrong.
    [SuppressMessage("Design", "CA1031", Justification = "Whatever the question throws, the row must be finished.")]
    private async Task<Exception> Blamed(string site, Exception error)
    {
        string? down;
        try
        {
            down = await _probe.WhyDown(site, CancellationToken.None);
        }
        catch (Exception unexpected)
        {
            Log.Unexpected(_logger, unexpected.GetType().Name, unexpected.StackTrace);
            return error;
        }
        if (down is null)
            return error;
        _states.Hold(site, down, _time.GetUtcNow());
        return new SiteHeldException(down);
    }

    private Task<SyncOutcome> Send(ClaimedWork work) =>
        work.Request.Action switch
        {
            SyncAction.Add => Run(
                new AddUser(work.Site, work.Contact, work.Request.Role, work.Request.SendNotification)
                {
                    Imported = work.Request.Imported,
                    Receipt = work.Receipt,
                    Urgency = work.Request.Urgency,
                }
            ),
            SyncAction.Update => Run(
                new UpdateUser(work.Site, work.Contact, work.Request.Role)
                {
                    Receipt = work.Receipt,
                    Urgency = work.Request.Urgency,
                }
            ),
            _ => Run(
                new UpdateTags(work.Site, work.Contact) { Receipt = work.Receipt, Urgency = work.Request.Urgency }
            ),
        };

    private Task<SyncOutcome> Run(IUseCase<SyncOutcome> useCase) => _useCases.Run(useCase, CancellationToken.None);

    // A row that cannot be finished would stay claimed, so the worker waits here until the store is back.
    [SuppressMessage("Design", "CA1031", Justification = "Whatever the store throws, the row must be finished.")]
    private async Task Finish(ClaimedWork work, NextStep step, SyncOutcome? outcome, TimeSpan duration)
    {
        var entry = outcome is null
            ? null
            : new HistoryEntry(
                _time.GetUtcNow(),
                work.Site,
                work.Contact,
                work.Request.Action,
                outcome.ToString(),
                [.. outcome.Warnings.Select(warning => warning.ToString())],
                duration,
                work.Attempt,
                outcome.Losses
            )
            {
                Settled = outcome.Settled,
            };
        switch (step)
        {
            case NextStep.RetryAt retry:
                Log.Retry(_logger, work.Site, work.Contact, work.Attempt, retry.When, retry.Reason);
                break;
            case NextStep.Park park:
                Log.Parked(_logger, work.Site, work.Contact, park.Detail);
                break;
        }
        while (true)
        {
            try
            {
                await _inbox.Finish(work, step, entry, CancellationToken.None);
                return;
            }
            catch (Exception error)
            {
                Log.CannotFinish(_logger, error.GetType().Name);
                await Task.Delay(StorePause, _time);
            }
        }
    }

    private async Task Tell(ClaimedWork work, SyncOutcome outcome, TimeSpan duration)
    {
        _metrics.Ended(work.Site, outcome.ToString(), duration);
        Log.Ended(_logger, work.Request.Action, outcome.ToString(), duration.TotalMilliseconds);
        if (!outcome.Warnings.IsDefaultOrEmpty)
            Log.Warned(
                _logger,
                work.Site,
                work.Contact,
                outcome.ToString(),
                string.Join(", ", outcome.Warnings.Select(warning => warning.Code))
            );
        _signals.Ended(work.Site, work.Contact, work.Receipt, outcome);
        await Notifications.Of(work.Site, work.Contact, outcome, _useCases);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "{Action} ended: {Outcome} in {Milliseconds} ms")]
        public static partial void Ended(ILogger logger, SyncAction action, string outcome, double milliseconds);

        [LoggerMessage(
            2,
            LogLevel.Information,
            "{Site}, contact {Contact}: attempt {Attempt} failed, next at {When:u}: {Reason}"
        )]
        public static partial void Retry(
            ILogger logger,
            string site,
            long contact,
            int attempt,
            DateTimeOffset when,
            string reason
        );

        [LoggerMessage(
            3,
            LogLevel.Warning,
            "{Site}, contact {Contact}: {Detail}. It waits for a person, or its next webhook"
        )]
        public static partial void Parked(ILogger logger, string site, long contact, string detail);

        // The codes only: what they are about may be a contact's value.
        [LoggerMessage(7, LogLevel.Warning, "{Site}, contact {Contact}: {Outcome}, with {Warnings}")]
        public static partial void Warned(ILogger logger, string site, long contact, string outcome, string warnings);

        // The type and the stack only: a message could carry a contact's value.
        [LoggerMessage(4, LogLevel.Error, "An unexpected {Error} in the work for a contact:\n{Stack}")]
        public static partial void Unexpected(ILogger logger, string error, string? stack);

        [LoggerMessage(5, LogLevel.Error, "The inbox cannot be written ({Error}); trying again every second")]
        public static partial void CannotFinish(ILogger logger, string error);
    }
}
