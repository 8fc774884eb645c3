using System.Collections.Immutable;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using Microsoft.EntityFrameworkCore;

namespace CleanSync.Identity;

/// <summary>
/// The user directory of an application that keeps its users in ASP.NET Core Identity on Entity Framework Core. Logins, emails, passwords and
/// roles are Identity's own; the contact's id, tags and fields are claims, which the application's authorization policies can ask for.
/// </summary>
/// <typeparam name="TUser">The application's user.</typeparam>
/// <typeparam name="TRole">The application's role.</typeparam>
internal sealed class IdentityUsers<TUser, TRole>(IdentitySetup<TUser> setup) : IUsers
    where TUser : class
    where TRole : class
{
    private readonly IdentityWork<TUser, TRole> _work = new(setup);

    /// <inheritdoc/>
    public Task<DirectoryAbilities> Describe(CancellationToken cancellationToken) =>
        Answer(() => _work.Read(session => Task.FromResult(Abilities(session))), cancellationToken);

    /// <inheritdoc/>
    public Task<RoleBook> ResolveRoles(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        Answer(
            () => _work.Read(session => new RoleReader<TUser, TRole>(session).Resolve(names, cancellationToken)),
            cancellationToken
        );

    /// <inheritdoc/>
    public Task<User?> FindById(long id, CancellationToken cancellationToken) =>
        Answer(
            () =>
                _work.Read(async session =>
                    await session.Find(id, cancellationToken) is { } user
                        ? await new UserReader<TUser, TRole>(session).Read(user, cancellationToken)
                        : null
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public Task<ImmutableArray<User>> FindByLink(long contact, CancellationToken cancellationToken) =>
        Answer(
            () =>
                _work.Read(async session =>
                    session.Site.LinkKey is { } key
                        ? await new UserReader<TUser, TRole>(session).Read(
                            await session.FindByClaim(key, contact, cancellationToken),
                            cancellationToken
                        )
                        : []
                ),
            cancellationToken
        );

    /// <inheritdoc/>
    public Task<UsersByEmail> FindByEmail(string email, CancellationToken cancellationToken) =>
        Answer(
            () =>
                _work.Read(async session =>
                {
                    // The clock that stamps creations: every node of the application keeps its own.
                    var now = setup.Time.GetUtcNow();
                    var found = await session.FindByEmail(email, cancellationToken);
                    return new UsersByEmail(
                        await new UserReader<TUser, TRole>(session).Read(found, cancellationToken),
                        now
                    );
                }),
            cancellationToken
        );

    /// <inheritdoc/>
    public Task<Creation> Create(UserDraft draft, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(draft);
        return Answer(
            () => new UserCreation<TUser, TRole>(_work, setup).Create(draft, cancellationToken),
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public Task<ChangeReport> Change(long userId, UserChanges changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return Answer(
            () => new UserChange<TUser, TRole>(_work, setup).Change(userId, changes, cancellationToken),
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public Task<PasswordEnd> SetPassword(
        long userId,
        GeneratedPassword password,
        PasswordGuard guard,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(password);
        return Answer(
            () => new PasswordChange<TUser, TRole>(_work).Set(userId, password, guard, cancellationToken),
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public Task Probe(CancellationToken cancellationToken) =>
        Answer(() => _work.Read(session => session.Users.Users.AnyAsync(cancellationToken)), cancellationToken);

    private static DirectoryAbilities Abilities(IdentitySession<TUser, TRole> session) =>
        new(WritableMeta: null, StoresTags: true)
        {
            Via = "ASP.NET Core Identity",
            SearchesLinks = session.Site.LinkKey is not null,
            ComparesPasswords = true,
            TellsFirstLogin = false,
            KnownMeta = session
                .Site.Lists.Where(target => !session.Options.Properties.ContainsKey(target))
                .ToImmutableDictionary(target => target, _ => MetaShape.List, StringComparer.Ordinal),
            Notices =
            [
                .. session
                    .Site.Rules.Fields.Select(mapping => mapping.Target)
                    .Where(target => !session.Options.Properties.ContainsKey(target))
                    .Where(session.Power.IsForbidden)
                    .Select(target => new Warning("claim_carries_power", target)),
            ],
        };

    private static async Task<T> Answer<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (Exception error) when (IdentityFault.IsFault(error, cancellationToken))
        {
            throw IdentityFault.Of(error);
        }
    }
}
