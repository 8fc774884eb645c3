using System.Collections.Immutable;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Batching;
using CleanSync.Infrastructure.WordPress.Rest;
using Microsoft.Extensions.Logging;

namespace CleanSync.Infrastructure.WordPress.CoreRest;

/// <summary>
/// The users of any WordPress from 5.6 on, by its own REST routes and an application password; no plugin is needed. What core
/// cannot do (meta that is not registered, listing roles) is found out and said.
/// </summary>
internal sealed class CoreRestUsers : IUsers
{
    private static readonly TimeSpan SchemaLifetime = TimeSpan.FromMinutes(10);
    private readonly RestClient _client;
    private readonly Kept<SiteSchema> _schema;
    private readonly string _tagsKey;
    private readonly bool _tagsProtected;
    private readonly UserReader _reader;
    private readonly UserCreator _creator;
    private readonly UserChanger _changer;
    private readonly RoleFinder _roles;

    /// <summary>Makes the directory of one site.</summary>
    /// <param name="rest">How the site is reached.</param>
    /// <param name="site">The site.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log; carries no personal data.</param>
    public CoreRestUsers(SiteRest rest, WordPressSite site, TimeProvider time, ILogger<CoreRestUsers> logger)
    {
        _client = rest.Client;
        _schema = new Kept<SiteSchema>(() => SiteSchema.Ask(_client), SchemaLifetime, time);
        (_tagsKey, _tagsProtected) = (site.TagsMetaKey, site.TagsProtected);
        _reader = new UserReader(_client, _schema, site, time);
        _creator = new UserCreator(_client, _schema, _reader);
        _changer = new UserChanger(_client, _schema, site, time, logger);
        _roles = new RoleFinder(_client, time);
    }

    /// <inheritdoc/>
    public async Task<DirectoryAbilities> Describe(CancellationToken cancellationToken)
    {
        var abilities = (await _schema.Get(cancellationToken)).Abilities(_tagsKey);
        // REST shows no difference between a key that users can write themselves and one that they cannot.
        return abilities.StoresTags && !_tagsProtected
            ? abilities with
            {
                Notices = [.. abilities.Notices, new Warning("tags_writable_by_users", _tagsKey)],
            }
            : abilities;
    }

    /// <inheritdoc/>
    public Task<RoleBook> ResolveRoles(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        _roles.Resolve(names, cancellationToken);

    /// <inheritdoc/>
    public Task<User?> FindById(long id, CancellationToken cancellationToken) =>
        _reader.FindById(id, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Core REST has no search by meta, and a copy of the link that users might write themselves is not believed (SPEC 8.1).</remarks>
    public Task<ImmutableArray<User>> FindByLink(long contact, CancellationToken cancellationToken) =>
        Task.FromResult(ImmutableArray<User>.Empty);

    /// <inheritdoc/>
    public Task<UsersByEmail> FindByEmail(string email, CancellationToken cancellationToken) =>
        _reader.FindByEmail(email, cancellationToken);

    /// <inheritdoc/>
    public Task<Creation> Create(UserDraft draft, CancellationToken cancellationToken) =>
        _creator.Create(draft, cancellationToken);

    /// <inheritdoc/>
    public Task<ChangeReport> Change(long userId, UserChanges changes, CancellationToken cancellationToken) =>
        _changer.Change(userId, changes, cancellationToken);

    /// <inheritdoc/>
    public async Task<PasswordEnd> SetPassword(
        long userId,
        GeneratedPassword password,
        PasswordGuard guard,
        CancellationToken cancellationToken
    )
    {
        if (guard == PasswordGuard.NewToUser)
            throw new PermanentException("wordpress: passwords cannot be compared without the connector");
        await _changer.SetPassword(userId, password, cancellationToken);
        return PasswordEnd.Set;
    }

    /// <inheritdoc/>
    public async Task Probe(CancellationToken cancellationToken)
    {
        await Connection.Ask(_client, cancellationToken);
        // Some plugins let nobody read users.
        await _client.Get("/wp/v2/users", "context=edit&per_page=1&_fields=id", cancellationToken);
    }
}
