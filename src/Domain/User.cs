using System.Globalization;

namespace CleanSync.Domain;

/// <summary>An account in WordPress, as the user directory describes it.</summary>
/// <param name="Id">The user id, greater than zero.</param>
/// <param name="Login">The username as WordPress stored it.</param>
/// <param name="Email">The email.</param>
/// <param name="Roles">Slugs of the user's roles.</param>
/// <param name="Capabilities">Every capability that the user holds, by role or by himself; a super admin holds <c>manage_network</c>.</param>
/// <param name="Values">
/// What stands in the core fields and in those meta keys that the directory can read, by target name, HTML entities decoded.
/// </param>
/// <param name="Tags">The user's tags; null when the directory has no place for tags.</param>
/// <param name="RegisteredAt">When the user was created, by the site's clock, in UTC; null when unknown.</param>
/// <param name="CreationToken">The token of the create call that made the user; null when the site does not keep it.</param>
public sealed record User(
    long Id,
    string Login,
    string Email,
    IReadOnlyList<string> Roles,
    IReadOnlySet<string> Capabilities,
    IReadOnlyDictionary<string, FieldContent> Values,
    IReadOnlySet<string>? Tags,
    DateTimeOffset? RegisteredAt = null,
    string? CreationToken = null
)
{
    /// <summary>
    /// Whether the directory itself knows of power that <see cref="Capabilities"/> do not show: a super admin, or power on another blog of
    /// the network.
    /// </summary>
    public bool IsPrivileged { get; init; }

    /// <summary>False for a user of the network who is not on this blog. Default true.</summary>
    public bool IsMember { get; init; } = true;

    /// <summary>Whether he still has the password that CleanSync gave him last; null when the directory cannot tell.</summary>
    public bool? HasOurPassword { get; init; }

    /// <summary>The id of the contact that he carries under the site's link key; null when there is none, or it is no id.</summary>
    public long? CarriedContact(SiteRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var text = (rules.LinkCopy is { } key ? Values.GetValueOrDefault(key) : null) switch
        {
            FieldContent.Text only => only.Value,
            FieldContent.Items { Values: [var only] } => only,
            _ => "",
        };
        return long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0
            ? id
            : null;
    }

    /// <summary>When he first signed in after his creation; null when he has not, or the directory does not watch it.</summary>
    public DateTimeOffset? FirstLoginAt { get; init; }
}
