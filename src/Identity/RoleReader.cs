using System.Collections.Immutable;
using CleanSync.Domain;
using Microsoft.EntityFrameworkCore;

namespace CleanSync.Identity;

/// <summary>
/// Reads roles and what they may do:
/// <code>
/// permission claims   other claims with power   default or Allowed   capabilities   privileged
/// none                -                         no                   unknown        yes
/// none                -                         yes                  unknown        no
/// some                yes                       no                   unknown        yes
/// some                yes                       yes                  unknown        no
/// some, all trusted   no                        -                    the claims     as the planner finds
/// some, not trusted   no                        no                   the claims     yes
/// some, not trusted   no                        yes                  the claims     as the planner finds
/// </code>
/// Trusted are those of <see cref="IdentityDirectoryOptions{TUser}.TrustPermissions"/>.
/// </summary>
internal sealed class RoleReader<TUser, TRole>(IdentitySession<TUser, TRole> session)
    where TUser : class
    where TRole : class
{
    /// <summary>The role of that name; null when there is none.</summary>
    public async Task<Role?> Find(string name) =>
        await session.Roles.FindByNameAsync(name) is { } role ? await Read(role) : null;

    /// <summary>Resolves names and titles, without regard to case. A title that fits two roles fits none.</summary>
    public async Task<RoleBook> Resolve(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, TRole>(StringComparer.OrdinalIgnoreCase);
        foreach (var role in await session.Roles.Roles.ToListAsync(cancellationToken))
            if (await session.Roles.GetRoleNameAsync(role) is { } name)
                all[name] = role;
        var resolved = new Dictionary<string, Role?>(StringComparer.OrdinalIgnoreCase);
        foreach (var asked in names.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var name = asked.Trim();
            var titled = all.Where(role => RoleTitle.Of(role.Key).Equals(name, StringComparison.OrdinalIgnoreCase))
                .Take(2)
                .ToList();
            var found = all.GetValueOrDefault(name) ?? (titled is [var only] ? only.Value : null);
            resolved[asked] = found is null ? null : await Read(found);
        }
        return new RoleBook(resolved);
    }

    private async Task<Role> Read(TRole role)
    {
        var name = await session.Roles.GetRoleNameAsync(role) ?? "";
        var claims = session.Roles.SupportsRoleClaims ? await session.Roles.GetClaimsAsync(role) : [];
        var permissions = claims
            .Where(claim => session.Power.IsPermission(claim.Type))
            .Select(claim => claim.Value)
            .ToImmutableHashSet(StringComparer.Ordinal);
        var known =
            !permissions.IsEmpty
            && !claims.Any(claim => session.Power.NamesRoles(claim.Type) || session.Power.IsProtected(claim.Type));
        var doubted = !known || !AreTrusted(permissions);
        return new Role(name, RoleTitle.Of(name), known ? permissions : null)
        {
            IsPrivileged = doubted && !session.Site.Trusts(name),
        };
    }

    /// <summary>Whether the application calls all of these harmless.</summary>
    public bool AreTrusted(IEnumerable<string> permissions) =>
        permissions.All(session.Options.TrustedPermissions.Contains);
}
