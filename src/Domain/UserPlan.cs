using System.Collections.Immutable;

namespace CleanSync.Domain;

/// <summary>What shall be done for one contact: the answer of <see cref="UserPlanner"/>.</summary>
public abstract record UserPlan
{
    private UserPlan() { }

    /// <summary>Create a user.</summary>
    /// <param name="User">The user to create.</param>
    /// <param name="Warnings">What was left out.</param>
    public sealed record Create(NewUser User, ImmutableArray<Warning> Warnings) : UserPlan;

    /// <summary>Bring an existing user up to date. Empty changes mean that he is right already.</summary>
    /// <param name="User">The user as read.</param>
    /// <param name="Changes">The differences.</param>
    /// <param name="Warnings">What was left out.</param>
    public sealed record Change(User User, UserChanges Changes, ImmutableArray<Warning> Warnings) : UserPlan;

    /// <summary>Nothing to do, for a reason that is no fault.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Warnings">What is worth saying about it.</param>
    public sealed record Skip(SkipReason Reason, ImmutableArray<Warning> Warnings) : UserPlan;

    /// <summary>The contact was merged into another: its user and its work go over to the survivor.</summary>
    /// <param name="Survivor">The id of the contact that is linked to the user too, or has his email now, or has taken him over already.</param>
    /// <param name="User">The user; null when that contact has taken him over already, and only the work goes over.</param>
    public sealed record HandOver(long Survivor, User? User) : UserPlan;

    /// <summary>Nothing can be done until a person looks at it.</summary>
    public sealed record Park(ParkReason Reason) : UserPlan;

    /// <summary>The contact must be read by a call of its own first: the plan would empty the user's tags (SPEC 2.7).</summary>
    public sealed record ReadAlone : UserPlan;

    /// <summary>The read is older than what was applied last: read again later (SPEC 2.1).</summary>
    public sealed record ReadAgain : UserPlan;
}

/// <summary>Why nothing was to be done.</summary>
public enum SkipReason
{
    /// <summary>The action creates no user and there is none.</summary>
    NoUser,

    /// <summary>The contact was merged into another, which now has the work.</summary>
    Merged,

    /// <summary>The contact is gone, and there is nothing to do about it.</summary>
    ContactGone,

    /// <summary>The user is privileged and the site leaves those alone.</summary>
    PrivilegedUser,

    /// <summary>A dry run: the plan was made and not carried out.</summary>
    DryRun,

    /// <summary>A rule of the application leaves the contact alone (<see cref="RuleAdvice.Skip"/>).</summary>
    Rule,

    /// <summary>The guard had stopped it, and a person discarded it.</summary>
    Discarded,
}

/// <summary>Why a contact waits for a person.</summary>
public enum ParkReason
{
    /// <summary>The contact has no valid email.</summary>
    NoEmail,

    /// <summary>The user belongs to another contact, or several users answer to the contact.</summary>
    Conflict,

    /// <summary>WordPress says that the email is taken, yet shows nobody who has it.</summary>
    EmailTakenNotVisible,

    /// <summary>WordPress does not accept the email.</summary>
    EmailRefused,

    /// <summary>No username that WordPress accepts could be found.</summary>
    LoginRefused,

    /// <summary>One of the two systems refused the request for good.</summary>
    Refused,

    /// <summary>It was tried for as long as the site allows.</summary>
    GaveUp,

    /// <summary>The user has changed his password before the generated one could be returned to the contact.</summary>
    PasswordNotReturned,
}

/// <summary>A user to be created. His tags are brought to him like any user's, once he is there.</summary>
/// <param name="Login">The username to try first.</param>
/// <param name="Email">The email.</param>
/// <param name="Password">A password that a contact field supplied; null when one is to be generated.</param>
/// <param name="Role">The slug; null gives no role.</param>
/// <param name="Values">Core fields and meta.</param>
public sealed record NewUser(
    string Login,
    string Email,
    GeneratedPassword? Password,
    string? Role,
    ImmutableDictionary<string, FieldContent> Values
);

/// <summary>The differences to be written on an existing user. What is null or absent stays untouched.</summary>
/// <param name="Email">The new email.</param>
/// <param name="Roles">The complete new set of role slugs.</param>
/// <param name="Values">Core fields other than the email, and meta.</param>
/// <param name="Tags">The change of tags.</param>
public sealed record UserChanges(
    string? Email,
    ImmutableArray<string>? Roles,
    ImmutableDictionary<string, FieldContent> Values,
    TagChange? Tags
)
{
    /// <summary>No difference.</summary>
    public static UserChanges None { get; } = new(null, null, ImmutableDictionary<string, FieldContent>.Empty, null);

    /// <summary>A password that a contact field supplied, for a site that lets the field change it; it is set after everything else.</summary>
    public GeneratedPassword? Password { get; init; }

    /// <summary>Whether he is a user of the network who is to be added to this blog, with <see cref="Roles"/>.</summary>
    public bool Join { get; init; }

    /// <summary>True when there is nothing to write.</summary>
    public bool IsEmpty =>
        Email is null && Roles is null && Values.IsEmpty && Tags is null && Password is null && !Join;
}

/// <summary>A change of tags.</summary>
/// <param name="All">The complete new set, ordered by name.</param>
/// <param name="Added">What the user did not have.</param>
/// <param name="Removed">What the user has no more.</param>
public sealed record TagChange(
    ImmutableSortedSet<string> All,
    ImmutableSortedSet<string> Added,
    ImmutableSortedSet<string> Removed
);
