using System.Collections.Concurrent;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Pumping;

/// <summary>Whether each site can work, and what its owner should know. For health and pages.</summary>
public sealed class SiteStates
{
    private readonly ConcurrentDictionary<string, SiteState> _states = new(StringComparer.Ordinal);

    /// <summary>The state of a site.</summary>
    public SiteState Of(string site) => _states.GetValueOrDefault(site, SiteState.Working);

    internal void Hold(string site, string reason, DateTimeOffset now) =>
        Change(site, state => state with { Hold = new SiteHold(state.Hold?.Since ?? now, reason) });

    internal void Resume(string site, DateTimeOffset now) =>
        Change(site, state => state.Hold is null ? state : state with { Hold = null, GoesOnSince = now });

    internal void Paused(string site, SitePause? pause, DateTimeOffset now) =>
        Change(
            site,
            state =>
                state with
                {
                    Pause = pause,
                    GoesOnSince = pause is null && state.Pause is not null ? now : state.GoesOnSince,
                }
        );

    /// <summary>Another process may work the site now: what this one knew of it holds no more.</summary>
    internal void Forget(string site) => _states.TryRemove(site, out _);

    internal void Inspected(string site, string via, IReadOnlyList<Warning> notices) =>
        Change(site, state => state with { Via = via, InspectionNotices = notices });

    internal void WebhookChecked(string site, IReadOnlyList<Warning> notices) =>
        Change(site, state => state with { WebhookNotices = notices });

    internal void WebhooksHeard(string site, IReadOnlyList<Warning> notices) =>
        Change(site, state => state with { SilenceNotices = notices });

    internal void CaughtUp(string site, IReadOnlyList<Warning> notices) =>
        Change(site, state => state with { CatchUpNotices = notices });

    private void Change(string site, Func<SiteState, SiteState> change) =>
        _states.AddOrUpdate(
            site,
            static (_, change) => change(SiteState.Working),
            static (_, state, change) => change(state),
            change
        );
}

/// <summary>The state of a site.</summary>
public sealed record SiteState
{
    /// <summary>Why nothing of it is worked, and since when; null when it works.</summary>
    public SiteHold? Hold { get; init; }

    /// <summary>By which way its users are reached (<see cref="DirectoryAbilities.Via"/>); empty when that is not known.</summary>
    public string Via { get; init; } = "";

    /// <summary>The pause; null when it is not paused.</summary>
    public SitePause? Pause { get; init; }

    /// <summary>Since when it works again after it was held or paused; null when it was neither.</summary>
    internal DateTimeOffset? GoesOnSince { get; init; }

    /// <summary>Why it is held; null when it is not.</summary>
    public string? HeldBecause => Hold?.Because;

    /// <summary>Why nothing of it is worked, without what a person wrote about it; null when it works.</summary>
    public string? WhyWaiting => Pause?.WhyInPublic ?? HeldBecause;

    /// <summary>What its owner should know of both ends, such as mapped meta keys that the site does not register.</summary>
    public IReadOnlyList<Warning> InspectionNotices { get; init; } = [];

    /// <summary>What its owner should know of the webhook that its account sends.</summary>
    public IReadOnlyList<Warning> WebhookNotices { get; init; } = [];

    /// <summary>That no webhook has arrived for too long.</summary>
    public IReadOnlyList<Warning> SilenceNotices { get; init; } = [];

    /// <summary>Why it cannot catch up.</summary>
    public IReadOnlyList<Warning> CatchUpNotices { get; init; } = [];

    /// <summary>Everything that its owner should know.</summary>
    public IReadOnlyList<Warning> Notices =>
        [.. InspectionNotices, .. WebhookNotices, .. SilenceNotices, .. CatchUpNotices];

    /// <summary>A site that works, with nothing to say.</summary>
    public static SiteState Working { get; } = new();
}
