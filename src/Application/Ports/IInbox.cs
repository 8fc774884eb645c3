using CleanSync.Domain;

namespace CleanSync.Application.Ports;

/// <summary>The durable set of contacts that need work: one row per site and contact.</summary>
/// <remarks>
/// <para>Guarantees, for every store (SPEC 5.1):</para>
/// <list type="bullet">
/// <item>Durable: when <see cref="Accept"/> returns, the request survives a crash of the process and of the machine.</item>
/// <item>Stingy: a request for a contact that has a row joins it (<see cref="SyncRequest.Join"/>).</item>
/// <item>Alone: a claimed row is not claimed again before it is finished, or released after a crash.</item>
/// <item>Complete: what arrives while a row is claimed waits in it and is worked once more; a failed claim joins it.</item>
/// <item>Patient: a new request does not shorten a back-off, but revives a parked row at once with fresh attempts.</item>
/// <item>Fair: of a site's due rows the most urgent come first, and of those the ones that have been due longest.</item>
/// </list>
/// </remarks>
public interface IInbox
{
    /// <summary>Stores a request durably.</summary>
    /// <returns>A receipt, greater than every earlier one: the number of this request.</returns>
    /// <exception cref="InboxUnavailableException">It could not be stored.</exception>
    Task<long> Accept(string site, long contact, SyncRequest request, CancellationToken cancellationToken);

    /// <summary>Makes a small write, as durable as one of <see cref="Accept"/>, and changes nothing by it.</summary>
    /// <exception cref="InboxUnavailableException">Requests could not be stored now.</exception>
    Task Probe(CancellationToken cancellationToken);

    /// <summary>
    /// Stores the same request for many contacts, in one transaction. A row that waits, neither claimed nor parked, keeps its receipt when
    /// the request is less urgent than a webhook.
    /// </summary>
    Task AcceptAll(string site, IReadOnlyList<long> contacts, SyncRequest request, CancellationToken cancellationToken);

    /// <summary>In one transaction: moves the link to the user of a merged contact, and what that owes him, to the survivor, unless that has another user or has been owed something for this one, notes for the merged one which contact that is (<see cref="LedgerEntry.MergedInto"/>), and stores the request for the survivor.</summary>
    /// <param name="site">The site.</param>
    /// <param name="from">The contact that is gone.</param>
    /// <param name="to">The contact that it was merged into.</param>
    /// <param name="userId">The user that was linked to <paramref name="from"/>.</param>
    /// <param name="request">The request of the contact that is gone.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task AcceptMerged(
        string site,
        long from,
        long to,
        long userId,
        SyncRequest request,
        CancellationToken cancellationToken
    );

    /// <summary>Claims up to <paramref name="limit"/> due rows of a site and counts an attempt for each.</summary>
    Task<IReadOnlyList<ClaimedWork>> Claim(string site, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Ends a claim and, in the same transaction, writes the history and settles in the ledger what its outcome tells the end of. Ending
    /// it once more does nothing: a commit that went through may have been reported as failed.
    /// </summary>
    Task Finish(ClaimedWork work, NextStep step, HistoryEntry? entry, CancellationToken cancellationToken);

    /// <summary>Takes back what a dead worker had claimed of a site. Called once, before the first claim, by the site's only worker.</summary>
    Task Release(string site, CancellationToken cancellationToken);

    /// <summary>When the next row of a site falls due; null when none waits. Parked and claimed rows do not count.</summary>
    Task<DateTimeOffset?> NextDue(string site, CancellationToken cancellationToken);

    /// <summary>How full the inbox of a site is.</summary>
    Task<InboxDepth> Depth(string site, CancellationToken cancellationToken);

    /// <summary>How many rows of a site wait with that urgency, due or not.</summary>
    Task<long> Waiting(string site, Urgency urgency, CancellationToken cancellationToken);

    /// <summary>The rows of a site: parked ones first, by the time when they were parked; the others by urgency and due time.</summary>
    Task<IReadOnlyList<InboxRow>> Rows(string site, int limit, CancellationToken cancellationToken);

    /// <summary>Makes parked rows due now, with fresh attempts and a new receipt.</summary>
    /// <param name="site">The site.</param>
    /// <param name="contact">One contact; null for all.</param>
    /// <param name="reason">Only those parked for this reason; null for any.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>How many.</returns>
    Task<int> Retry(string site, long? contact, ParkReason? reason, CancellationToken cancellationToken);
}

/// <summary>A claimed row.</summary>
/// <param name="Site">The site.</param>
/// <param name="Contact">The contact id.</param>
/// <param name="Request">What is to be done.</param>
/// <param name="Receipt">The latest receipt that this claim covers.</param>
/// <param name="Attempt">1 for the first attempt.</param>
/// <param name="FailingSince">When the first attempt that failed ended; null when none has.</param>
public sealed record ClaimedWork(
    string Site,
    long Contact,
    SyncRequest Request,
    long Receipt,
    int Attempt,
    DateTimeOffset? FailingSince
);

/// <summary>What becomes of a claimed row.</summary>
public abstract record NextStep
{
    private NextStep() { }

    /// <summary>The claimed request is done and dropped.</summary>
    public sealed record Done : NextStep;

    /// <summary>
    /// It failed for now and is tried again; an attempt was spent. What is more than two hours ahead is taken for the word of a clock that was
    /// set back since, and is due at once.
    /// </summary>
    public sealed record RetryAt(DateTimeOffset When, string Reason) : NextStep;

    /// <summary>It waits through no fault of its own; no attempt was spent.</summary>
    public sealed record Wait(DateTimeOffset Until, string Reason) : NextStep;

    /// <summary>
    /// A person must look at it. When a request arrived meanwhile the row is not parked but due again at once, with fresh attempts.
    /// </summary>
    public sealed record Park(ParkReason Reason, string Detail) : NextStep;
}

/// <summary>One outcome, kept for the site's retention time.</summary>
/// <param name="When">When the work ended.</param>
/// <param name="Site">The site.</param>
/// <param name="Contact">The contact id.</param>
/// <param name="Action">The action worked on.</param>
/// <param name="Outcome">For instance <c>created</c> or <c>skipped(no user)</c>.</param>
/// <param name="Warnings">Warnings, as texts.</param>
/// <param name="Duration">From claim to end.</param>
/// <param name="Attempt">1 for the first attempt.</param>
/// <param name="Losses">What the plan took from the user, or would have; null when nothing was planned for one, an import asked for it, or a person let it through.</param>
public sealed record HistoryEntry(
    DateTimeOffset When,
    string Site,
    long Contact,
    SyncAction Action,
    string Outcome,
    IReadOnlyList<string> Warnings,
    TimeSpan Duration,
    int Attempt,
    Losses? Losses = null
)
{
    /// <summary>What is settled in the contact's ledger entry when this entry is written. Not kept in the history.</summary>
    public Settled Settled { get; init; }
}

/// <summary>How full an inbox is.</summary>
/// <param name="Waiting">Rows that wait, due or not.</param>
/// <param name="Claimed">Rows that are being worked.</param>
/// <param name="Parked">Rows that wait for a person.</param>
/// <param name="Oldest">When the oldest request that still waits arrived; null when none waits.</param>
public sealed record InboxDepth(long Waiting, long Claimed, long Parked, DateTimeOffset? Oldest);

/// <summary>One row, for people to look at.</summary>
/// <param name="Contact">The contact id.</param>
/// <param name="Request">What is to be done, claimed and pending joined.</param>
/// <param name="Claimed">Whether it is being worked.</param>
/// <param name="Due">When it is due.</param>
/// <param name="Attempts">Attempts so far.</param>
/// <param name="Parked">Why it is parked; null when it is not.</param>
/// <param name="Reason">The last reason given; empty when there is none.</param>
/// <param name="Webhooks">How many requests joined in it.</param>
public sealed record InboxRow(
    long Contact,
    SyncRequest Request,
    bool Claimed,
    DateTimeOffset Due,
    int Attempts,
    ParkReason? Parked,
    string Reason,
    int Webhooks
);

/// <summary>The inbox could not store a request; the sender must be told that it was not accepted.</summary>
/// <param name="inner">The cause.</param>
public sealed class InboxUnavailableException(Exception inner) : Exception("The inbox cannot store requests.", inner)
{
    /// <summary>Ends as the write does, and with this exception when the store does not work.</summary>
    internal static async Task<T> Or<T>(Task<T> write)
    {
        try
        {
            return await write;
        }
        catch (TransientException unavailable)
        {
            throw new InboxUnavailableException(unavailable.InnerException ?? unavailable);
        }
    }
}
