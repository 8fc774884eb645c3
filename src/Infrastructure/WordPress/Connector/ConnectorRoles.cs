using CleanSync.Domain;
using CleanSync.Infrastructure.Batching;

namespace CleanSync.Infrastructure.WordPress.Connector;

/// <summary>Finds roles in the description of the site: by slug, then by title, whatever the case.</summary>
internal sealed class ConnectorRoles(Kept<ConnectorSite> site)
{
    // A contact field may name a role, and forms are filled in by strangers: what they invent is not looked for again and again.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Resolves every name. When one is unknown, the description is asked for anew, once a minute at most.</summary>
    public async Task<RoleBook> Resolve(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var known = await site.Get(cancellationToken);
        if (names.Any(name => !string.IsNullOrWhiteSpace(name) && Find(known, name) is null))
            known = await site.Get(Patience, cancellationToken);
        return new RoleBook(
            names
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Select(name => KeyValuePair.Create(name, Find(known, name)))
        );
    }

    private static Role? Find(ConnectorSite site, string name) =>
        site.Roles.FirstOrDefault(role => Same(role.Slug, name))
        ?? site.Roles.FirstOrDefault(role => Same(role.Title, name));

    private static bool Same(string known, string name) =>
        string.Equals(known, name.Trim(), StringComparison.OrdinalIgnoreCase);
}
