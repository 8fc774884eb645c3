using System.Collections.Immutable;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Tests;

/// <summary>A user directory in memory that, like WordPress, keeps no index on emails of its own accord.</summary>
internal sealed class FakeUsers(World world) : IUsers
{
    private long _lastId = 100;

    public Dictionary<long, User> All { get; } = [];
    public Dictionary<long, string> Passwords { get; } = [];

    /// <summary>The last password that CleanSync gave a user.</summary>
    public Dictionary<long, string> Ours { get; } = [];

    /// <summary>The contact that a user carries.</summary>
    public Dictionary<long, long> Links { get; } = [];

    public bool KeepsTokens { get; set; } = true;
    public Queue<Exception> Faults { get; } = [];

    /// <summary>Answers instead of creating.</summary>
    public Queue<Creation> CreateAnswers { get; } = [];

    /// <summary>Runs just before a create takes effect: somebody else's doing.</summary>
    public Action? BeforeCreate { get; set; }

    /// <summary>Faults after a create took effect: its answer got lost.</summary>
    public Queue<Exception> AfterCreate { get; } = [];

    public Queue<Exception> ChangeFaults { get; } = [];

    public int Creates { get; private set; }
    public int Changes { get; private set; }
    public bool IsOpen { get; set; } = true;

    public Dictionary<string, Role> Roles { get; } =
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["subscriber"] = new Role("subscriber", "Subscriber", ImmutableHashSet.Create("read")),
            ["customer"] = new Role("customer", "Customer", ImmutableHashSet.Create("read")),
            ["administrator"] = new Role("administrator", "Administrator", ImmutableHashSet.Create("manage_options")),
        };

    /// <summary>What roles hold whose capabilities <see cref="Roles"/> does not tell.</summary>
    public Dictionary<string, HashSet<string>> Hidden { get; } = [];

    public User Add(string email, string login, string role = "subscriber", params string[] tags)
    {
        var user = new User(
            ++_lastId,
            login,
            email,
            [role],
            Roles.TryGetValue(role, out var known) && known.Capabilities is { } capabilities
                ? capabilities
                : new HashSet<string>(),
            new Dictionary<string, FieldContent>(),
            tags.ToHashSet(),
            world.Time.GetUtcNow(),
            KeepsTokens ? "" : null
        );
        Passwords[user.Id] = "own password";
        return All[user.Id] = user;
    }

    public Task<DirectoryAbilities> Describe(CancellationToken cancellationToken) =>
        Step(() => DirectoryAbilities.Everything);

    public Task<RoleBook> ResolveRoles(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        Step(() => new RoleBook(names.Select(name => KeyValuePair.Create(name, Roles.GetValueOrDefault(name)))));

    public Task<User?> FindById(long id, CancellationToken cancellationToken) => Step(() => All.GetValueOrDefault(id));

    public Task<ImmutableArray<User>> FindByLink(long contact, CancellationToken cancellationToken) =>
        Step<ImmutableArray<User>>(() => [.. All.Values.Where(user => Links.GetValueOrDefault(user.Id) == contact)]);

    public Task<UsersByEmail> FindByEmail(string email, CancellationToken cancellationToken) =>
        Step(() =>
            new UsersByEmail(
                [.. All.Values.Where(user => ContactEmail.Same(user.Email, email))],
                world.Time.GetUtcNow()
            )
        );

    public Task<Creation> Create(UserDraft draft, CancellationToken cancellationToken) =>
        Step(() =>
        {
            Creates++;
            BeforeCreate?.Invoke();
            if (CreateAnswers.TryDequeue(out var answer))
                return answer;
            if (All.Values.Any(user => string.Equals(user.Login, draft.Login, StringComparison.OrdinalIgnoreCase)))
                return new Creation.Duplicate(Email: false);
            if (All.Values.Any(user => ContactEmail.Same(user.Email, draft.Email)))
                return new Creation.Duplicate(Email: true);
            var user = Add(draft.Email, draft.Login, draft.Role ?? "none") with
            {
                Values = draft.Values,
                CreationToken = KeepsTokens ? draft.CreationToken : null,
            };
            if (Hidden.TryGetValue(draft.Role ?? "", out var hidden))
                user = user with { Capabilities = hidden };
            Ours[user.Id] = Passwords[user.Id] = draft.Password.Text;
            Links[user.Id] = draft.Contact;
            All[user.Id] = user;
            if (AfterCreate.TryDequeue(out var fault))
                throw fault;
            return new Creation.Created(user, []);
        });

    public Task<ChangeReport> Change(long userId, UserChanges changes, CancellationToken cancellationToken) =>
        Step(() =>
        {
            Changes++;
            if (ChangeFaults.TryDequeue(out var fault))
                throw fault;
            if (!All.TryGetValue(userId, out var user))
                return new ChangeReport(true, []);
            if (changes.Roles is { } named && !named.All(Roles.ContainsKey))
                return new ChangeReport(false, [new Warning("role_refused", string.Join(',', named))]);
            All[userId] = user with
            {
                Email = changes.Email ?? user.Email,
                Roles = changes.Roles is { } roles ? [.. roles] : user.Roles,
                Capabilities = changes.Roles is { } given
                    ? given.SelectMany(slug => Roles[slug].Capabilities ?? Hidden[slug]).ToHashSet()
                    : user.Capabilities,
                Tags = changes.Tags?.All ?? user.Tags,
                Values = user.Values.ToImmutableDictionary().SetItems(changes.Values),
            };
            return new ChangeReport(false, []);
        });

    public Task<PasswordEnd> SetPassword(
        long userId,
        GeneratedPassword password,
        PasswordGuard guard,
        CancellationToken cancellationToken
    ) =>
        Step(() =>
        {
            var (present, ours) = (Passwords[userId], Ours.GetValueOrDefault(userId));
            var holds =
                guard == PasswordGuard.OursStill
                    ? ours is null || ours == present
                    : password.Text != present && password.Text != ours;
            if (!holds)
                return PasswordEnd.Kept;
            Ours[userId] = Passwords[userId] = password.Text;
            return PasswordEnd.Set;
        });

    public Task Probe(CancellationToken cancellationToken) => Step(() => true);

    private async Task<T> Step<T>(Func<T> effect)
    {
        await Task.Yield();
        world.Step();
        if (!IsOpen)
            throw new SiteHeldException("wordpress: the credentials are refused");
        if (Faults.TryDequeue(out var fault))
            throw fault;
        T result;
        lock (All)
            result = effect();
        world.Step();
        return result;
    }
}
