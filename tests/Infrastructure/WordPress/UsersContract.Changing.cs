using System.Collections.Immutable;
using System.Security.Cryptography;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>The other half: changing.</summary>
public abstract partial class UsersContract
{
    protected static UserChanges Set(params IEnumerable<(string Target, FieldContent Content)> values) =>
        UserChanges.None with
        {
            Values = values.ToImmutableDictionary(value => value.Target, value => value.Content),
        };

    protected static UserChanges Tagged(params IEnumerable<string> tags) =>
        UserChanges.None with
        {
            Tags = new TagChange([.. tags], [], []),
        };

    protected static FieldContent Text(string text) => FieldContent.Of(text);

    protected async Task<User> Again(User user) => Assert.IsType<User>(await Users.FindById(user.Id, Stop));

    [Fact, Trait("Spec", "2.3")]
    public async Task Only_what_is_given_changes()
    {
        var draft = Draft(Unique());
        var user = await Existing(
            draft with
            {
                Values = draft.Values.Add(UserTarget.FirstName, Text("Ann")).Add(UserTarget.LastName, Text("Other")),
            }
        );
        await Users.Change(user.Id, Tagged("one"), Stop);

        var report = await Users.Change(user.Id, Set((UserTarget.FirstName, Text("Anna"))), Stop);

        Assert.False(report.UserGone);
        Assert.Empty(report.Warnings);
        var now = await Again(user);
        Assert.Equal("Anna", TextOf(now, UserTarget.FirstName));
        Assert.Equal("Other", TextOf(now, UserTarget.LastName));
        Assert.Equal(MakesDisplayNames ? "Ann Other" : "", TextOf(now, UserTarget.DisplayName));
        Assert.Equal(user.Email, now.Email);
        Assert.Equal(user.Roles, now.Roles);
        Assert.Equal(["one"], now.Tags!);
        Assert.Equal(user.CreationToken, now.CreationToken);
        Assert.True(await LogIn(draft.Login, draft.Password.Text));
    }

    [Fact, Trait("Spec", "2.8")]
    public async Task Every_core_field_can_be_written()
    {
        var user = await Existing();
        var values = new[]
        {
            (UserTarget.FirstName, "Ann"),
            (UserTarget.LastName, "Other"),
            (UserTarget.DisplayName, "Ann O."),
            (UserTarget.Nickname, "annie"),
            (UserTarget.Url, "https://ann.example/path?x=1"),
            (UserTarget.Description, "First line\nSecond line, 100% + more"),
            (UserTarget.Locale, "en_US"),
        };

        var report = await Users.Change(user.Id, Set(values.Select(value => (value.Item1, Text(value.Item2)))), Stop);

        Assert.Empty(report.Warnings);
        var now = await Again(user);
        Assert.All(values, value => Assert.Equal(value.Item2, TextOf(now, value.Item1)));
    }

    [Theory, Trait("Spec", "2.8")]
    [InlineData("Zoë Ñandú Łukasz")]
    [InlineData("日本語 名前")]
    [InlineData("Emoji 🎉👩‍👩‍👧")]
    [InlineData("Bo & co")]
    [InlineData("D'Arcy \"Dee\" O’Neil")]
    [InlineData("back\\slash")]
    public async Task A_name_comes_back_as_it_was_given(string name)
    {
        var user = await Existing();

        await Users.Change(user.Id, Set((UserTarget.FirstName, Text(name)), ("membership_level", Text(name))), Stop);

        var now = await Again(user);
        Assert.Equal(name, TextOf(now, UserTarget.FirstName));
        Assert.Equal(name, TextOf(now, "membership_level"));
    }

    [Fact, Trait("Spec", "2.8")]
    public async Task Texts_lists_and_numbers_go_into_meta_and_come_back()
    {
        var user = await Existing();
        string[] interests = ["Gold, silver", "a & b", "日本", "it's"];

        var report = await Users.Change(
            user.Id,
            Set(
                ("membership_level", Text("gold")),
                ("billing_phone", Text("+49 (0) 30")),
                ("interests", FieldContent.Of(interests)),
                ("points", Text("12"))
            ),
            Stop
        );

        Assert.Empty(report.Warnings);
        var now = await Again(user);
        Assert.Equal("gold", TextOf(now, "membership_level"));
        Assert.Equal("+49 (0) 30", TextOf(now, "billing_phone"));
        Assert.True(now.Values["interests"].SameAs(FieldContent.Of(interests)));
        Assert.Equal("12", TextOf(now, "points"));
    }

    [Fact, Trait("Spec", "2.8")]
    public async Task Empty_values_empty_their_targets()
    {
        var user = await Existing();
        string[] targets = [UserTarget.FirstName, UserTarget.Description, "membership_level"];
        await Users.Change(
            user.Id,
            Set([.. targets.Select(target => (target, Text("full"))), ("interests", FieldContent.Of(["a"]))]),
            Stop
        );

        var report = await Users.Change(
            user.Id,
            Set([.. targets.Select(target => (target, Text(""))), ("interests", FieldContent.Of([]))]),
            Stop
        );

        Assert.Empty(report.Warnings);
        var now = await Again(user);
        Assert.All([.. targets, "interests"], target => Assert.True(now.Values[target].IsEmpty));
    }

    [Fact, Trait("Spec", "2.2")]
    public async Task Tags_are_replaced_as_a_whole_and_come_back_exactly()
    {
        var user = await Existing();
        string[] tags = ["Customer", "customer", "A & B", "ünï, cödé", "it's \"quoted\"", "back\\slash", "12"];

        await Users.Change(user.Id, Tagged("old"), Stop);
        await Users.Change(user.Id, Tagged(tags), Stop);
        Assert.Equal(tags.Order(StringComparer.Ordinal), (await Again(user)).Tags!.Order(StringComparer.Ordinal));

        await Users.Change(user.Id, Tagged(), Stop);
        Assert.Empty((await Again(user)).Tags!);
    }

    [Fact, Trait("Spec", "2.10")]
    public async Task Roles_are_set_as_a_whole()
    {
        var user = await Existing();

        await Users.Change(user.Id, UserChanges.None with { Roles = ["shop_lead", "contributor"] }, Stop);

        var now = await Again(user);
        Assert.Equal(["contributor", "shop_lead"], now.Roles.Order(StringComparer.Ordinal));
        Assert.Contains("edit_posts", now.Capabilities);
    }

    [Fact, Trait("Spec", "2.10")]
    public async Task A_role_that_does_not_exist_is_left_out_and_the_rest_applied()
    {
        var user = await Existing();

        var report = await Users.Change(
            user.Id,
            Set((UserTarget.FirstName, Text("Ann"))) with
            {
                Roles = ["no_such_role"],
            },
            Stop
        );

        Assert.Equal([new Warning("role_refused", "no_such_role")], report.Warnings);
        var now = await Again(user);
        Assert.Equal(["subscriber"], now.Roles);
        Assert.Equal("Ann", TextOf(now, UserTarget.FirstName));
    }

    [Fact, Trait("Spec", "2.9")]
    public async Task An_email_changes_when_it_is_free()
    {
        var user = await Existing();
        var email = Unique() + "+new@example.test";

        var report = await Users.Change(user.Id, UserChanges.None with { Email = email }, Stop);

        Assert.Empty(report.Warnings);
        Assert.Equal(email, (await Again(user)).Email);
        Assert.Empty((await Users.FindByEmail(user.Email, Stop)).Users);
    }

    [Fact, Trait("Spec", "2.9")]
    public async Task A_taken_email_is_left_out_and_the_rest_applied()
    {
        var (user, other) = (await Existing(), await Existing());

        var report = await Users.Change(
            user.Id,
            Set((UserTarget.LastName, Text("Other"))) with
            {
                Email = other.Email.ToUpperInvariant(),
            },
            Stop
        );

        Assert.Equal([new Warning("email_taken", UserTarget.Email)], report.Warnings);
        var now = await Again(user);
        Assert.Equal(user.Email, now.Email);
        Assert.Equal("Other", TextOf(now, UserTarget.LastName));
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task Values_that_do_not_fit_are_left_out_and_the_rest_applied()
    {
        var user = await Existing();

        var report = await Users.Change(
            user.Id,
            Set(
                (UserTarget.FirstName, Text("Ann")),
                (UserTarget.Locale, Text("xx_XX")),
                (UserTarget.Url, Text("https://x.example/" + new string('u', 100))),
                (UserTarget.DisplayName, Text(new string('n', 251)))
            ) with
            {
                Email = new string('e', 60) + "@" + new string('d', 50) + ".example",
            },
            Stop
        );

        Assert.Equal(
            [UserTarget.DisplayName, UserTarget.Locale, UserTarget.Email, UserTarget.Url],
            report.Warnings.Select(warning => warning.Subject).Order(StringComparer.Ordinal)
        );
        var now = await Again(user);
        Assert.Equal("Ann", TextOf(now, UserTarget.FirstName));
        Assert.Equal(user.Email, now.Email);
    }

    [Fact, Trait("Spec", "2.4")]
    public async Task A_user_who_is_gone_is_reported_and_not_found()
    {
        var user = await Existing();
        await Delete(user.Id);

        var report = await Users.Change(user.Id, Set((UserTarget.FirstName, Text("Ann"))), Stop);

        Assert.True(report.UserGone);
        Assert.Null(await Users.FindById(user.Id, Stop));
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task Changes_asked_for_at_once_each_get_their_own_answer()
    {
        var users = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Existing()));
        await Delete(users[1].Id);

        var reports = await Task.WhenAll(
            users.Select(
                (user, i) =>
                    Users.Change(
                        user.Id,
                        i == 2
                            ? Set((UserTarget.LastName, Text("L2")), (UserTarget.Locale, Text("xx_XX")))
                            : Set((UserTarget.LastName, Text($"L{i}"))),
                        Stop
                    )
            )
        );

        Assert.Equal([false, true, false, false, false, false], reports.Select(report => report.UserGone));
        Assert.Equal([0, 0, 1, 0, 0, 0], reports.Select(report => report.Warnings.Length));
        foreach (var i in new[] { 0, 2, 3, 4, 5 })
            Assert.Equal($"L{i}", TextOf(await Again(users[i]), UserTarget.LastName));
    }

    [Fact, Trait("Spec", "3.2")]
    public async Task A_password_that_is_set_replaces_the_old_one()
    {
        var draft = Draft(Unique());
        var user = await Existing(draft);
        var password = GeneratedPassword.From(RandomNumberGenerator.GetBytes(GeneratedPassword.RandomBytes));

        Assert.Equal(PasswordEnd.Set, await Users.SetPassword(user.Id, password, PasswordGuard.OursStill, Stop));

        Assert.True(await LogIn(draft.Login, password.Text));
        Assert.False(await LogIn(draft.Login, draft.Password.Text));
    }

    [Fact, Trait("Spec", "9.3")]
    public async Task A_probe_of_a_directory_in_order_returns() => await Users.Probe(Stop);
}
