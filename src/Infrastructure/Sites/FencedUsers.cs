using System.Collections.Immutable;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Sites;

/// <summary>
/// A directory of the application's own, which is written only while this process may work the site (SPEC 5.4). WordPress needs none: there
/// <see cref="WriteFence"/> stands right before each request.
/// </summary>
internal sealed class FencedUsers(IUsers users, IWorkerRole role, string site) : IUsers
{
    public Task<DirectoryAbilities> Describe(CancellationToken cancellationToken) => users.Describe(cancellationToken);

    public Task<RoleBook> ResolveRoles(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        users.ResolveRoles(names, cancellationToken);

    public Task<User?> FindById(long id, CancellationToken cancellationToken) => users.FindById(id, cancellationToken);

    public Task<ImmutableArray<User>> FindByLink(long contact, CancellationToken cancellationToken) =>
        users.FindByLink(contact, cancellationToken);

    public Task<UsersByEmail> FindByEmail(string email, CancellationToken cancellationToken) =>
        users.FindByEmail(email, cancellationToken);

    public Task<Creation> Create(UserDraft draft, CancellationToken cancellationToken)
    {
        WriteFence.Check(role, site);
        return users.Create(draft, cancellationToken);
    }

    public Task<ChangeReport> Change(long userId, UserChanges changes, CancellationToken cancellationToken)
    {
        WriteFence.Check(role, site);
        return users.Change(userId, changes, cancellationToken);
    }

    public Task<PasswordEnd> SetPassword(
        long userId,
        GeneratedPassword password,
        PasswordGuard guard,
        CancellationToken cancellationToken
    )
    {
        WriteFence.Check(role, site);
        return users.SetPassword(userId, password, guard, cancellationToken);
    }

    public Task Probe(CancellationToken cancellationToken) => users.Probe(cancellationToken);
}
