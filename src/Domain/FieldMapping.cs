using System.Text.RegularExpressions;

namespace CleanSync.Domain;

/// <summary>How a contact's raw value is understood.</summary>
public enum FieldKind
{
    /// <summary>As it is, markup removed.</summary>
    Text,

    /// <summary>Choices, <c>||a||b||</c>, stored as an array.</summary>
    List,

    /// <summary>A day, stored as <c>yyyy-MM-dd</c>.</summary>
    Date,

    /// <summary>A moment, stored in UTC as <c>yyyy-MM-dd HH:mm:ss</c>.</summary>
    DateTime,

    /// <summary>A number, stored with a point and no grouping.</summary>
    Number,

    /// <summary>Ticked or not, stored as <c>1</c> or empty.</summary>
    Checkbox,

    /// <summary>As it is, with its markup, which WordPress filters. For <see cref="UserTarget.Description"/>; refused for meta, which is not filtered.</summary>
    Html,
}

/// <summary>One line of a site's field mapping: which value of the contact goes to which place on the user.</summary>
public sealed partial record FieldMapping
{
    private static readonly HashSet<string> Forbidden = new(StringComparer.OrdinalIgnoreCase)
    {
        "id",
        "user_id",
        "user_login",
        "user_pass",
        "user_nicename",
        "user_registered",
        "user_activation_key",
        "user_status",
        "session_tokens",
        "default_password_nag",
        "primary_blog",
        "source_domain",
        "use_ssl",
        "roles",
        "role",
        UserTarget.CreationToken,
    };

    private FieldMapping(string target, string source, FieldKind kind, bool clear) =>
        (Target, Source, Kind, Clear) = (target, source, kind, clear);

    /// <summary>A core field (<see cref="UserTarget"/>) or a user meta key. Never a key that carries power over the site.</summary>
    public string Target { get; }

    /// <summary><c>email</c>, <c>firstName</c>, <c>lastName</c>, <c>phone</c>, <c>orgname</c>, a <c>%PERSTAG%</c> or a field id.</summary>
    public string Source { get; }

    /// <summary>How the value is understood.</summary>
    public FieldKind Kind { get; }

    /// <summary>Whether an empty value empties the target. False: an empty value never overwrites.</summary>
    public bool Clear { get; }

    /// <summary>Checks and makes a mapping.</summary>
    /// <param name="target">A core field or a meta key.</param>
    /// <param name="source">A contact property, personalization tag or field id.</param>
    /// <param name="kind">How the value is understood.</param>
    /// <param name="clear">Whether an empty value empties the target.</param>
    /// <param name="allowProtected">Whether this key, which begins with <c>_</c>, is allowed by name.</param>
    /// <param name="reserved">Keys that CleanSync itself writes: those of tags and link.</param>
    /// <param name="error">What is wrong and what to do, when null is returned.</param>
    public static FieldMapping? Create(
        string target,
        string source,
        FieldKind kind,
        bool clear,
        bool allowProtected,
        IEnumerable<string> reserved,
        out string? error
    )
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(source);
        target = UserTarget.Canonical(target.Trim());
        error = target switch
        {
            "" => "the target is empty; name a core field or a user meta key",
            // The database compares keys without regard to case, accents and invisible characters, and WordPress drops backslashes:
            // any other character could stand for one of a forbidden key.
            _ when !target.All(c => c is >= ' ' and <= '~' and not '\\') =>
                "a meta key is made of letters a to z, digits and signs, without accents or backslashes; choose such a key",
            _ when target.Length > 255 => "a meta key has at most 255 characters",
            _ when Forbidden.Contains(target) || Power().IsMatch(target) =>
                "this key carries power over the account or the site and is never written; choose another",
            _ when reserved.Any(key => IsOrBelongsToBlog(target, key.Trim())) =>
                "this key is written by CleanSync itself (tags or link); choose another",
            _ when target.StartsWith('_') && !allowProtected =>
                "keys that begin with _ are protected; set AllowProtected on the mapping if this one is meant",
            _ when source.Trim().Trim('%').Length == 0 =>
                "the source is empty; name email, firstName, lastName, phone, orgname, a %PERSTAG% or a field id",
            UserTarget.Email when !string.Equals(source.Trim(), "email", StringComparison.Ordinal) =>
                "user_email always comes from the contact's email; remove this mapping",
            _ when UserTarget.IsCore(target) && kind == FieldKind.List => "a core field holds one text; use Kind Text",
            // Over REST core filters markup in the biography, and not in meta: what strangers write into forms would stand there raw.
            _ when kind == FieldKind.Html && !UserTarget.IsCore(target) =>
                "WordPress filters markup in core fields only, not in meta; use Kind Text",
            _ => null,
        };
        return error is null ? new FieldMapping(target, source.Trim(), kind, clear) : null;
    }

    private static bool IsOrBelongsToBlog(string target, string key) =>
        string.Equals(target, key, StringComparison.OrdinalIgnoreCase)
        || key.Length > 0 && target.EndsWith("_" + key, StringComparison.OrdinalIgnoreCase);

    // Capabilities and levels of this and other blogs, sessions, application passwords, pending changes of email, second factors
    // of the usual plugins, sign-in with other services, and anything keyed to a blog number.
    [GeneratedRegex(
        """
            capabilities$ | user_level$ | user-settings | session_tokens | application_passwords | user_pass$ | activation_key
            | _new_email$ | reset_?(pass|key) | (^|_)itsec | wfls | aiowps
            | (two|2)[_-]?f(actor|a) | mo2f | tfa_ | (^|[_-])[th]?otp([_-]|$) | totp | u2f | fido | webauthn | passkey
            | authenticator | (backup|recovery|emergency)_?codes? | wpcom_user
            | ^[a-z0-9]+_\d+_
            """,
        RegexOptions.IgnoreCase
            | RegexOptions.CultureInvariant
            | RegexOptions.IgnorePatternWhitespace
            | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Power();
}

/// <summary>The names of the places on a user that WordPress core knows.</summary>
public static class UserTarget
{
    /// <summary>The email.</summary>
    public const string Email = "user_email";

    /// <summary>First name.</summary>
    public const string FirstName = "first_name";

    /// <summary>Last name.</summary>
    public const string LastName = "last_name";

    /// <summary>The name shown publicly.</summary>
    public const string DisplayName = "display_name";

    /// <summary>Nickname.</summary>
    public const string Nickname = "nickname";

    /// <summary>Web address.</summary>
    public const string Url = "user_url";

    /// <summary>Biographical text.</summary>
    public const string Description = "description";

    /// <summary>Locale, one that is installed on the site, or empty.</summary>
    public const string Locale = "locale";

    /// <summary>The meta key that keeps the token of the create call, where the site registers it.</summary>
    public const string CreationToken = "cleansync_creation";

    private static readonly HashSet<string> Core = new(StringComparer.OrdinalIgnoreCase)
    {
        Email,
        FirstName,
        LastName,
        DisplayName,
        Nickname,
        Url,
        Description,
        Locale,
    };

    // WordPress's database takes First_Name and first_name for the same key.
    internal static string Canonical(string target) => Core.TryGetValue(target, out var core) ? core : target;

    /// <summary>Whether the target is a core field rather than a meta key.</summary>
    public static bool IsCore(string target) => Core.Contains(target);
}
