using System.Collections.Immutable;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Syncing;

/// <summary>What was seen and what shall be done, for one contact.</summary>
internal sealed record Decision(Site Site, LedgerEntry Entry, SyncRequest Request, UserPlan Plan) : IDisposable
{
    /// <summary>Whether no claim is behind it, whose end would settle in the ledger what the outcome tells.</summary>
    public bool Direct { get; init; }

    /// <summary>What was seen; null when the contact is gone.</summary>
    public Sighting? Seen { get; init; }

    /// <summary>The user that the contact is linked to, if he still exists.</summary>
    public User? Linked { get; init; }

    /// <summary>The gone contacts whose user this one's becomes.</summary>
    public ImmutableArray<long> TakenFrom { get; init; } = [];

    /// <summary>The site's own clock at the look by email; null when there was none.</summary>
    public DateTimeOffset? SiteDate { get; init; }

    /// <summary>Held until all is done: the emails by which a user was looked for, and those of <see cref="TakenFrom"/>.</summary>
    public IReadOnlyList<IDisposable> Locks { get; init; } = [];

    /// <summary>What came up while deciding.</summary>
    public IReadOnlyList<Warning> Warnings { get; init; } = [];

    /// <summary>What the guard counted; null when it did not look, or a person let it through.</summary>
    public Losses? Losses { get; init; }

    /// <summary>What a person has discarded of the plan.</summary>
    public Losses Discarded { get; init; }

    /// <summary>Whether a user is left without a contact.</summary>
    public bool ContactGone =>
        Seen is null
        && Linked is not null
        && Plan is UserPlan.Change or UserPlan.Skip { Reason: SkipReason.ContactGone };

    public void Dispose()
    {
        foreach (var held in Locks)
            held.Dispose();
    }
}

/// <summary>A plan that was carried out: how it ended, and what the obligations to the user need to go on.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Entry">The ledger's entry, as stored.</param>
/// <param name="User">The user; null when there is none.</param>
internal sealed record Written(SyncOutcome Outcome, LedgerEntry Entry, User? User);
