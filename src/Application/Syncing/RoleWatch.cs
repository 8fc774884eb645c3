using System.Collections.Concurrent;
using System.Collections.Immutable;
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
        var report = await site.Users.Change(user.Id, UserChanges.None with { Roles = [.. before] }, cancellationToken);
        // A site may have no such role: then better none than this one.
        if (report.Warnings.Any(warning => warning.Code is "role_refused"))
            await site.Users.Change(user.Id, UserChanges.None with { Roles = [] }, cancellationToken);
        return new Warning("role_privileged", given is [var only] ? only : "");
    }

    /// <summary>As <see cref="TakeBack"/>, for a user whom this host created: he is left a subscriber.</summary>
    /// <returns>The user as he is now; the same one when nothing was taken.</returns>
    public async Task<User> TakeBackFromNew(
        Site site,
        User user,
        List<Warning> warnings,
        CancellationToken cancellationToken
    )
    {
        string[] left = ["subscriber"];
        if (await TakeBack(site, user, left, cancellationToken) is not { } refused)
            return user;
        warnings.Add(refused);
        return user with { Roles = left, Capabilities = ImmutableHashSet<string>.Empty };
    }

    private Role? Known(string site, Role? role) =>
        role is { Capabilities: null } && _found.TryGetValue((site, role.Slug), out var capabilities)
            ? role with
            {
                Capabilities = capabilities,
            }
            : role;
}
