using System.Collections.Concurrent;
using System.Collections.Immutable;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Tests;

/// <summary>A user directory in memory that, like WordPress, keeps no index on emails of its own accord.</summary>
internal sealed class FakeUsers(World world) : IUsers
{
    private long _lastId = 100;
    private int _reading;

    public Dictionary<long, User> All { get; } = [];
    public Dictionary<long, string> Passwords { get; } = [];

    /// <summary>The last password that CleanSync gave a user.</summary>
    public Dictionary<long, string> Ours { get; } = [];

    /// <summary>The contact that a user carries.</summary>
    public Dictionary<long, long> Links { get; } = [];

    /// <summary>When a user first signed in.</summary>
    public Dictionary<long, DateTimeOffset> FirstLogins { get; } = [];

    public DirectoryAbilities Abilities { get; set; } = DirectoryAbilities.Everything;

    /// <summary>How many users are read at once at most.</summary>
    public int MostReadAtOnce { get; private set; }

    /// <summary>Runs just before a password is compared and set: the user's own doing.</summary>
    public Action<long>? BeforeSetPassword { get; set; }

    /// <summary>Runs when a user was read by his id, before the reader hears of it.</summary>
    public Action? BeforeRead { get; set; }

    public int PasswordsSet { get; private set; }
    public bool KeepsTokens { get; set; } = true;
    public ConcurrentQueue<Exception> Faults { get; } = [];

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

    public Task<DirectoryAbilities> Describe(CancellationToken cancellationToken) => Step(() => Abilities);

    public Task<RoleBook> ResolveRoles(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        Step(() => new RoleBook(names.Select(name => KeyValuePair.Create(name, Roles.GetValueOrDefault(name)))));

    public async Task<User?> FindById(long id, CancellationToken cancellationToken)
    {
        MostReadAtOnce = Math.Max(MostReadAtOnce, Interlocked.Increment(ref _reading));
        try
        {
            return await Step(() =>
            {
                BeforeRead?.Invoke();
                return All.TryGetValue(id, out var user) ? Seen(user) : null;
            });
        }
        finally
        {
            Interlocked.Decrement(ref _reading);
        }
    }

    public Task<ImmutableArray<User>> FindByLink(long contact, CancellationToken cancellationToken) =>
        Step<ImmutableArray<User>>(() =>
            [.. All.Values.Where(user => Links.GetValueOrDefault(user.Id) == contact).Select(Seen)]
        );

    /// <summary>The site's clock; the host's unless told otherwise.</summary>
    public Func<DateTimeOffset>? SiteDate { get; set; }

    /// <summary>Runs when users are looked for by an email.</summary>
    public Action<string>? BeforeLook { get; set; }

    public Task<UsersByEmail> FindByEmail(string email, CancellationToken cancellationToken) =>
        Step(() =>
        {
            BeforeLook?.Invoke(email);
            return new UsersByEmail(
                [.. All.Values.Where(user => ContactEmail.Same(user.Email, email)).Select(Seen)],
                SiteDate?.Invoke() ?? world.Time.GetUtcNow()
            );
        });

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
            user = Seen(user);
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
                IsMember = user.IsMember || changes.Join,
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
            BeforeSetPassword?.Invoke(userId);
            PasswordsSet++;
            var (present, ours) = (Passwords[userId], Ours.GetValueOrDefault(userId));
            var holds =
                guard == PasswordGuard.OursStill
                    ? !Abilities.ComparesPasswords || ours == present
                    : password.Text != present && password.Text != ours;
            if (!holds)
                return PasswordEnd.Kept;
            Ours[userId] = Passwords[userId] = password.Text;
            return PasswordEnd.Set;
        });

    public Task Probe(CancellationToken cancellationToken) => Step(() => true);

    private User Seen(User user) =>
        user with
        {
            HasOurPassword =
                Abilities.ComparesPasswords && Ours.TryGetValue(user.Id, out var ours)
                    ? ours == Passwords[user.Id]
                    : null,
            FirstLoginAt = FirstLogins.TryGetValue(user.Id, out var first) ? first : null,
        };

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
