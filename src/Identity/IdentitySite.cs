using CleanSync.Domain;
using CleanSync.Infrastructure.Configuration;

namespace CleanSync.Identity;

/// <summary>What a directory needs to know of its site, as the configuration stands at the moment.</summary>
/// <param name="Rules">The site's rules.</param>
/// <param name="TagsKey">The type of the claims that hold tags.</param>
internal sealed record IdentitySite(SiteRules Rules, string TagsKey)
{
    /// <summary>The type of the claim that holds the contact id; null for none.</summary>
    public string? LinkKey => Rules.LinkCopy;

    /// <summary>The targets whose values are lists, so that a list of one item reads back as a list.</summary>
    public IEnumerable<string> Lists =>
        Rules.Fields.Where(mapping => mapping.Kind == FieldKind.List).Select(mapping => mapping.Target);

    /// <summary>Takes what is needed from a site's settings.</summary>
    public static IdentitySite Of(SiteOptions options) =>
        new(SiteOptionsRules.ToRules(options), options.Tags.MetaKey.Trim());

    /// <summary>Whether the owner named the role himself, so that it may be given though its permissions are not known.</summary>
    public bool Trusts(string role) =>
        Rules.AllowedRoles.Contains(role)
        || string.Equals(Rules.DefaultRole, role, StringComparison.OrdinalIgnoreCase)
        || string.Equals(Rules.DefaultRole, RoleTitle.Of(role), StringComparison.OrdinalIgnoreCase);
}

/// <summary>A role of Identity has a name only: that is its slug, and with blanks for marks its title.</summary>
internal static class RoleTitle
{
    /// <summary>The title of a role.</summary>
    public static string Of(string name) => name.Replace('_', ' ').Replace('-', ' ');
}
