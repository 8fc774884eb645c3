using System.Collections.Immutable;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.WordPress.Connector;
using CleanSync.Infrastructure.WordPress.CoreRest;
using CleanSync.Infrastructure.WordPress.Rest;
using Microsoft.Extensions.Logging;

namespace CleanSync.Infrastructure.WordPress;

/// <summary>
/// The users of a WordPress site: through the CleanSync plugin where it is active, else over WordPress's own routes (SPEC 8.1, 8.2). Which of
/// the two is found out again every ten minutes, and at once when the plugin's routes are gone.
/// </summary>
internal sealed class WordPressUsers : IUsers
{
    private readonly WordPressSite _site;
    private readonly ConnectorDetection _detection;
    private readonly ConnectorUsers _connector;
    private readonly CoreRestUsers _core;

    /// <summary>Makes the directory of one site. One instance per site: it holds the bound on concurrent requests.</summary>
    /// <param name="http">A client that follows no redirects (<see cref="WordPressHttp"/>).</param>
    /// <param name="site">The site.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log; carries no personal data.</param>
    public WordPressUsers(HttpClient http, WordPressSite site, TimeProvider time, ILogger<CoreRestUsers> logger)
    {
        var rest = SiteRest.To(http, site, time);
        _site = site;
        _detection = new ConnectorDetection(rest.Roots, time);
        _connector = new ConnectorUsers(rest, _detection, site, time);
        _core = new CoreRestUsers(rest, site, time, logger);
    }

    /// <summary>The plugin's mail where it is active; null otherwise.</summary>
    /// <exception cref="SiteHeldException">The site needs the plugin and does not have it.</exception>
    public async Task<IWelcomeMail?> ConnectorMail(CancellationToken cancellationToken) =>
        await HasConnector(cancellationToken) ? _connector : null;

    /// <inheritdoc/>
    public async Task<DirectoryAbilities> Describe(CancellationToken cancellationToken) =>
        await (await Users(cancellationToken)).Describe(cancellationToken);

    /// <inheritdoc/>
    public async Task<RoleBook> ResolveRoles(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        await (await Users(cancellationToken)).ResolveRoles(names, cancellationToken);

    /// <inheritdoc/>
    public async Task<User?> FindById(long id, CancellationToken cancellationToken) =>
        await (await Users(cancellationToken)).FindById(id, cancellationToken);

    /// <inheritdoc/>
    public async Task<ImmutableArray<User>> FindByLink(long contact, CancellationToken cancellationToken) =>
        await (await Users(cancellationToken)).FindByLink(contact, cancellationToken);

    /// <inheritdoc/>
    public async Task<UsersByEmail> FindByEmail(string email, CancellationToken cancellationToken) =>
        await (await Users(cancellationToken)).FindByEmail(email, cancellationToken);

    /// <inheritdoc/>
    public async Task<Creation> Create(UserDraft draft, CancellationToken cancellationToken) =>
        await (await Users(cancellationToken)).Create(draft, cancellationToken);

    /// <inheritdoc/>
    public async Task<ChangeReport> Change(long userId, UserChanges changes, CancellationToken cancellationToken) =>
        await (await Users(cancellationToken)).Change(userId, changes, cancellationToken);

    /// <inheritdoc/>
    public async Task<PasswordEnd> SetPassword(
        long userId,
        GeneratedPassword password,
        PasswordGuard guard,
        CancellationToken cancellationToken
    ) => await (await Users(cancellationToken)).SetPassword(userId, password, guard, cancellationToken);

    /// <inheritdoc/>
    public async Task Probe(CancellationToken cancellationToken) =>
        await (await Users(cancellationToken)).Probe(cancellationToken);

    private async Task<IUsers> Users(CancellationToken cancellationToken) =>
        await HasConnector(cancellationToken) ? _connector : _core;

    private async Task<bool> HasConnector(CancellationToken cancellationToken)
    {
        var isActive = await _detection.IsActive(cancellationToken);
        if (_site.Blog is not { } blog)
            return isActive == true;
        // A site that does not show its index will say why when the plugin is asked.
        if (isActive != false)
            return true;
        // The site is held, and goes on as soon as the plugin is there.
        _detection.Lost();
        throw new SiteHeldException(
            $"wordpress: WordPress:Blog is {blog}, which needs the CleanSync plugin; install it on the network and activate it, or remove Blog"
        );
    }
}
