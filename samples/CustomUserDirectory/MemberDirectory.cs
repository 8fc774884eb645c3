using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CustomUserDirectory;

/// <summary>
/// The club's members as the users of CleanSync. It decides no rule: it finds, applies what it is told to, and reports what it left out. One
/// state at a time, changed by one caller at a time and stored before anybody sees it, makes every member of the port atomic.
/// </summary>
public sealed partial class MemberDirectory(MemberSettings settings, TimeProvider time) : IUsers
{
    /// <summary>Where the contact id stands: the site's <c>Link:MetaKey</c>.</summary>
    private const string Link = "activecampaign_contact_id";

    private static readonly ImmutableHashSet<string> Locales = ["", "en_US"];

    private readonly Lock _lock = new();
    private readonly MemberFile _file = new(settings.File);
    private volatile Members _members = new MemberFile(settings.File).Read();

    /// <summary>For the club's own page where members sign in, by username or email.</summary>
    public bool SignIn(string login, string password)
    {
        var member = _members.ById.Values.FirstOrDefault(member =>
            (Same(member.Login, login) || Same(member.Email, login)) && PasswordHash.Fits(member.Password, password)
        );
        if (member is { FirstLogin: null })
            Update(member.Id, stored => stored with { FirstLogin = stored.FirstLogin ?? time.GetUtcNow() });
        return member is not null;
    }

    /// <summary>For the club's own page where a member chooses a password. From then on CleanSync leaves it alone.</summary>
    public void ChoosePassword(long id, string password)
    {
        var hash = PasswordHash.Of(password, settings.HashRounds);
        Update(id, member => member with { Password = hash });
    }

    /// <summary>For the club's own administration.</summary>
    public void Remove(long id) => Step(members => (members with { ById = members.ById.Remove(id) }, true));

    /// <summary>Everything is stored, found by link, compared and watched. What is promised here is kept below.</summary>
    public Task<DirectoryAbilities> Describe(CancellationToken cancellationToken) =>
        Task.FromResult(DirectoryAbilities.Everything with { Locales = Locales });

    /// <summary>By slug or title in any case; null for a role that is not there.</summary>
    public Task<RoleBook> ResolveRoles(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        Task.FromResult(
            new RoleBook(
                names
                    .Distinct(StringComparer.OrdinalIgnoreCase)
                    .Select(name =>
                        KeyValuePair.Create(
                            name,
                            settings.Roles.FirstOrDefault(role => Same(role.Slug, name) || Same(role.Title, name))
                        )
                    )
            )
        );

    public Task<User?> FindById(long id, CancellationToken cancellationToken) =>
        Task.FromResult(_members.ById.GetValueOrDefault(id)?.ToUser(settings.Roles));

    /// <summary>Who carries the contact's id, since <see cref="Create"/> or a change that CleanSync wrote.</summary>
    public Task<ImmutableArray<User>> FindByLink(long contact, CancellationToken cancellationToken) =>
        Task.FromResult(Users(member => member.Texts.GetValueOrDefault(Link) == Text(contact)));

    /// <summary>Exactly this email, in any case; with the clock that <see cref="User.RegisteredAt"/> goes by.</summary>
    public Task<UsersByEmail> FindByEmail(string email, CancellationToken cancellationToken) =>
        Task.FromResult(new UsersByEmail(Users(member => Same(member.Email, email)), time.GetUtcNow()));

    /// <summary>All or nothing, and never a second member with the same username or email.</summary>
    public Task<Creation> Create(UserDraft draft, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(draft);
        if (draft.Login.Length > 60 || !Login().IsMatch(draft.Login))
            return Task.FromResult<Creation>(new Creation.LoginRefused());
        if (!FitsEmail(draft.Email))
            return Task.FromResult<Creation>(new Creation.EmailRefused());
        // Before the lock: it is meant to be slow.
        var password = PasswordHash.Of(draft.Password.Text, settings.HashRounds);
        return Task.FromResult(Step(members => Created(members, draft, password)));
    }

    /// <summary>What is given and nothing else, in one step. What does not fit is left out and reported, and the rest applied.</summary>
    public Task<ChangeReport> Change(long userId, UserChanges changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return Task.FromResult(Step(members => Changed(members, userId, changes)));
    }

    /// <summary>Compared and set in one step, so that a member who chooses a password right now does not lose it.</summary>
    public Task<PasswordEnd> SetPassword(
        long userId,
        GeneratedPassword password,
        PasswordGuard guard,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(password);
        return Task.FromResult(Step(members => WithPassword(members, userId, password.Text, guard)));
    }

    /// <summary>There are no credentials that could be refused.</summary>
    public Task Probe(CancellationToken cancellationToken) => Task.CompletedTask;

    private (Members, Creation) Created(Members members, UserDraft draft, string password)
    {
        if (members.ById.Values.Any(member => Same(member.Email, draft.Email)))
            return (members, new Creation.Duplicate(Email: true));
        if (members.ById.Values.Any(member => Same(member.Login, draft.Login)))
            return (members, new Creation.Duplicate(Email: false));
        var warnings = new List<Warning>();
        var role = draft.Role;
        if (role is not null && !Knows(role))
        {
            warnings.Add(new Warning("role_refused", role));
            role = settings.Roles[0].Slug;
        }
        var id = members.LastId + 1;
        var member = new Member(id, draft.Login, draft.Email, role is null ? [] : [role], time.GetUtcNow())
        {
            Password = password,
            Given = password,
            Token = draft.CreationToken,
        };
        member = member.With([
            new(UserTarget.DisplayName, FieldContent.Of("")),
            .. Fitting(draft.Values, warnings),
            new(Link, FieldContent.Of(Text(draft.Contact))),
        ]);
        return (
            members.With(member) with
            {
                LastId = id,
            },
            new Creation.Created(member.ToUser(settings.Roles), [.. warnings])
        );
    }

    private (Members, ChangeReport) Changed(Members members, long id, UserChanges changes)
    {
        if (!members.ById.TryGetValue(id, out var member))
            return (members, new ChangeReport(UserGone: true, []));
        var warnings = new List<Warning>();
        member = member.With(Fitting(changes.Values, warnings));
        if (changes.Tags is { } tags)
            member = member with { Tags = [.. tags.All] };
        if (changes.Roles is { } roles)
        {
            if (roles.All(Knows))
                member = member with { Roles = roles };
            else
                warnings.Add(new Warning("role_refused", string.Join(',', roles)));
        }
        if (changes.Email is { } email)
        {
            if (!FitsEmail(email))
                warnings.Add(new Warning("email_refused", UserTarget.Email));
            else if (members.ById.Values.Any(other => other.Id != id && Same(other.Email, email)))
                warnings.Add(new Warning("email_taken", UserTarget.Email));
            else
                member = member with { Email = email };
        }
        return (members.With(member), new ChangeReport(UserGone: false, [.. warnings]));
    }

    private (Members, PasswordEnd) WithPassword(Members members, long id, string password, PasswordGuard guard)
    {
        if (!members.ById.TryGetValue(id, out var member))
            throw new PermanentException("members: the member is gone");
        var holds =
            guard == PasswordGuard.OursStill
                ? member.Given is not null && member.Given == member.Password
                : !PasswordHash.Fits(member.Password, password) && !PasswordHash.Fits(member.Given, password);
        if (!holds)
            return (members, PasswordEnd.Kept);
        var hash = PasswordHash.Of(password, settings.HashRounds);
        return (members.With(member with { Password = hash, Given = hash }), PasswordEnd.Set);
    }

    private static IEnumerable<KeyValuePair<string, FieldContent>> Fitting(
        ImmutableDictionary<string, FieldContent> values,
        List<Warning> warnings
    )
    {
        foreach (var value in values)
        {
            if (Fits(value.Key, value.Value))
                yield return value;
            else
                warnings.Add(new Warning("value_refused", value.Key));
        }
    }

    private static bool Fits(string target, FieldContent content) =>
        content is not FieldContent.Text { Value: var text }
        || target switch
        {
            UserTarget.DisplayName => text.Length <= 250,
            UserTarget.Url => text.Length <= 100,
            UserTarget.Locale => Locales.Contains(text),
            _ => true,
        };

    private static bool FitsEmail(string email) =>
        email.Length <= ContactEmail.LongestStored && ContactEmail.IsValid(email);

    private void Update(long id, Func<Member, Member> change) =>
        Step(members => (members.ById.TryGetValue(id, out var member) ? members.With(change(member)) : members, true));

    // Nobody sees what is not stored yet.
    private T Step<T>(Func<Members, (Members Next, T Answer)> step)
    {
        lock (_lock)
        {
            var (next, answer) = step(_members);
            if (!ReferenceEquals(next, _members))
                _file.Write(next);
            _members = next;
            return answer;
        }
    }

    private ImmutableArray<User> Users(Func<Member, bool> fits) =>
        [.. _members.ById.Values.Where(fits).Select(member => member.ToUser(settings.Roles))];

    private bool Knows(string slug) => settings.Roles.Any(role => role.Slug == slug);

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);

    // What CleanSync makes usernames of.
    [GeneratedRegex(@"\A[A-Za-z0-9_.@-]+( [A-Za-z0-9_.@-]+)*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Login();
}
