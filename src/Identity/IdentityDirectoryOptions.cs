using System.Linq.Expressions;

namespace CleanSync.Identity;

/// <summary>How the application keeps its users in ASP.NET Core Identity, as far as CleanSync needs to know it.</summary>
/// <typeparam name="TUser">The application's user.</typeparam>
public sealed class IdentityDirectoryOptions<TUser>
    where TUser : class
{
    // What Identity keeps on a user for itself: written by its own rules, never by a mapping.
    private static readonly HashSet<string> Kept = new(StringComparer.Ordinal)
    {
        "Id",
        "UserName",
        "NormalizedUserName",
        "Email",
        "NormalizedEmail",
        "EmailConfirmed",
        "PasswordHash",
        "SecurityStamp",
        "ConcurrencyStamp",
        "PhoneNumberConfirmed",
        "TwoFactorEnabled",
        "LockoutEnd",
        "LockoutEnabled",
        "AccessFailedCount",
    };

    private readonly Dictionary<string, MappedProperty<TUser>> _properties = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The type of the claims on roles and users whose values are permissions. A role without such a claim has unknown permissions: it is
    /// given to nobody, and who has it is privileged, unless it is the site's default role or <c>Roles:Allowed</c> names it. Default <c>permission</c>.
    /// </summary>
    public string PermissionClaim { get; set; } = "permission";

    /// <summary>
    /// Further claim types of the application that carry power, besides those of roles, permissions and identity. They are never
    /// written, and who carries one is privileged.
    /// </summary>
    public ISet<string> ProtectedClaims { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the emails that CleanSync writes count as confirmed. Default false, as in Identity itself.</summary>
    public bool EmailConfirmed { get; set; }

    /// <summary>Makes a user that is not stored yet, for types that need more than an empty one.</summary>
    public Func<TUser> NewUser { get; set; } = Activator.CreateInstance<TUser>;

    internal HashSet<string> TrustedPermissions { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal IReadOnlyDictionary<string, MappedProperty<TUser>> Properties => _properties;

    /// <summary>Keeps the values of a target in a property of the user instead of a claim.</summary>
    /// <param name="target">The target of the site's field mapping, for instance <c>first_name</c>.</param>
    /// <param name="read">The property.</param>
    /// <param name="write">Sets it; the value is empty when the target is to be emptied.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentException">The property is one that Identity keeps for itself.</exception>
    public IdentityDirectoryOptions<TUser> Map(
        string target,
        Expression<Func<TUser, string?>> read,
        Action<TUser, string> write
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(target);
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(write);
        var property = (read.Body as MemberExpression)?.Member.Name;
        if (property is not null && Kept.Contains(property))
            throw new ArgumentException($"{property} is kept by Identity itself; map another property.", nameof(read));
        _properties[target.Trim()] = new MappedProperty<TUser>(property, read.Compile(), write);
        return this;
    }

    /// <summary>
    /// Names permissions that are harmless. Nobody else can know what the application's permissions allow: whoever holds any other is
    /// privileged, and a role that holds any other is given to nobody unless it is the site's default role or <c>Roles:Allowed</c> names it.
    /// </summary>
    /// <returns>These options.</returns>
    public IdentityDirectoryOptions<TUser> TrustPermissions(params IEnumerable<string> permissions)
    {
        TrustedPermissions.UnionWith(permissions);
        return this;
    }
}

/// <summary>A property of the user that holds the values of a target.</summary>
/// <param name="Name">Its name; null when it is not a plain property.</param>
/// <param name="Read">Reads it.</param>
/// <param name="Write">Sets it.</param>
internal sealed record MappedProperty<TUser>(string? Name, Func<TUser, string?> Read, Action<TUser, string> Write);
