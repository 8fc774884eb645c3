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
        _states.AddOrUpdate(
            site,
            _ => new SiteState(reason, now, []),
            (_, state) =>
                state.HeldBecause is null
                    ? state with
                    {
                        HeldBecause = reason,
                        Since = now,
                    }
                    : state with
                    {
                        HeldBecause = reason,
                    }
        );

    internal void Resume(string site) =>
        _states.AddOrUpdate(site, SiteState.Working, (_, state) => state with { HeldBecause = null, Since = null });

    internal void Paused(string site, SitePause? pause) =>
        _states.AddOrUpdate(
            site,
            SiteState.Working with
            {
                Pause = pause,
            },
            (_, state) => state.Pause == pause ? state : state with { Pause = pause }
        );

    internal void Inspected(string site, string via, IReadOnlyList<Warning> notices) =>
        _states.AddOrUpdate(
            site,
            SiteState.Working with
            {
                Via = via,
                Notices = notices,
            },
            (_, state) => state with { Via = via, Notices = notices }
        );
}

/// <summary>The state of a site.</summary>
/// <param name="HeldBecause">Why nothing of it is worked; null when it works.</param>
/// <param name="Since">Since when it is held.</param>
/// <param name="Notices">What its owner should know, such as mapped meta keys that the site does not register.</param>
public sealed record SiteState(string? HeldBecause, DateTimeOffset? Since, IReadOnlyList<Warning> Notices)
{
    /// <summary>By which way its users are reached (<see cref="DirectoryAbilities.Via"/>); empty when that is not known.</summary>
    public string Via { get; init; } = "";

    /// <summary>The pause; null when it is not paused.</summary>
    public SitePause? Pause { get; init; }

    /// <summary>Why nothing of it is worked, paused or held; null when it works.</summary>
    public string? WhyWaiting => Pause?.Because ?? HeldBecause;

    /// <summary>A site that works, with nothing to say.</summary>
    public static SiteState Working { get; } = new(null, null, []);
}
