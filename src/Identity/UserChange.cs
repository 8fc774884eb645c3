using System.Collections.Immutable;
using System.Data;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Identity;

/// <summary>
/// Applies changes to a user in one transaction. What the planner found out about power is looked at again in it: an application may make
/// somebody an administrator between plan and change.
/// </summary>
internal sealed class UserChange<TUser, TRole>(IdentityWork<TUser, TRole> work, IdentitySetup<TUser> setup)
    where TUser : class
    where TRole : class
{
    /// <summary>Writes the changes. What is refused is left out and reported.</summary>
    public Task<ChangeReport> Change(long id, UserChanges changes, CancellationToken cancellationToken) =>
        work.Write(
            changes.Email is null ? IsolationLevel.Unspecified : IsolationLevel.Serializable,
            session => Change(session, id, changes, cancellationToken),
            cancellationToken
        );

    private async Task<ChangeReport> Change(
        IdentitySession<TUser, TRole> session,
        long id,
        UserChanges changes,
        CancellationToken cancellationToken
    )
    {
        if (await session.Find(id, cancellationToken) is not { } user)
            return new ChangeReport(true, []);
        var warnings = ImmutableArray.CreateBuilder<Warning>();
        var before = await new UserReader<TUser, TRole>(session).Read(user, cancellationToken);
        var claims = await session.Claims.GetClaimsAsync(user, cancellationToken);
        var values = new UserValues<TUser, TRole>(session, warnings);

        var changed = await values.SetProperties(user, changes.Values, cancellationToken);
        if (changes.Email is { } email)
            changed |= await SetEmail(session, user, before, email, warnings, cancellationToken);
        if (changes.Roles is { } roles)
            changed |= await SetRoles(session, user, before, roles, warnings, cancellationToken);
        var claimed = await values.SetClaims(user, claims, changes.Values, cancellationToken);
        if (changes.Tags is { } tags)
            claimed |= await session.Replace(user, claims, session.Site.TagsKey, tags.All, cancellationToken);

        // Claims alone leave the user's own row as it is, so that a form in which he is being edited can still be saved.
        if (changed)
            await session.Save(user, cancellationToken);
        else if (claimed)
            await session.Context.SaveChangesAsync(cancellationToken);
        if (changed || claimed)
            await session.Commit();
        return new ChangeReport(false, warnings.ToImmutable());
    }

    private async Task<bool> SetEmail(
        IdentitySession<TUser, TRole> session,
        TUser user,
        User before,
        string email,
        ImmutableArray<Warning>.Builder warnings,
        CancellationToken cancellationToken
    )
    {
        var refusal =
            Privileges.IsPrivileged(before, session.Site.Rules) ? "email_kept_privileged"
            : AccountRules.RefusalOfEmail(email) is { } misfit ? misfit
            : await IsTaken(session, before.Id, email, cancellationToken) ? "email_taken"
            : await Refuses(session, user, before.Email, email, cancellationToken) ? "email_refused"
            : null;
        if (refusal is not null)
        {
            warnings.Add(new Warning(refusal, UserTarget.Email));
            return false;
        }
        await session.Emails.SetEmailAsync(user, email, cancellationToken);
        await session.Users.UpdateNormalizedEmailAsync(user);
        await session.Emails.SetEmailConfirmedAsync(user, setup.Options.EmailConfirmed, cancellationToken);
        // As Identity does: links that were mailed to the old address must not work any more.
        await PasswordChange<TUser, TRole>.RenewStamp(session, user, cancellationToken);
        return true;
    }

    private static async Task<bool> IsTaken(
        IdentitySession<TUser, TRole> session,
        long id,
        string email,
        CancellationToken cancellationToken
    )
    {
        foreach (var other in await session.FindByEmail(email, cancellationToken))
            if (await session.NumberOf(other) != id)
                return true;
        return false;
    }

    // Whether the application's validators find something with the new email that they do not find with the old one.
    private static async Task<bool> Refuses(
        IdentitySession<TUser, TRole> session,
        TUser user,
        string had,
        string email,
        CancellationToken cancellationToken
    )
    {
        await session.Emails.SetEmailAsync(user, email, cancellationToken);
        var after = await Findings(session, user);
        await session.Emails.SetEmailAsync(user, had.Length == 0 ? null : had, cancellationToken);
        return after.Count > 0 && !after.IsSubsetOf(await Findings(session, user));
    }

    private static async Task<HashSet<string>> Findings(IdentitySession<TUser, TRole> session, TUser user)
    {
        var codes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var validator in session.Users.UserValidators)
            codes.UnionWith((await validator.ValidateAsync(session.Users, user)).Errors.Select(error => error.Code));
        return codes;
    }

    private static async Task<bool> SetRoles(
        IdentitySession<TUser, TRole> session,
        TUser user,
        User before,
        ImmutableArray<string> roles,
        ImmutableArray<Warning>.Builder warnings,
        CancellationToken cancellationToken
    )
    {
        if (await RefusalOf(session, before, roles) is { } refusal)
        {
            warnings.Add(refusal);
            return false;
        }
        foreach (var role in roles.Except(before.Roles, StringComparer.OrdinalIgnoreCase))
            await session.Memberships.AddToRoleAsync(user, session.Users.NormalizeName(role), cancellationToken);
        foreach (var role in before.Roles.Except(roles, StringComparer.OrdinalIgnoreCase))
            await session.Memberships.RemoveFromRoleAsync(user, session.Users.NormalizeName(role), cancellationToken);
        return true;
    }

    private static async Task<Warning?> RefusalOf(
        IdentitySession<TUser, TRole> session,
        User before,
        ImmutableArray<string> roles
    )
    {
        var reader = new RoleReader<TUser, TRole>(session);
        foreach (var slug in roles)
        {
            if (await reader.Find(slug) is not { } role)
                return new Warning("role_refused", string.Join(',', roles));
            if (Privileges.IsPrivileged(role, session.Site.Rules))
                return new Warning("role_privileged", slug);
        }
        return Privileges.IsPrivileged(before, session.Site.Rules)
            ? new Warning("role_kept_privileged", string.Join(',', roles))
            : null;
    }
}
