using CleanSync.Domain;

namespace CleanSync.Application.Ports;

/// <summary>What is known for good of each site and contact. Rows are never expired; every write is durable when it returns.</summary>
public interface ILedger
{
    /// <summary>The entry of a contact; an empty one when nothing is known.</summary>
    Task<LedgerEntry> Find(string site, long contact, CancellationToken cancellationToken);

    /// <summary>What is known of those contacts, in no particular order; those of whom nothing is known are left out.</summary>
    Task<IReadOnlyList<LedgerEntry>> FindAll(
        string site,
        IReadOnlyList<long> contacts,
        CancellationToken cancellationToken
    );

    /// <summary>The contacts that are linked to a user, by id: those above <paramref name="after"/>.</summary>
    /// <param name="site">The site.</param>
    /// <param name="after">The last contact of the page before; 0 for the first page.</param>
    /// <param name="limit">The most contacts to answer.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<IReadOnlyList<long>> Linked(string site, long after, int limit, CancellationToken cancellationToken);

    /// <summary>How many contacts of a site are linked to a user.</summary>
    Task<long> CountLinked(string site, CancellationToken cancellationToken);

    /// <summary>The contacts that are linked to a user, usually none or one.</summary>
    Task<IReadOnlyList<long>> LinkedContacts(string site, long userId, CancellationToken cancellationToken);

    /// <summary>The contacts whose field holds a returned password, by id: those above <paramref name="after"/>.</summary>
    /// <param name="site">The site.</param>
    /// <param name="after">The last contact of the page before; 0 for the first page.</param>
    /// <param name="limit">The most entries to answer.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<IReadOnlyList<LedgerEntry>> PasswordsReturned(
        string site,
        long after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Stores the entry as a whole. Only the one who works the contact writes it.</summary>
    Task Save(LedgerEntry entry, CancellationToken cancellationToken);

    /// <summary>
    /// As <see cref="Save"/>, and in the same transaction takes the link to this entry's user, and what is owed to him, from every other contact,
    /// and notes for those, and for the gone ones that have no user, which contact has him now (<see cref="LedgerEntry.MergedInto"/>).
    /// </summary>
    /// <param name="entry">The entry, with the user.</param>
    /// <param name="gone">The contacts that the user is taken from; those too of which nothing is known but that he carries their id.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task SaveLinkedAnew(LedgerEntry entry, IReadOnlyList<long> gone, CancellationToken cancellationToken);
}

/// <summary>The outcomes of the last weeks.</summary>
public interface IHistory
{
    /// <summary>The latest outcomes of a site, newest first.</summary>
    Task<IReadOnlyList<HistoryEntry>> Latest(string site, int limit, CancellationToken cancellationToken);

    /// <summary>Notes durably what is about to be taken from a contact's user. Called by the site's only worker.</summary>
    /// <param name="site">The site.</param>
    /// <param name="contact">The contact id.</param>
    /// <param name="losses">What is taken, one kind or several.</param>
    /// <param name="when">Now.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task NoteLosses(string site, long contact, Losses losses, DateTimeOffset when, CancellationToken cancellationToken);

    /// <summary>
    /// What the guard counts since then, the oldest first: the latest plan of each contact that ended, imports and what a person let through
    /// apart, and the latest loss of each kind that was noted.
    /// </summary>
    Task<IReadOnlyList<PlannedLosses>> Planned(string site, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Removes what is older.</summary>
    /// <returns>How many entries were removed.</returns>
    Task<int> Prune(DateTimeOffset olderThan, CancellationToken cancellationToken);
}

/// <summary>What was planned for a contact's user.</summary>
/// <param name="Contact">The contact id.</param>
/// <param name="When">When the plan ended, or the loss was noted.</param>
/// <param name="Losses">The loss that was noted; <see cref="Losses.None"/> for a plan that ended.</param>
public sealed record PlannedLosses(long Contact, DateTimeOffset When, Losses Losses);

/// <summary>What is known for good of one contact at one site.</summary>
/// <param name="Site">The site.</param>
/// <param name="Contact">The contact id.</param>
public sealed record LedgerEntry(string Site, long Contact)
{
    /// <summary>The linked user; null when there is none.</summary>
    public long? UserId
    {
        get;
        init
        {
            field = value;
            if (value is not null)
                MergedInto = null;
        }
    }

    /// <summary>The contact's update time that was applied last.</summary>
    public DateTimeOffset? AppliedUpdate { get; init; }

    /// <summary>The sender's date of the read that was applied last.</summary>
    public DateTimeOffset? ReadAt { get; init; }

    /// <summary>How many lagging reads came in a row since.</summary>
    public int LaggingReads { get; init; }

    /// <summary>A creation whose end is not known yet; null when there is none.</summary>
    public CreationIntent? Intent { get; init; }

    /// <summary>Where the return of the generated password stands.</summary>
    public PasswordReturn PasswordReturn { get; init; }

    /// <summary>When the password field's value that was applied last had been set; null when none was applied.</summary>
    public DateTimeOffset? PasswordAppliedAt { get; init; }

    /// <summary>Where the welcome mail stands.</summary>
    public WelcomeMailState WelcomeMail { get; init; }

    /// <summary>Whether the contact was found gone when its user was worked last: that is no loss again.</summary>
    public bool IsGone { get; init; }

    /// <summary>
    /// The contact that took the user over, for which every later request for this one is meant (SPEC 2.6); null when none has. Always null
    /// while a user is linked, and forgotten once one is.
    /// </summary>
    public long? MergedInto
    {
        get;
        init => field = UserId is null ? value : null;
    }

    /// <summary>What a person has discarded of what was read at <see cref="ReadAt"/>. Nobody but a webhook asks for it again while the contact does not change.</summary>
    public Losses Discarded { get; init; }

    /// <summary>The entry once an outcome is written that tells the end of something.</summary>
    internal LedgerEntry With(Settled settled) =>
        this with
        {
            PasswordReturn =
                settled.HasFlag(Settled.PasswordReturn) && PasswordReturn == PasswordReturn.Due
                    ? PasswordReturn.Failed
                    : PasswordReturn,
            WelcomeMail =
                settled.HasFlag(Settled.WelcomeMail) && WelcomeMail == WelcomeMailState.Sending
                    ? WelcomeMailState.Settled
                    : WelcomeMail,
        };
}

/// <summary>What of a contact's ledger entry is settled by the outcome that tells how it ended, so that neither is stored without the other.</summary>
[Flags]
public enum Settled
{
    /// <summary>Nothing.</summary>
    Nothing = 0,

    /// <summary>The mail that was <see cref="WelcomeMailState.Sending"/> is <see cref="WelcomeMailState.Settled"/>.</summary>
    WelcomeMail = 1,

    /// <summary>The return of the password that was <see cref="PasswordReturn.Due"/> has <see cref="PasswordReturn.Failed"/>.</summary>
    PasswordReturn = 2,
}

/// <summary>Where the welcome mail of a created user stands.</summary>
public enum WelcomeMailState
{
    /// <summary>None is to be sent.</summary>
    NotDue = 0,

    /// <summary>It is to be sent.</summary>
    Due = 1,

    /// <summary>It was about to be sent: whether it went out is not known, so it is never sent again.</summary>
    Sending = 2,

    /// <summary>It is settled: sent, refused, or not known.</summary>
    Settled = 3,
}
