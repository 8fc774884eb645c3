using System.Collections.Immutable;
using System.Security.Cryptography;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>What every user directory does, whatever stands behind it. This half: finding and creating.</summary>
public abstract partial class UsersContract
{
    /// <summary>The directory; a subclass skips the test here when it has none.</summary>
    protected abstract IUsers Users { get; }

    /// <summary>Whether somebody can sign in with these.</summary>
    protected abstract Task<bool> LogIn(string login, string password);

    /// <summary>Whether usernames are of a-z and 0-9 only, as on a network.</summary>
    protected virtual bool TakesPlainLoginsOnly => false;

    /// <summary>Whether a new user whose draft has no display name gets one made of his names, as WordPress does.</summary>
    protected virtual bool MakesDisplayNames => true;

    /// <summary>Deletes a user behind the directory's back.</summary>
    protected abstract Task Delete(long id);

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected static string Unique() => "u" + Guid.NewGuid().ToString("N")[..14];

    internal static UserDraft Draft(string login) =>
        new(
            login,
            $"{login}@example.test",
            GeneratedPassword.From(RandomNumberGenerator.GetBytes(GeneratedPassword.RandomBytes)),
            Generated: true,
            "subscriber",
            Contact: Random.Shared.NextInt64(1, 1L << 40),
            Guid.NewGuid().ToString("N"),
            ImmutableDictionary<string, FieldContent>.Empty
        );

    protected async Task<User> Existing(UserDraft? draft = null) =>
        Assert.IsType<Creation.Created>(await Users.Create(draft ?? Draft(Unique()), Stop)).User;

    protected static string TextOf(User user, string target) =>
        Assert.IsType<FieldContent.Text>(user.Values[target]).Value;

    [Fact, Trait("Spec", "2.4")]
    public async Task A_created_user_is_read_back_as_the_directory_stored_him()
    {
        var draft = Draft(Unique());
        draft = draft with
        {
            Values = draft
                .Values.Add(UserTarget.FirstName, FieldContent.Of("Ann"))
                .Add(UserTarget.LastName, FieldContent.Of("Other")),
        };

        var created = Assert.IsType<Creation.Created>(await Users.Create(draft, Stop));

        Assert.Empty(created.Warnings);
        Assert.True(created.User.Id > 0);
        Assert.Equal(draft.Login, created.User.Login);
        Assert.Equal(draft.Email, created.User.Email);
        Assert.Equal(["subscriber"], created.User.Roles);
        Assert.Contains("read", created.User.Capabilities);
        Assert.DoesNotContain("subscriber", created.User.Capabilities);
        Assert.Equal("Ann", TextOf(created.User, UserTarget.FirstName));
        Assert.Equal(MakesDisplayNames ? "Ann Other" : "", TextOf(created.User, UserTarget.DisplayName));
        Assert.NotNull(created.User.Tags);
        Assert.Empty(created.User.Tags);
        Assert.Equal(draft.CreationToken, created.User.CreationToken);
        Assert.NotNull(created.User.RegisteredAt);
    }

    [Fact, Trait("Spec", "3.2")]
    public async Task A_created_user_can_sign_in_with_the_password_of_the_draft_and_no_other()
    {
        var draft = Draft(Unique());
        await Existing(draft);

        Assert.True(await LogIn(draft.Login, draft.Password.Text));
        Assert.False(await LogIn(draft.Login, draft.Password.Text + "x"));
    }

    [Theory, Trait("Spec", "2.13")]
    [InlineData("p&ss <b>word</b> \"quoted\" 'single' %41 100%")]
    [InlineData("пароль-日本語-🔑")]
    public async Task A_supplied_password_works_character_by_character(string password)
    {
        var draft = Draft(Unique()) with { Password = GeneratedPassword.Supplied(password)! };
        await Existing(draft);

        Assert.True(await LogIn(draft.Login, password));
    }

    [Fact, Trait("Spec", "2.10")]
    public async Task A_draft_without_a_role_makes_a_user_without_roles()
    {
        var user = await Existing(Draft(Unique()) with { Role = null });

        Assert.Empty(user.Roles);
    }

    [Fact, Trait("Spec", "2.10")]
    public async Task A_draft_with_a_role_that_does_not_exist_makes_a_subscriber_and_says_so()
    {
        var draft = Draft(Unique()) with { Role = "no_such_role" };

        var created = Assert.IsType<Creation.Created>(await Users.Create(draft, Stop));

        Assert.Equal(["subscriber"], created.User.Roles);
        Assert.Equal([new Warning("role_refused", "no_such_role")], created.Warnings);
    }

    [Fact, Trait("Spec", "2.4")]
    public async Task A_taken_email_is_a_duplicate_in_any_case()
    {
        var user = await Existing();

        var answer = await Users.Create(Draft(Unique()) with { Email = user.Email.ToUpperInvariant() }, Stop);

        Assert.IsType<Creation.Duplicate>(answer);
    }

    [Fact, Trait("Spec", "2.4")]
    public async Task A_taken_login_is_a_duplicate_in_any_case()
    {
        var user = await Existing();

        var answer = await Users.Create(
            Draft(user.Login.ToUpperInvariant()) with
            {
                Email = Unique() + "@example.test",
            },
            Stop
        );

        Assert.IsType<Creation.Duplicate>(answer);
    }

    [Theory, Trait("Spec", "2.12")]
    [InlineData("ann+{0}@example.test")]
    [InlineData("jürgen{0}")]
    [InlineData("日本{0}")]
    [InlineData("two  {0}")]
    [InlineData("slash/{0}")]
    [InlineData("{0}-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task A_login_that_does_not_fit_is_refused_and_nobody_is_created(string pattern)
    {
        var draft = Draft(Unique());
        draft = draft with { Login = pattern.Replace("{0}", draft.Login, StringComparison.Ordinal) };

        Assert.IsType<Creation.LoginRefused>(await Users.Create(draft, Stop));
        Assert.Empty((await Users.FindByEmail(draft.Email, Stop)).Users);
    }

    [Theory, Trait("Spec", "2.12")]
    [InlineData("{0}@example.test")]
    [InlineData("has space {0}")]
    [InlineData("UPPER.{0}_x-y")]
    public async Task A_login_that_fits_is_stored_as_it_is(string pattern)
    {
        var draft = Draft(Unique());
        draft = draft with { Login = pattern.Replace("{0}", draft.Login, StringComparison.Ordinal) };

        var end = await Users.Create(draft, Stop);

        if (TakesPlainLoginsOnly)
            Assert.IsType<Creation.LoginRefused>(end);
        else
            Assert.Equal(draft.Login, Assert.IsType<Creation.Created>(end).User.Login);
    }

    [Theory, Trait("Spec", "2.14")]
    [InlineData("no-at-sign")]
    [InlineData("ünicode@example.test")]
    [InlineData("two words@example.test")]
    [InlineData(
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.example.test"
    )]
    public async Task An_email_that_does_not_fit_is_refused(string email) =>
        Assert.IsType<Creation.EmailRefused>(await Users.Create(Draft(Unique()) with { Email = email }, Stop));

    [Fact, Trait("Spec", "2.5")]
    public async Task A_user_is_found_by_id()
    {
        var user = await Existing();

        var found = await Users.FindById(user.Id, Stop);

        Assert.NotNull(found);
        Assert.Equal(user.Login, found.Login);
        Assert.Equal(user.Email, found.Email);
        Assert.Equal(user.CreationToken, found.CreationToken);
        Assert.Equal(user.RegisteredAt, found.RegisteredAt);
        Assert.Null(await Users.FindById(999_999_999, Stop));
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task Users_asked_for_at_once_each_get_their_own_answer()
    {
        var users = new[] { await Existing(), await Existing(), await Existing() };
        long[] ids = [.. users.Select(user => user.Id), 999_999_998, users[0].Id];

        var found = await Task.WhenAll(ids.Select(id => Users.FindById(id, Stop)));

        Assert.Equal(
            [users[0].Login, users[1].Login, users[2].Login, null, users[0].Login],
            found.Select(user => user?.Login)
        );
    }

    [Fact, Trait("Spec", "2.5")]
    public async Task A_user_is_found_by_email_exactly_and_in_any_case()
    {
        var name = Unique();
        var user = await Existing(Draft(name));
        await Existing(Draft("jo" + name));

        var found = await Users.FindByEmail(user.Email.ToUpperInvariant(), Stop);

        Assert.Equal([user.Id], found.Users.Select(one => one.Id));
        Assert.True(found.SiteDate > user.RegisteredAt - TimeSpan.FromMinutes(1));
        Assert.Empty((await Users.FindByEmail("x" + user.Email, Stop)).Users);
        Assert.Empty((await Users.FindByEmail(user.Email[1..], Stop)).Users);
    }

    [Theory, Trait("Spec", "2.5")]
    [InlineData("{0}+tag@example.test")]
    [InlineData("o'{0}@example.test")]
    [InlineData("a_{0}%b@example.test")]
    [InlineData("a&{0}@example.test")]
    public async Task An_unusual_email_is_found_again(string pattern)
    {
        var draft = Draft(Unique());
        draft = draft with { Email = pattern.Replace("{0}", draft.Login, StringComparison.Ordinal) };
        var user = await Existing(draft);

        Assert.Equal(draft.Email, user.Email);
        Assert.Equal([user.Id], (await Users.FindByEmail(draft.Email, Stop)).Users.Select(one => one.Id));
    }

    [Fact, Trait("Spec", "2.10")]
    public async Task Roles_resolve_by_slug_and_by_title_in_any_case()
    {
        var book = await Users.ResolveRoles(
            ["subscriber", "SUBSCRIBER", "Shop Lead", "administrator", "no such role", ""],
            Stop
        );

        Assert.Equal("subscriber", book.Find("Subscriber")?.Slug);
        Assert.Contains("read", book.Find("subscriber")!.Capabilities!);
        Assert.Equal("shop_lead", book.Find("shop lead")?.Slug);
        Assert.Contains("manage_options", book.Find("administrator")!.Capabilities!);
        Assert.Null(book.Find("no such role"));
        Assert.Null(book.Find(""));
    }
}
