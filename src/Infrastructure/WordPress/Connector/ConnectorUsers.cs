using System.Collections.Immutable;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Batching;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.Connector;

/// <summary>
/// The users of a WordPress that has the CleanSync plugin (connector/PROTOCOL.md): any meta, roles with their capabilities, links, guarded
/// passwords, and creation under a lock. Also asks for WordPress's own welcome mail there.
/// </summary>
internal sealed class ConnectorUsers : IUsers, IWelcomeMail
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private readonly WordPressSite _site;
    private readonly ConnectorClient _client;
    private readonly Kept<ConnectorSite> _known;
    private readonly ConnectorRoles _roles;
    private readonly ConnectorFinder _finder;
    private readonly ConnectorChanges _changes;

    /// <summary>Makes the directory of one site.</summary>
    /// <param name="rest">How the site is reached.</param>
    /// <param name="detection">Is told when the plugin is gone.</param>
    /// <param name="site">The site.</param>
    /// <param name="time">The clock.</param>
    public ConnectorUsers(SiteRest rest, ConnectorDetection detection, WordPressSite site, TimeProvider time)
    {
        _site = site;
        _client = new ConnectorClient(rest.Client, detection, site.Blog);
        _known = new(() => ConnectorSite.Ask(_client, CancellationToken.None), Lifetime, time);
        _roles = new ConnectorRoles(_known);
        _finder = new ConnectorFinder(_client, site, rest.Pace, time);
        _changes = new ConnectorChanges(_client, site, _known, rest.Pace, time);
    }

    /// <inheritdoc/>
    public async Task<DirectoryAbilities> Describe(CancellationToken cancellationToken) =>
        (await _known.Get(cancellationToken)).Abilities(_site);

    /// <inheritdoc/>
    public Task<RoleBook> ResolveRoles(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        _roles.Resolve(names, cancellationToken);

    /// <inheritdoc/>
    public async Task<User?> FindById(long id, CancellationToken cancellationToken)
    {
        await _known.Get(cancellationToken);
        return await _finder.ById(id, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<User>> FindByLink(long contact, CancellationToken cancellationToken)
    {
        await _known.Get(cancellationToken);
        return await _finder.ByLink(contact, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<UsersByEmail> FindByEmail(string email, CancellationToken cancellationToken)
    {
        await _known.Get(cancellationToken);
        return await _finder.ByEmail(email, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Creation> Create(UserDraft draft, CancellationToken cancellationToken) =>
        _changes.Create(draft, cancellationToken);

    /// <inheritdoc/>
    public Task<ChangeReport> Change(long userId, UserChanges changes, CancellationToken cancellationToken) =>
        _changes.Change(userId, changes, cancellationToken);

    /// <inheritdoc/>
    public async Task<PasswordEnd> SetPassword(
        long userId,
        GeneratedPassword password,
        PasswordGuard guard,
        CancellationToken cancellationToken
    )
    {
        await _known.Get(cancellationToken);
        return await _changes.SetPassword(userId, password, guard, cancellationToken);
    }

    /// <inheritdoc/>
    public Task Probe(CancellationToken cancellationToken) => ConnectorSite.Ask(_client, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>The plugin itself sends at most once, so whatever was not answered may be asked for again.</remarks>
    public async Task<MailEnd> Send(WelcomeMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await _known.Get(cancellationToken);
            return await _changes.Welcome(message.UserId, cancellationToken);
        }
        catch (TransientException)
        {
            return MailEnd.NotSent;
        }
        catch (PermanentException)
        {
            return MailEnd.Refused;
        }
    }
}
