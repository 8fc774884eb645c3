namespace CleanSync.Domain;

/// <summary>Whether a role may be given: the slug, or why not.</summary>
/// <param name="Slug">The slug to give; null when it is refused.</param>
/// <param name="Refused">Why not; null when it is given.</param>
internal readonly record struct RoleGrant(string? Slug, Warning? Refused)
{
    /// <summary>Where the name of a role came from. A field can be edited by more people than the URL.</summary>
    internal enum Source
    {
        Url,
        Field,
        Default,
    }

    /// <summary>
    /// Decides on one named role (SPEC 2.10):
    /// <code>
    /// registered  capabilities  named by   in Allowed  default  given
    /// no          -             -          -           -        no: role_not_registered
    /// yes         privileged    -          -           -        no: role_privileged
    /// yes         unknown       -          no          -        only subscriber, contributor, author, customer
    /// yes         harmless      field      no          no       no: role_not_allowed
    /// yes         harmless      otherwise  -           -        yes
    /// </code>
    /// </summary>
    public static RoleGrant Decide(string name, Source source, RoleBook book, SiteRules rules)
    {
        if (book.Find(name) is not { } role)
            return No("role_not_registered", name);
        if (Privileges.IsPrivileged(role, rules))
            return No("role_privileged", role.Slug);
        var allowed = rules.AllowedRoles.Contains(role.Slug);
        if (role.Capabilities is null && !allowed && !Privileges.IsHarmless(role.Slug))
            return No("role_capabilities_unknown", role.Slug);
        var isDefault =
            string.Equals(rules.DefaultRole, role.Slug, StringComparison.OrdinalIgnoreCase)
            || string.Equals(book.Find(rules.DefaultRole)?.Slug, role.Slug, StringComparison.Ordinal);
        if (source == Source.Field && !allowed && !isDefault)
            return No("role_not_allowed", role.Slug);
        return new RoleGrant(role.Slug, null);
    }

    // What a contact's field says is a contact's value: it is named only when it looks like a role.
    private static RoleGrant No(string code, string name) =>
        new(
            null,
            new Warning(
                code,
                name.Length <= 40 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or ' ') ? name : ""
            )
        );
}
