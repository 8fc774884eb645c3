using System.Collections.Immutable;
using System.Security.Claims;
using CleanSync.Domain;

namespace CleanSync.Identity;

/// <summary>Reads a user as CleanSync knows users.</summary>
internal sealed class UserReader<TUser, TRole>(IdentitySession<TUser, TRole> session)
    where TUser : class
    where TRole : class
{
    private static readonly string[] CoreTexts =
    [
        UserTarget.FirstName,
        UserTarget.LastName,
        UserTarget.DisplayName,
        UserTarget.Nickname,
        UserTarget.Url,
        UserTarget.Description,
        UserTarget.Locale,
    ];

    private readonly RoleReader<TUser, TRole> _roles = new(session);

    /// <summary>Reads one user, and gives him his number if he has none yet.</summary>
    public async Task<User> Read(TUser user, CancellationToken cancellationToken)
    {
        var claims = await session.Claims.GetClaimsAsync(user, cancellationToken);
        if (await session.Number(user, claims, cancellationToken))
            await session.Context.SaveChangesAsync(cancellationToken);
        var names = await session.Memberships.GetRolesAsync(user, cancellationToken);
        var account = await CleanSyncAccount.Read(session.Tokens, user, cancellationToken);
        var hash = await session.Passwords.GetPasswordHashAsync(user, cancellationToken);
        var email = await session.Users.GetEmailAsync(user) ?? "";
        var (capabilities, privileged) = await Power(names, claims);
        return new User(
            await session.NumberOf(user),
            await session.Users.GetUserNameAsync(user) ?? "",
            email,
            [.. names],
            capabilities,
            Values(user, claims).SetItem(UserTarget.Email, FieldContent.Of(email)),
            ValuesOf(claims, session.Site.TagsKey).ToImmutableHashSet(StringComparer.Ordinal),
            account.CreatedAt,
            account.CreationToken
        )
        {
            IsPrivileged = privileged,
            HasOurPassword = account.PasswordHash is { } ours
                ? string.Equals(ours, hash, StringComparison.Ordinal)
                : null,
        };
    }

    /// <summary>Reads several.</summary>
    public async Task<ImmutableArray<User>> Read(IEnumerable<TUser> users, CancellationToken cancellationToken)
    {
        var read = new Dictionary<long, User>();
        foreach (var user in users)
        {
            var one = await Read(user, cancellationToken);
            read[one.Id] = one;
        }
        return [.. read.Values];
    }

    // What he may do by his roles, by roles that stand among his claims, and by himself.
    private async Task<(ImmutableHashSet<string> Capabilities, bool Privileged)> Power(
        IEnumerable<string> names,
        IList<Claim> claims
    )
    {
        var capabilities = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        capabilities.UnionWith(
            claims.Where(claim => session.Power.IsPermission(claim.Type)).Select(claim => claim.Value)
        );
        var privileged = !_roles.AreTrusted(capabilities) || claims.Any(claim => session.Power.IsProtected(claim.Type));
        foreach (var name in names)
        {
            var role = await _roles.Find(name);
            capabilities.UnionWith(role?.Capabilities ?? ImmutableHashSet<string>.Empty);
            privileged |= role?.IsPrivileged ?? !session.Site.Trusts(name);
        }
        foreach (var claim in claims.Where(claim => session.Power.NamesRoles(claim.Type)))
        {
            var role = await _roles.Find(claim.Value);
            privileged |= role is null
                ? !session.Site.Trusts(claim.Value)
                : Privileges.IsPrivileged(role, session.Site.Rules);
        }
        return (capabilities.ToImmutable(), privileged);
    }

    private ImmutableDictionary<string, FieldContent> Values(TUser user, IList<Claim> claims)
    {
        var values = ImmutableDictionary.CreateBuilder<string, FieldContent>(StringComparer.Ordinal);
        var targets = session.Site.Rules.Fields.Select(mapping => mapping.Target).Concat(CoreTexts);
        if (session.Site.LinkKey is { } link)
            targets = targets.Append(link);
        var lists = session.Site.Lists.ToHashSet(StringComparer.Ordinal);
        foreach (var target in targets.Distinct(StringComparer.Ordinal))
        {
            if (session.Options.Properties.TryGetValue(target, out var property))
                values[target] = FieldContent.Of(property.Read(user) ?? "");
            else if (!session.Power.IsForbidden(target))
                values[target] = Content([.. ValuesOf(claims, target)], lists.Contains(target));
        }
        return values.ToImmutable();
    }

    // Where there should be one text and are several, the planner sees a difference.
    private static FieldContent Content(string[] values, bool list) =>
        list || values.Length > 1 ? FieldContent.Of(values) : FieldContent.Of(values is [var only] ? only : "");

    private static IEnumerable<string> ValuesOf(IEnumerable<Claim> claims, string type) =>
        claims.Where(claim => string.Equals(claim.Type, type, StringComparison.Ordinal)).Select(claim => claim.Value);
}
