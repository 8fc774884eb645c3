using System.Collections.Immutable;
using System.Globalization;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Configuration;
using CleanSync.Infrastructure.WordPress;

namespace CleanSync.Infrastructure.Sandbox;

/// <summary>
/// A user directory in memory that behaves like a WordPress with the connector: it stores any meta, and every role can be
/// read. Login and email are unique, as WordPress means them to be.
/// </summary>
internal sealed class SandboxUsers : IUsers
{
    // Where the contact id stands on a user.
    private static readonly SiteRules Links = new() { LinkCopy = new LinkOptions().MetaKey };

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly ImmutableDictionary<string, Role> _roles;
    private volatile ImmutableSortedDictionary<long, SandboxLogin> _accounts = ImmutableSortedDictionary<
        long,
        SandboxLogin
    >.Empty;
    private long _lastId;

    /// <summary>Makes a directory with one administrator in it.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="administratorPassword">His password; his login is <c>admin</c>.</param>
    /// <param name="roles">Further roles.</param>
    public SandboxUsers(TimeProvider time, string administratorPassword, params IEnumerable<Role> roles)
    {
        _time = time;
        _roles = KnownRoles
            .Capabilities.Select(known => new Role(known.Key, SandboxRules.Titles[known.Key], known.Value))
            .Concat(roles)
            .ToImmutableDictionary(role => role.Slug, StringComparer.OrdinalIgnoreCase);
        Add("admin", "admin@sandbox.example", administratorPassword, "administrator", "", [], []);
    }

    /// <summary>Everybody, by id.</summary>
    public ImmutableArray<User> All => [.. _accounts.Values.Select(account => account.User)];

    /// <summary>Whether somebody could sign in with these.</summary>
    /// <param name="login">Login or email.</param>
    /// <param name="password">The password.</param>
    public bool Login(string login, string password)
    {
        lock (_lock)
        {
            var account = _accounts.Values.FirstOrDefault(account =>
                (Same(account.User.Login, login) || Same(account.User.Email, login)) && account.Accepts(password)
            );
            if (account is null)
                return false;
            var seen = account.User with { FirstLoginAt = account.User.FirstLoginAt ?? _time.GetUtcNow() };
            _accounts = _accounts.SetItem(seen.Id, account with { User = seen });
            return true;
        }
    }

    /// <summary>Changes a password, as the user himself would at the site.</summary>
    public void ChangeOwnPassword(long userId, string password)
    {
        lock (_lock)
        {
            var account = _accounts[userId];
            _accounts = _accounts.SetItem(userId, account.With(password));
        }
    }

    /// <inheritdoc/>
    public Task<DirectoryAbilities> Describe(CancellationToken cancellationToken) =>
        Task.FromResult(DirectoryAbilities.Everything with { Locales = SandboxRules.Locales });

    /// <inheritdoc/>
    public Task<RoleBook> ResolveRoles(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        Task.FromResult(
            new RoleBook(
                names
                    .Distinct(StringComparer.OrdinalIgnoreCase)
                    .Select(name => new KeyValuePair<string, Role?>(
                        name,
                        _roles.GetValueOrDefault(name.Trim())
                            ?? _roles.Values.FirstOrDefault(role => Same(role.Title, name.Trim()))
                    ))
            )
        );

    /// <inheritdoc/>
    public Task<User?> FindById(long id, CancellationToken cancellationToken) =>
        Task.FromResult(_accounts.GetValueOrDefault(id)?.User);

    /// <inheritdoc/>
    public Task<ImmutableArray<User>> FindByLink(long contact, CancellationToken cancellationToken) =>
        Task.FromResult<ImmutableArray<User>>([.. All.Where(user => user.CarriedContact(Links) == contact)]);

    /// <inheritdoc/>
    public Task<UsersByEmail> FindByEmail(string email, CancellationToken cancellationToken) =>
        Task.FromResult(new UsersByEmail([.. All.Where(user => Same(user.Email, email))], _time.GetUtcNow()));

    /// <inheritdoc/>
    public Task<Creation> Create(UserDraft draft, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(draft);
        lock (_lock)
            return Task.FromResult(Created(draft));
    }

    /// <inheritdoc/>
    public Task<ChangeReport> Change(long userId, UserChanges changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        lock (_lock)
            return Task.FromResult(Changed(userId, changes));
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
        lock (_lock)
        {
            if (!_accounts.TryGetValue(userId, out var account))
                throw new PermanentException("sandbox: the user is gone");
            if (!(guard == PasswordGuard.OursStill ? account.HasOurs : !account.Knows(password.Text)))
                return Task.FromResult(PasswordEnd.Kept);
            _accounts = _accounts.SetItem(userId, account.WithOurs(password.Text));
        }
        return Task.FromResult(PasswordEnd.Set);
    }

    /// <inheritdoc/>
    public Task Probe(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Deletes somebody, as a person would at the site.</summary>
    public void Delete(long userId)
    {
        lock (_lock)
            _accounts = _accounts.Remove(userId);
    }

    private static bool Same(string left, string right) =>
        string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private Creation Created(UserDraft draft)
    {
        if (!SandboxRules.AcceptsLogin(draft.Login))
            return new Creation.LoginRefused();
        if (!SandboxRules.AcceptsEmail(draft.Email))
            return new Creation.EmailRefused();
        if (GeneratedPassword.Supplied(draft.Password.Text) is null)
            return new Creation.PasswordRefused();
        if (All.Any(user => Same(user.Login, draft.Login)))
            return new Creation.Duplicate(Email: false);
        if (All.Any(user => Same(user.Email, draft.Email)))
            return new Creation.Duplicate(Email: true);
        var warnings = ImmutableArray.CreateBuilder<Warning>();
        var role = draft.Role is { } slug ? _roles.GetValueOrDefault(slug) : null;
        if (draft.Role is not null && role is null)
        {
            warnings.Add(new Warning("role_refused", draft.Role));
            role = _roles["subscriber"];
        }
        var values = Accepted(draft.Values, warnings);
        values.Add(new(Links.LinkCopy!, FieldContent.Of(draft.Contact.ToString(CultureInfo.InvariantCulture))));
        var id = Add(draft.Login, draft.Email, draft.Password.Text, role?.Slug, draft.CreationToken, values, []).Id;
        var account = _accounts[id].WithOurs(draft.Password.Text);
        _accounts = _accounts.SetItem(id, account);
        return new Creation.Created(account.User, warnings.ToImmutable());
    }

    private User Add(
        string login,
        string email,
        string password,
        string? role,
        string token,
        IEnumerable<KeyValuePair<string, FieldContent>> values,
        ImmutableHashSet<string> tags
    )
    {
        string[] roles = role is null ? [] : [role];
        var all = ImmutableDictionary
            .CreateRange(StringComparer.Ordinal, values)
            .SetItem(UserTarget.Email, FieldContent.Of(email));
        if (!all.ContainsKey(UserTarget.Nickname))
            all = all.Add(UserTarget.Nickname, FieldContent.Of(login));
        if (!all.ContainsKey(UserTarget.DisplayName))
            all = all.Add(
                UserTarget.DisplayName,
                FieldContent.Of(FullName(all) is { Length: > 0 } name ? name : login)
            );
        var user = new User(
            ++_lastId,
            login,
            email,
            roles,
            CapabilitiesOf(roles),
            all,
            tags,
            // WordPress keeps whole seconds.
            DateTimeOffset.FromUnixTimeSeconds(_time.GetUtcNow().ToUnixTimeSeconds()),
            token.Length == 0 ? null : token
        );
        _accounts = _accounts.Add(user.Id, SandboxLogin.Of(user, password));
        return user;
    }

    private ChangeReport Changed(long userId, UserChanges changes)
    {
        if (!_accounts.TryGetValue(userId, out var account))
            return new ChangeReport(true, []);
        var warnings = ImmutableArray.CreateBuilder<Warning>();
        var user = account.User;
        if (changes.Email is { } email)
        {
            if (!SandboxRules.AcceptsEmail(email))
                warnings.Add(new Warning(email.Length > 100 ? "too_long" : "email_refused", UserTarget.Email));
            else if (All.Any(other => other.Id != userId && Same(other.Email, email)))
                warnings.Add(new Warning("email_taken", UserTarget.Email));
            else
                user = user with { Email = email };
        }
        if (changes.Roles is { } roles)
        {
            if (roles.All(_roles.ContainsKey))
                user = user with { Roles = roles, Capabilities = CapabilitiesOf(roles) };
            else
                warnings.Add(new Warning("role_refused", string.Join(',', roles)));
        }
        var values = user
            .Values.ToImmutableDictionary(StringComparer.Ordinal)
            .SetItems(Accepted(changes.Values, warnings));
        user = user with
        {
            Values = values.SetItem(UserTarget.Email, FieldContent.Of(user.Email)),
            Tags = changes.Tags is { } tags ? tags.All.ToImmutableHashSet(StringComparer.Ordinal) : user.Tags,
        };
        _accounts = _accounts.SetItem(userId, account with { User = user });
        return new ChangeReport(false, warnings.ToImmutable());
    }

    private static string FullName(ImmutableDictionary<string, FieldContent> values) =>
        string.Join(
            ' ',
            new[] { UserTarget.FirstName, UserTarget.LastName }
                .Select(target => (values.GetValueOrDefault(target) as FieldContent.Text)?.Value)
                .Where(text => !string.IsNullOrEmpty(text))
        );

    private static List<KeyValuePair<string, FieldContent>> Accepted(
        ImmutableDictionary<string, FieldContent> values,
        ImmutableArray<Warning>.Builder warnings
    )
    {
        var accepted = new List<KeyValuePair<string, FieldContent>>();
        foreach (var value in values)
        {
            if (SandboxRules.Refusal(value.Key, value.Value) is { } code)
                warnings.Add(new Warning(code, value.Key));
            else
                accepted.Add(value);
        }
        return accepted;
    }

    private ImmutableHashSet<string> CapabilitiesOf(IEnumerable<string> roles) =>
        [.. roles.SelectMany(slug => _roles.GetValueOrDefault(slug)?.Capabilities ?? ImmutableHashSet<string>.Empty)];
}
