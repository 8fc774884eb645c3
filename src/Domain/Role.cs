namespace CleanSync.Domain;

/// <summary>A role that is registered on a WordPress site.</summary>
/// <param name="Slug">The slug, for instance <c>shop_manager</c>.</param>
/// <param name="Title">The title, for instance <c>Shop manager</c>; the slug when the title is unknown.</param>
/// <param name="Capabilities">Its capabilities; null when the site does not tell them.</param>
public sealed record Role(string Slug, string Title, IReadOnlySet<string>? Capabilities)
{
    /// <summary>Whether the site itself says that the role has power, whatever <see cref="Capabilities"/> show.</summary>
    public bool IsPrivileged { get; init; }
}

/// <summary>
/// What is known of the roles that a request may need: the name as asked for, and the role it stands for or null when the site
/// has no such role. Names are compared without regard to case, so slug and title resolve the same way everywhere.
/// </summary>
public sealed class RoleBook
{
    private readonly Dictionary<string, Role?> _roles;

    /// <summary>Makes a book.</summary>
    /// <param name="roles">By the name asked for, slug or title.</param>
    public RoleBook(IEnumerable<KeyValuePair<string, Role?>> roles) =>
        _roles = new Dictionary<string, Role?>(roles, StringComparer.OrdinalIgnoreCase);

    /// <summary>A book that knows no role.</summary>
    public static RoleBook Empty { get; } = new([]);

    /// <summary>The role of that slug or title; null when the site has none, or the name was never asked for.</summary>
    public Role? Find(string name) => _roles.GetValueOrDefault(name);

    /// <summary>Whether the capabilities of the role of this slug are known.</summary>
    public bool Tells(string slug) =>
        _roles.Values.Any(role =>
            role is { Capabilities: not null } && string.Equals(role.Slug, slug, StringComparison.Ordinal)
        );
}
