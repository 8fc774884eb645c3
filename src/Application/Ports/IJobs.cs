namespace CleanSync.Application.Ports;

/// <summary>
/// The runs through many contacts: one of each kind for each site, the latest. Every write is durable when it returns, so a run goes on
/// where it was when the process dies.
/// </summary>
public interface IJobs
{
    /// <summary>Starts a run in place of the one before.</summary>
    /// <returns>False, and nothing is stored, when one of that kind is running at that site.</returns>
    Task<bool> Start(Job job, CancellationToken cancellationToken);

    /// <summary>The latest run of that kind; null when there was none.</summary>
    Task<Job?> Find(string site, JobKind kind, CancellationToken cancellationToken);

    /// <summary>Stores how far a run has come, or that it has ended.</summary>
    /// <returns>False, and nothing is stored, when the run was cancelled or another took its place: the caller stops.</returns>
    Task<bool> Save(Job job, CancellationToken cancellationToken);

    /// <summary>Cancels a run; what it enqueued already stays.</summary>
    /// <returns>False when none is running.</returns>
    Task<bool> Cancel(string site, JobKind kind, CancellationToken cancellationToken);
}

/// <summary>What a run is for.</summary>
public enum JobKind
{
    /// <summary>Contacts of the account become users.</summary>
    Import = 1,

    /// <summary>Every linked user is looked through.</summary>
    Sweep = 2,
}

/// <summary>Where a run stands.</summary>
public enum JobState
{
    /// <summary>It goes on, or will when the site is worked.</summary>
    Running = 1,

    /// <summary>Every contact is enqueued.</summary>
    Done = 2,

    /// <summary>A person cancelled it.</summary>
    Cancelled = 3,

    /// <summary>It cannot go on; see <see cref="Job.Reason"/>.</summary>
    Failed = 4,
}

/// <summary>A run through many contacts, in the order of their ids.</summary>
/// <param name="Site">The site.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Started">When it was started. Tells it from the run before.</param>
public sealed record Job(string Site, JobKind Kind, DateTimeOffset Started)
{
    /// <summary>Only contacts with this tag; null for any.</summary>
    public string? Tag { get; init; }

    /// <summary>Only contacts on this list, by name or id; null for any.</summary>
    public string? List { get; init; }

    /// <summary>The role that an import gives; null leaves it to the site.</summary>
    public string? Role { get; init; }

    /// <summary>Whether users that an import creates are mailed a welcome. Default false.</summary>
    public bool SendNotification { get; init; }

    /// <summary>Where it stands.</summary>
    public JobState State { get; init; } = JobState.Running;

    /// <summary>The last contact that was enqueued or passed over; 0 at first.</summary>
    public long After { get; init; }

    /// <summary>How many contacts it has come by.</summary>
    public long Seen { get; init; }

    /// <summary>How many it will come by, as far as known; null when it is not.</summary>
    public long? Total { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Why it failed; empty otherwise. Without personal data.</summary>
    public string Reason { get; init; } = "";
}
