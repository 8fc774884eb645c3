using System.Collections.Concurrent;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Syncing;

/// <summary>
/// Looks after roles whose capabilities a site does not tell: once one was given, the user shows what it holds. One that makes him privileged is
/// taken back at once, and not given again for as long as this process lives.
/// </summary>
internal sealed class RoleWatch
{
    private readonly ConcurrentDictionary<(string Site, string Slug), IReadOnlySet<string>> _found = new();

    /// <summary>Fills in what was found out about roles that the site does not tell.</summary>
    public RoleBook Known(string site, IReadOnlyCollection<string> names, RoleBook told) =>
        new(names.Select(name => KeyValuePair.Create(name, Known(site, told.Find(name)))));

    /// <summary>Takes back the roles that made a user privileged.</summary>
    /// <param name="site">The site.</param>
    /// <param name="user">The user, who was not privileged before, as read after he was given roles.</param>
    /// <param name="before">The roles that he is to have again.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>What to warn of; null when he is not privileged.</returns>
    public async Task<Warning?> TakeBack(
        Site site,
        User user,
        IReadOnlyList<string> before,
        CancellationToken cancellationToken
    )
    {
        if (!Privileges.IsPrivileged(user, site.Rules))
            return null;
        var given = user.Roles.Except(before, StringComparer.Ordinal).ToList();
        foreach (var slug in given)
            _found[(site.Name, slug)] = user.Capabilities;
        await site.Users.Change(user.Id, UserChanges.None with { Roles = [.. before] }, cancellationToken);
        return new Warning("role_privileged", given is [var only] ? only : "");
    }

    private Role? Known(string site, Role? role) =>
        role is { Capabilities: null } && _found.TryGetValue((site, role.Slug), out var capabilities)
            ? role with
            {
                Capabilities = capabilities,
            }
            : role;
}
