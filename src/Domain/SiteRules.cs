using System.Collections.Immutable;

namespace CleanSync.Domain;

/// <summary>What a named role does to the roles an existing user has.</summary>
public enum RoleChange
{
    /// <summary>The named role takes the place of all others.</summary>
    Replace,

    /// <summary>The named role joins the others.</summary>
    Add,
}

/// <summary>What may be written on a privileged user. Email, password, role and login never are.</summary>
public enum PrivilegedUserPolicy
{
    /// <summary>Tags, names and meta.</summary>
    TagsAndMeta,

    /// <summary>Nothing at all.</summary>
    Nothing,
}

/// <summary>How a username is made.</summary>
public enum UsernameFormat
{
    /// <summary>The email.</summary>
    Email,

    /// <summary>First and last name together.</summary>
    FirstnameLastname,

    /// <summary>The first name and up to five digits.</summary>
    Firstname12345,
}

/// <summary>What happens to the tags of a user whose contact is gone for good.</summary>
public enum GonePolicy
{
    /// <summary>They stay.</summary>
    Keep,

    /// <summary>They are removed.</summary>
    Revoke,
}

/// <summary>One site's rules: everything that the planner needs to know of its configuration.</summary>
public sealed record SiteRules
{
    /// <summary>The role of a new user when neither URL nor field names one. Default <c>subscriber</c>.</summary>
    public string DefaultRole { get; init; } = "subscriber";

    /// <summary>The contact field that names a role, as personalization tag or id; null for none.</summary>
    public string? RoleField { get; init; }

    /// <summary>What a named role does to an existing user. Default <see cref="RoleChange.Replace"/>.</summary>
    public RoleChange OnExistingUser { get; init; } = RoleChange.Replace;

    /// <summary>Slugs that may be given although their capabilities are unknown, and that a field may name.</summary>
    public IReadOnlySet<string> AllowedRoles { get; init; } = ImmutableHashSet<string>.Empty;

    /// <summary>The site's own additions to what is privileged: slugs of roles or names of capabilities.</summary>
    public IReadOnlySet<string> Privileged { get; init; } = ImmutableHashSet<string>.Empty;

    /// <summary>What may be written on privileged users. Default <see cref="PrivilegedUserPolicy.TagsAndMeta"/>.</summary>
    public PrivilegedUserPolicy PrivilegedUsers { get; init; } = PrivilegedUserPolicy.TagsAndMeta;

    /// <summary>How a username is made. Default <see cref="UsernameFormat.Email"/>.</summary>
    public UsernameFormat UsernameFormat { get; init; } = UsernameFormat.Email;

    /// <summary>The contact field that holds the username; null for none.</summary>
    public string? UsernameField { get; init; }

    /// <summary>The contact field that holds a new user's password; null for none.</summary>
    public string? PasswordField { get; init; }

    /// <summary>Whether a newer value of <see cref="PasswordField"/> changes the password of an existing user. Default false.</summary>
    public bool UpdateExistingPassword { get; init; }

    /// <summary>The contact field that receives the generated password; null turns the return off.</summary>
    public string? ReturnPasswordField { get; init; }

    /// <summary>The contact field that receives the stored username; null for none.</summary>
    public string? ReturnUsernameField { get; init; }

    /// <summary>Whether <see cref="ReturnPasswordField"/> is emptied after the user's first login. Default false.</summary>
    public bool ClearAfterFirstLogin { get; init; }

    /// <summary>Whether a created user is mailed when the URL does not say. Default false.</summary>
    public bool SendWelcomeMail { get; init; }

    /// <summary>When losses are too many to be meant.</summary>
    public GuardRules Guard { get; init; } = new();

    /// <summary>What happens to tags when the contact is gone. Default <see cref="GonePolicy.Keep"/>.</summary>
    public GonePolicy WhenGone { get; init; } = GonePolicy.Keep;

    /// <summary>
    /// The meta key that holds the contact id on the user; null for none. It is read back only where the directory searches links
    /// (<see cref="DirectoryAbilities.SearchesLinks"/>); elsewhere it is a copy for other plugins.
    /// </summary>
    public string? LinkCopy { get; init; }

    /// <summary>Whether plans are made and told, but not carried out. Default false.</summary>
    public bool DryRun { get; init; }

    /// <summary>The field mapping; <c>user_email</c>, <c>first_name</c> and <c>last_name</c> are in it without being named.</summary>
    public IReadOnlyList<FieldMapping> Fields { get; init; } = DefaultFields([]);

    /// <summary>Every custom field that the rules refer to, by personalization tag or id.</summary>
    public IReadOnlyCollection<string> CustomFields =>
        [
            .. Fields
                .Select(mapping => mapping.Source)
                .Concat([RoleField, UsernameField, PasswordField, ReturnPasswordField, ReturnUsernameField])
                .OfType<string>()
                .Where(source => !FieldReader.IsProperty(source))
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];

    /// <summary>Adds the mappings that need not be named, unless the list names their targets.</summary>
    public static IReadOnlyList<FieldMapping> DefaultFields(IEnumerable<FieldMapping> named)
    {
        var list = named.ToList();
        foreach (
            var (target, source) in new[]
            {
                (UserTarget.Email, "email"),
                (UserTarget.FirstName, "firstName"),
                (UserTarget.LastName, "lastName"),
            }
        )
        {
            if (!list.Exists(mapping => string.Equals(mapping.Target, target, StringComparison.Ordinal)))
                list.Add(FieldMapping.Create(target, source, FieldKind.Text, clear: false, false, [], out _)!);
        }
        return list;
    }
}
