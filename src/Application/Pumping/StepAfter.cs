using CleanSync.Application.Ports;
using CleanSync.Domain;
using FluentValidation;

namespace CleanSync.Application.Pumping;

/// <summary>
/// Turns what happened to a claimed row into what becomes of it:
/// <code>
/// outcome parked                      park
/// any other outcome                   done
/// site held or paused                 wait, no attempt spent
/// transient, no attempt spent         wait as long as asked, an hour at most
/// transient, within the time allowed  retry, at the later of schedule and what was asked, an hour at most
/// transient, time is over             park(gave up)
/// permanent, invalid                  park(refused)
/// anything else                       as transient: a bug must not lose the work
/// </code>
/// </summary>
internal static class StepAfter
{
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(1);

    /// <summary>After an outcome.</summary>
    public static NextStep Outcome(SyncOutcome outcome) =>
        outcome.Parked is { } reason ? new NextStep.Park(reason, outcome.ToString()) : new NextStep.Done();

    /// <summary>After an exception.</summary>
    /// <param name="error">The exception.</param>
    /// <param name="work">The claimed row.</param>
    /// <param name="goesOnSince">Since when its site works again after it was held or paused; null when it was neither.</param>
    /// <param name="now">Now.</param>
    /// <param name="retryFor">How long a failing row is tried.</param>
    /// <param name="random">For the jitter.</param>
    public static NextStep Error(
        Exception error,
        ClaimedWork work,
        DateTimeOffset? goesOnSince,
        DateTimeOffset now,
        TimeSpan retryFor,
        uint random
    )
    {
        switch (error)
        {
            case SiteHeldException or SitePausedException:
                return new NextStep.Wait(now, error.Message);
            case TransientException { SpendsAttempt: false } waits:
                return new NextStep.Wait(now + Bounded(waits.RetryAfter ?? ShortWait), waits.Message);
            case PermanentException refused:
                return new NextStep.Park(ParkReason.Refused, refused.Message);
            case ValidationException:
                return new NextStep.Park(ParkReason.Refused, "the command is not valid");
        }
        var transient = error as TransientException;
        var reason = transient?.Message ?? $"unexpected: {error.GetType().Name}";
        // While the site waited nobody tried.
        var tried = new[] { work.FailingSince ?? now, goesOnSince ?? DateTimeOffset.MinValue }.Max();
        if (now - tried >= retryFor)
            return new NextStep.Park(ParkReason.GaveUp, reason);
        var wait = RetrySchedule.After(work.Attempt, random);
        if (transient?.RetryAfter is { } asked && Bounded(asked) > wait)
            wait = Bounded(asked);
        return new NextStep.RetryAt(now + wait, reason);
    }

    // Who asks for longer is asked once more in between: a broken header must not put a contact off for years.
    private static TimeSpan Bounded(TimeSpan asked) => asked < RetrySchedule.Longest ? asked : RetrySchedule.Longest;
}
