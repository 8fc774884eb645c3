using CleanSync.Domain;

namespace CleanSync.Application.Ports;

/// <summary>What is kept for good of each site as a whole. Every write is durable when it returns, and touches nothing but what it names.</summary>
public interface ISiteRecords
{
    /// <summary>The record of a site; an empty one when nothing is known.</summary>
    Task<SiteRecord> Find(string site, CancellationToken cancellationToken);

    /// <summary>Stores when a webhook arrived last. An earlier time changes nothing.</summary>
    Task WebhookArrived(string site, DateTimeOffset when, CancellationToken cancellationToken);

    /// <summary>Stores up to which time of the sender every change is known.</summary>
    Task CaughtUp(string site, DateTimeOffset watermark, CancellationToken cancellationToken);

    /// <summary>Stores why a site is held; null when it works. For those who do not work it themselves: called by the site's only worker.</summary>
    Task Held(string site, SiteHold? hold, CancellationToken cancellationToken);

    /// <summary>Pauses a site. One that is paused already stays so, with what a person wrote first; what the guard stops is added.</summary>
    Task Pause(string site, SitePause pause, CancellationToken cancellationToken);

    /// <summary>
    /// Lets a paused site go on. What the guard had stopped gets its verdict: for all requests with a receipt given out before now.
    /// </summary>
    /// <param name="site">The site.</param>
    /// <param name="letThrough">True lets them through; false discards them; null resumes nothing that the guard had stopped.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>
    /// The pause that is over; null when the site was not paused. When the guard stopped something and nothing is said about that, the pause
    /// that goes on.
    /// </returns>
    Task<SitePause?> Resume(string site, bool? letThrough, CancellationToken cancellationToken);
}

/// <summary>What is known for good of a site.</summary>
/// <param name="Name">The site.</param>
public sealed record SiteRecord(string Name)
{
    /// <summary>Up to which time of the sender every change is known; null before the first catch-up.</summary>
    public DateTimeOffset? Watermark { get; init; }

    /// <summary>When a webhook arrived last; null when none ever did.</summary>
    public DateTimeOffset? LastWebhook { get; init; }

    /// <summary>The pause; null while the site works.</summary>
    public SitePause? Pause { get; init; }

    /// <summary>Why nothing of it is worked, as who works it has said last; null while it works.</summary>
    public SiteHold? Hold { get; init; }

    /// <summary>What was decided about losses that the guard had stopped: the latest for each kind.</summary>
    public IReadOnlyList<GuardVerdict> Verdicts { get; init; } = [];
}

/// <summary>A site is held, since one of its two sides cannot be worked with: webhooks are accepted and wait, and it goes on by itself.</summary>
/// <param name="Since">Since when.</param>
/// <param name="Because">Why, without personal data.</param>
public sealed record SiteHold(DateTimeOffset Since, string Because);

/// <summary>A site is paused: webhooks are accepted and wait.</summary>
/// <param name="Since">Since when.</param>
/// <param name="Because">What a person wrote who paused it; empty when nobody but the guard did.</param>
/// <param name="Stopped">What the guard stopped; <see cref="Losses.None"/> when it stopped nothing.</param>
public sealed record SitePause(DateTimeOffset Since, string Because, Losses Stopped)
{
    /// <summary>Why, for the operator: all that the guard stopped, and what a person wrote.</summary>
    public string Why => Join(Because);

    /// <summary>Why, for everybody: without what a person wrote.</summary>
    public string WhyInPublic => Join(Because.Length > 0 ? "paused by a person" : "");

    /// <summary>That the guard has stopped these.</summary>
    internal static string Guarded(Losses stopped) =>
        $"guard: too many users would lose the same thing within an hour ({string.Join(", ", stopped.Kinds().Select(kind => SyncOutcome.Words(kind.ToString())))})";

    private string Join(string person) =>
        string.Join(
            "; ",
            new[] { Stopped == Losses.None ? "" : Guarded(Stopped), person }.Where(why => why.Length > 0)
        );
}

/// <summary>What a person decided about losses that the guard had stopped.</summary>
/// <param name="Loss">One kind.</param>
/// <param name="LetThrough">True lets them through; false discards them.</param>
/// <param name="UpTo">The last receipt that it holds for.</param>
/// <param name="When">When it was decided; the guard counts afresh from then on.</param>
public sealed record GuardVerdict(Losses Loss, bool LetThrough, long UpTo, DateTimeOffset When);
