using System.Collections.Immutable;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application;

/// <summary>How the work for one contact ended.</summary>
public enum OutcomeKind
{
    /// <summary>A user was created.</summary>
    Created,

    /// <summary>An existing user was changed.</summary>
    Updated,

    /// <summary>The user was right already.</summary>
    Unchanged,

    /// <summary>There was nothing to do; see <see cref="SyncOutcome.Skipped"/>.</summary>
    Skipped,

    /// <summary>A person must look at it; see <see cref="SyncOutcome.Parked"/>.</summary>
    Parked,
}

/// <summary>The outcome of the work for one contact.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="Warnings">What was left out or done otherwise.</param>
public sealed record SyncOutcome(OutcomeKind Kind, ImmutableArray<Warning> Warnings)
{
    /// <summary>The user worked on; null when there is none.</summary>
    public long? UserId { get; init; }

    /// <summary>The change of tags that was written; null when tags did not change.</summary>
    public TagChange? Tags { get; init; }

    /// <summary>Why it was skipped; null otherwise.</summary>
    public SkipReason? Skipped { get; init; }

    /// <summary>Why it was parked; null otherwise.</summary>
    public ParkReason? Parked { get; init; }

    /// <summary>Whether the contact is gone from the account, and was not merged into another.</summary>
    public bool ContactGone { get; init; }

    /// <summary>The contact that this one was merged into; null when it was not.</summary>
    public long? Survivor { get; init; }

    /// <summary>The gone contacts from which the user was taken over, since they were merged into this one.</summary>
    internal ImmutableArray<long> TakenFrom { get; init; } = [];

    /// <summary>What the plan took from the user; null when none was planned, or an import asked for it.</summary>
    internal Losses? Losses { get; init; }

    /// <summary>What is settled in the ledger with this outcome, in the transaction that ends its claim.</summary>
    internal Settled Settled { get; init; }

    /// <summary>For instance <c>created</c>, <c>skipped(no user)</c> or <c>parked(conflict)</c>.</summary>
    public override string ToString() =>
        Kind switch
        {
            OutcomeKind.Skipped => $"skipped({Words(Skipped.ToString()!)})",
            OutcomeKind.Parked => $"parked({Words(Parked.ToString()!)})",
            _ => Words(Kind.ToString()),
        };

    /// <summary>Turns <c>NoUser</c> into <c>no user</c>.</summary>
    internal static string Words(string name) =>
        string.Concat(
            name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : " ") + char.ToLowerInvariant(c) : c.ToString())
        );
}
