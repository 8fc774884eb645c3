using System.Collections.Immutable;
using System.Data;
using System.Globalization;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using Microsoft.AspNetCore.Identity;

namespace CleanSync.Identity;

/// <summary>
/// Creates a user in one transaction, so that he is there with everything or not at all:
/// <list type="number">
/// <item>nobody has the email or the login;</item>
/// <item>the application's own validators take him, and his password unless CleanSync generated it;</item>
/// <item>the user, his role, his link and what CleanSync remembers of him are written;</item>
/// <item>still nobody else has the email.</item>
/// </list>
/// </summary>
internal sealed class UserCreation<TUser, TRole>(IdentityWork<TUser, TRole> work, IdentitySetup<TUser> setup)
    where TUser : class
    where TRole : class
{
    /// <summary>Creates the user of a draft, or says what stands against it.</summary>
    public async Task<Creation> Create(UserDraft draft, CancellationToken cancellationToken)
    {
        if (!AccountRules.AcceptsLogin(draft.Login))
            return new Creation.LoginRefused();
        if (AccountRules.RefusalOfEmail(draft.Email) is not null)
            return new Creation.EmailRefused();
        try
        {
            return await work.Write(
                // Two creations of one person exclude each other, though emails have no unique index.
                IsolationLevel.Serializable,
                session => Create(session, draft, cancellationToken),
                cancellationToken
            );
        }
        catch (Exception error) when (IdentityFault.IsOfData(error))
        {
            // The unique index of logins has seen somebody whom the look before did not see yet.
            if (await work.Read(session => Twin(session, draft, null, cancellationToken)) is { } twin)
                return twin;
            throw;
        }
    }

    private async Task<Creation> Create(
        IdentitySession<TUser, TRole> session,
        UserDraft draft,
        CancellationToken cancellationToken
    )
    {
        if (await Twin(session, draft, null, cancellationToken) is { } taken)
            return taken;
        var warnings = ImmutableArray.CreateBuilder<Warning>();
        var values = new UserValues<TUser, TRole>(session, warnings);
        var user = setup.Options.NewUser();
        await session.Store.SetUserNameAsync(user, draft.Login, cancellationToken);
        await session.Emails.SetEmailAsync(user, draft.Email, cancellationToken);
        await session.Emails.SetEmailConfirmedAsync(user, setup.Options.EmailConfirmed, cancellationToken);
        await values.SetProperties(user, draft.Values, cancellationToken);
        // 24 random letters and digits are stronger than any policy asks for, and yet most policies would refuse them.
        if (!draft.Generated && !await PasswordChange<TUser, TRole>.Accepts(session, user, draft.Password))
            return new Creation.PasswordRefused();
        var hash = session.Users.PasswordHasher.HashPassword(user, draft.Password.Text);
        await session.Passwords.SetPasswordHashAsync(user, hash, cancellationToken);
        var result = await session.Users.CreateAsync(user);
        if (!result.Succeeded)
            return Refused(result);

        await values.SetClaims(user, [], draft.Values, cancellationToken);
        if (session.Site.LinkKey is { } link)
            await session.Replace(
                user,
                [],
                link,
                [draft.Contact.ToString(CultureInfo.InvariantCulture)],
                cancellationToken
            );
        await session.Number(user, [], cancellationToken);
        if (draft.Role is { } named && await Role(session, named, warnings) is { } role)
            await session.Memberships.AddToRoleAsync(user, session.Users.NormalizeName(role), cancellationToken);
        var account = new CleanSyncAccount(draft.CreationToken, setup.Time.GetUtcNow(), hash);
        await account.Write(session.Tokens, user, cancellationToken);
        await session.Save(user, cancellationToken);
        if (await Twin(session, draft, await session.NumberOf(user), cancellationToken) is { } twin)
            return twin;
        var created = await new UserReader<TUser, TRole>(session).Read(user, cancellationToken);
        await session.Commit();
        return new Creation.Created(created, warnings.ToImmutable());
    }

    // Who has the email or the login already. Whoever carries the token of this creation was made by an earlier request of it.
    private static async Task<Creation?> Twin(
        IdentitySession<TUser, TRole> session,
        UserDraft draft,
        long? except,
        CancellationToken cancellationToken
    )
    {
        foreach (var other in await session.FindByEmail(draft.Email, cancellationToken))
        {
            if (await session.NumberOf(other) == except)
                continue;
            var account = await CleanSyncAccount.Read(session.Tokens, other, cancellationToken);
            if (!string.Equals(account.CreationToken, draft.CreationToken, StringComparison.Ordinal))
                return new Creation.Duplicate(Email: true);
            var user = await new UserReader<TUser, TRole>(session).Read(other, cancellationToken);
            return new Creation.Created(user, []) { Existed = true };
        }
        var namesake = await session.Users.FindByNameAsync(draft.Login);
        return namesake is null || await session.NumberOf(namesake) == except
            ? null
            : new Creation.Duplicate(Email: false);
    }

    private static Creation Refused(IdentityResult result)
    {
        var codes = result.Errors.Select(error => error.Code).ToHashSet(StringComparer.Ordinal);
        return codes switch
        {
            _ when codes.Contains(nameof(IdentityErrorDescriber.DuplicateEmail)) => new Creation.Duplicate(Email: true),
            _ when codes.Contains(nameof(IdentityErrorDescriber.InvalidEmail)) => new Creation.EmailRefused(),
            _ when codes.Contains(nameof(IdentityErrorDescriber.DuplicateUserName)) => new Creation.Duplicate(
                Email: false
            ),
            _ when codes.Contains(nameof(IdentityErrorDescriber.InvalidUserName)) => new Creation.LoginRefused(),
            _ => throw new PermanentException(
                $"identity: the application refuses the user ({string.Join(',', codes)})"
            ),
        };
    }

    // The planner named a role that may be given; it may have gone, or have got power, since. Then it is the default, if that is harmless.
    private static async Task<string?> Role(
        IdentitySession<TUser, TRole> session,
        string named,
        ImmutableArray<Warning>.Builder warnings
    )
    {
        var roles = new RoleReader<TUser, TRole>(session);
        var rules = session.Site.Rules;
        var role = await roles.Find(named);
        if (role is not null && !Privileges.IsPrivileged(role, rules))
            return role.Slug;
        warnings.Add(new Warning(role is null ? "role_refused" : "role_privileged", named));
        return await roles.Find(rules.DefaultRole) is { } standard && !Privileges.IsPrivileged(standard, rules)
            ? standard.Slug
            : null;
    }
}
