using System.Collections.Immutable;
using CleanSync.Domain;

namespace CleanSync.Application.Ports;

/// <summary>The user directory of one site. It reads, applies what a plan says, and reports; it decides no rule.</summary>
/// <remarks>
/// Every member throws <see cref="TransientException"/> when the site cannot answer now, <see cref="SiteHeldException"/> when
/// it refuses the credentials, and <see cref="PermanentException"/> when it refuses the request for good. Reads of users are
/// gathered into few requests, and so are changes where the site allows it.
/// </remarks>
public interface IUsers
{
    /// <summary>What the site can store. Read once and kept for some minutes.</summary>
    Task<DirectoryAbilities> Describe(CancellationToken cancellationToken);

    /// <summary>Resolves names of roles, slugs or titles, as far as the site tells.</summary>
    Task<RoleBook> ResolveRoles(IReadOnlyCollection<string> names, CancellationToken cancellationToken);

    /// <summary>The user of that id, or null when there is none.</summary>
    Task<User?> FindById(long id, CancellationToken cancellationToken);

    /// <summary>
    /// The users whose stored link names this contact: none, one, or more. Always none where the directory cannot be searched for links
    /// (<see cref="DirectoryAbilities.SearchesLinks"/>).
    /// </summary>
    Task<ImmutableArray<User>> FindByLink(long contact, CancellationToken cancellationToken);

    /// <summary>
    /// Every user with exactly this email, without regard to case. On a network also those who are not on the blog
    /// (<see cref="User.IsMember"/>).
    /// </summary>
    Task<UsersByEmail> FindByEmail(string email, CancellationToken cancellationToken);

    /// <summary>Creates a user, without meta other than the token. Never asks twice: what happened after an unanswered call is
    /// found out by looking (<see cref="TransientException.Unanswered"/>).</summary>
    Task<Creation> Create(UserDraft draft, CancellationToken cancellationToken);

    /// <summary>Writes the changes and nothing else. Values that the site refuses are left out and reported.</summary>
    Task<ChangeReport> Change(long userId, UserChanges changes, CancellationToken cancellationToken);

    /// <summary>Sets a user's password. WordPress mails the user about it by itself and ends his sessions.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="password">The password.</param>
    /// <param name="guard">
    /// What must hold at the moment of the change. A directory that cannot compare passwords
    /// (<see cref="DirectoryAbilities.ComparesPasswords"/>) takes <see cref="PasswordGuard.OursStill"/> as given.
    /// </param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Whether it was set.</returns>
    Task<PasswordEnd> SetPassword(
        long userId,
        GeneratedPassword password,
        PasswordGuard guard,
        CancellationToken cancellationToken
    );

    /// <summary>Makes one cheap request that needs the credentials; returns when they are accepted and suffice.</summary>
    Task Probe(CancellationToken cancellationToken);
}

/// <summary>What must hold for a password to be set.</summary>
public enum PasswordGuard
{
    /// <summary>The user still has the password that CleanSync gave him.</summary>
    OursStill,

    /// <summary>The new password is neither the user's present one nor the last one that CleanSync gave him.</summary>
    NewToUser,
}

/// <summary>The end of setting a password.</summary>
public enum PasswordEnd
{
    /// <summary>The user has it now.</summary>
    Set,

    /// <summary>The guard did not hold; nothing was changed.</summary>
    Kept,
}

/// <summary>The answer to a look by email.</summary>
/// <param name="Users">None, one, or more: WordPress has no unique index on emails.</param>
/// <param name="SiteDate">The site's own clock when it answered, UTC.</param>
public sealed record UsersByEmail(ImmutableArray<User> Users, DateTimeOffset SiteDate);

/// <summary>What a create call sends.</summary>
/// <param name="Login">A username that fits WordPress's rules.</param>
/// <param name="Email">The email, at most 100 characters.</param>
/// <param name="Password">The password.</param>
/// <param name="Generated">Whether nobody chose the password, so that the site may ask the user to change it.</param>
/// <param name="Role">The slug of the role; null gives no role.</param>
/// <param name="Contact">The contact id, stored as link where the directory searches links.</param>
/// <param name="CreationToken">The random token that tells whose creation it was; stored where the site keeps it.</param>
/// <param name="Values">Core fields only.</param>
public sealed record UserDraft(
    string Login,
    string Email,
    GeneratedPassword Password,
    bool Generated,
    string? Role,
    long Contact,
    string CreationToken,
    ImmutableDictionary<string, FieldContent> Values
);

/// <summary>The end of a create call that was answered.</summary>
public abstract record Creation
{
    private Creation() { }

    /// <summary>The user exists now, as read back from the site.</summary>
    public sealed record Created(User User, ImmutableArray<Warning> Warnings) : Creation
    {
        /// <summary>
        /// Whether an earlier request with the same token made him, whose answer was lost. He may have another password than this request carried.
        /// </summary>
        public bool Existed { get; init; }
    }

    /// <summary>A user with this login or email exists; nothing was created.</summary>
    /// <param name="Email">True when the site named the email as the duplicate; WordPress looks at the login first.</param>
    public sealed record Duplicate(bool Email) : Creation;

    /// <summary>The site does not accept this username; nothing was created.</summary>
    public sealed record LoginRefused : Creation;

    /// <summary>The site does not accept this email; nothing was created.</summary>
    public sealed record EmailRefused : Creation;

    /// <summary>The site does not accept this password; nothing was created.</summary>
    public sealed record PasswordRefused : Creation;
}

/// <summary>The end of a change.</summary>
/// <param name="UserGone">True when the user does not exist any more; nothing was written.</param>
/// <param name="Warnings">What was left out.</param>
public sealed record ChangeReport(bool UserGone, ImmutableArray<Warning> Warnings);
