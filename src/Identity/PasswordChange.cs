using System.Data;
using System.Security.Cryptography;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using Microsoft.AspNetCore.Identity;

namespace CleanSync.Identity;

/// <summary>
/// Sets a password if its guard holds at that moment: whoever changes the user between the look and the write makes the write fail, and
/// the look is repeated.
/// </summary>
internal sealed class PasswordChange<TUser, TRole>(IdentityWork<TUser, TRole> work)
    where TUser : class
    where TRole : class
{
    // As Identity's own stamps: 160 random bits.
    private const int StampBytes = 20;

    /// <summary>Sets the password.</summary>
    /// <exception cref="PermanentException">The user is gone, or the application refuses the password.</exception>
    public Task<PasswordEnd> Set(
        long id,
        GeneratedPassword password,
        PasswordGuard guard,
        CancellationToken cancellationToken
    ) =>
        work.Write(
            IsolationLevel.Unspecified,
            session => Set(session, id, password, guard, cancellationToken),
            cancellationToken
        );

    /// <summary>Whether the application's validators take the password.</summary>
    public static async Task<bool> Accepts(
        IdentitySession<TUser, TRole> session,
        TUser user,
        GeneratedPassword password
    )
    {
        foreach (var validator in session.Users.PasswordValidators)
            if (!(await validator.ValidateAsync(session.Users, user, password.Text)).Succeeded)
                return false;
        return true;
    }

    /// <summary>Ends the user's sessions, and makes void what was mailed to him.</summary>
    public static Task RenewStamp(
        IdentitySession<TUser, TRole> session,
        TUser user,
        CancellationToken cancellationToken
    ) =>
        session.Stamps.SetSecurityStampAsync(
            user,
            Convert.ToHexString(RandomNumberGenerator.GetBytes(StampBytes)),
            cancellationToken
        );

    private static async Task<PasswordEnd> Set(
        IdentitySession<TUser, TRole> session,
        long id,
        GeneratedPassword password,
        PasswordGuard guard,
        CancellationToken cancellationToken
    )
    {
        if (await session.Find(id, cancellationToken) is not { } user)
            throw new PermanentException("identity: the user is gone");
        var account = await CleanSyncAccount.Read(session.Tokens, user, cancellationToken);
        var had = await session.Passwords.GetPasswordHashAsync(user, cancellationToken);
        var holds = guard switch
        {
            PasswordGuard.OursStill => account.PasswordHash is { } ours
                && string.Equals(ours, had, StringComparison.Ordinal),
            _ => !Is(session, user, had, password) && !Is(session, user, account.PasswordHash, password),
        };
        var seen = await new UserReader<TUser, TRole>(session).Read(user, cancellationToken);
        if (!holds || Privileges.IsPrivileged(seen, session.Site.Rules))
            return PasswordEnd.Kept;
        // What takes the place of a user's own password was chosen by somebody; what takes the place of ours was generated.
        if (guard == PasswordGuard.NewToUser && !await Accepts(session, user, password))
            throw new PermanentException("identity: the application refuses the password");

        var hash = session.Users.PasswordHasher.HashPassword(user, password.Text);
        await session.Passwords.SetPasswordHashAsync(user, hash, cancellationToken);
        await RenewStamp(session, user, cancellationToken);
        await (account with { PasswordHash = hash }).Write(session.Tokens, user, cancellationToken);
        await session.Save(user, cancellationToken);
        await session.Commit();
        return PasswordEnd.Set;
    }

    private static bool Is(
        IdentitySession<TUser, TRole> session,
        TUser user,
        string? hash,
        GeneratedPassword password
    ) =>
        hash is not null
        && session.Users.PasswordHasher.VerifyHashedPassword(user, hash, password.Text)
            != PasswordVerificationResult.Failed;
}
