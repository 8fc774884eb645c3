using System.Text.Json.Nodes;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>What the connector's results mean.</summary>
public sealed class ConnectorResultTests
{
    private static readonly WelcomeMessage Ann = new(7, "ann", "ann@example.test", "Ann", "");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static UserDraft Draft => UsersContract.Draft("ann") with { CreationToken = "3f" };

    [Fact, Trait("Spec", "8.2")]
    public async Task A_user_is_read_with_all_that_the_connector_tells()
    {
        using var stub = new ConnectorStub
        {
            Before = request =>
                request.Route.EndsWith("find", StringComparison.Ordinal)
                    ? StubSite.Answer(
                        ConnectorStub.Answered(
                            $$"""[{{ConnectorStub.User(7, """,  "privileged":true,"member":false,"our_password":true,"first_login":"2026-11-23T22:00:00Z" """)}}]"""
                        )
                    )
                    : null,
        };

        var user = Assert.IsType<User>(await stub.Passing(stub.Connector.FindById(7, Stop)));

        Assert.Equal(("u7", "u7@example.test", ""), (user.Login, user.Email, user.CreationToken));
        Assert.Equal("Bo & co", Assert.IsType<FieldContent.Text>(user.Values[UserTarget.FirstName]).Value);
        Assert.True(user.Values["membership_level"].IsEmpty);
        Assert.Equal("42", Assert.IsType<FieldContent.Text>(user.Values["activecampaign_contact_id"]).Value);
        Assert.Equal(["A & B"], user.Tags!);
        Assert.True(user.IsPrivileged && !user.IsMember && user.HasOurPassword == true);
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 22, 0, 0, TimeSpan.Zero), user.FirstLoginAt);
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 20, 0, 0, TimeSpan.Zero), user.RegisteredAt);
    }

    [Theory, Trait("Spec", "2.4")]
    [InlineData("{}")]
    [InlineData("[{\"id\":null}]")]
    [InlineData("[{\"id\":7}]")]
    [InlineData("null")]
    public async Task A_result_that_is_not_understood_is_never_nobody(string result)
    {
        using var stub = new ConnectorStub
        {
            Before = request =>
                request.Route.EndsWith("find", StringComparison.Ordinal)
                    ? StubSite.Answer(ConnectorStub.Answered(result))
                    : null,
        };

        await Assert.ThrowsAsync<TransientException>(() => stub.Passing(stub.Connector.FindById(7, Stop)));
    }

    [Theory, Trait("Spec", "3.2")]
    [InlineData("""{"status":"exists","by":"email","user":USER,"warnings":[]}""", "3f", typeof(Creation.Created))]
    [InlineData("""{"status":"exists","by":"email","user":USER}""", "other", typeof(Creation.Duplicate))]
    [InlineData("""{"status":"exists","by":"email","user":USER}""", "", typeof(Creation.Duplicate))]
    [InlineData("""{"status":"exists","by":"login"}""", "", typeof(Creation.Duplicate))]
    [InlineData("""{"status":"login_refused"}""", "", typeof(Creation.LoginRefused))]
    [InlineData("""{"status":"email_refused"}""", "", typeof(Creation.EmailRefused))]
    [InlineData("""{"status":"password_refused"}""", "", typeof(Creation.PasswordRefused))]
    public async Task A_creation_ends_as_the_connector_says(string result, string token, Type end)
    {
        var user = ConnectorStub.User(9, $",\"creation\":\"{token}\"");
        using var stub = new ConnectorStub { Result = _ => result.Replace("USER", user, StringComparison.Ordinal) };

        var creation = await stub.Passing(stub.Connector.Create(Draft, Stop));

        Assert.IsType(end, creation);
        if (creation is Creation.Created created)
            Assert.True(created.Existed);
        if (creation is Creation.Duplicate duplicate)
            Assert.Equal(result.Contains("email", StringComparison.Ordinal), duplicate.Email);
    }

    [Theory, Trait("Spec", "3.2")]
    [InlineData("""{"status":"created"}""", true)]
    [InlineData("""{"status":"something_new"}""", true)]
    [InlineData("{}", true)]
    [InlineData("""{"status":"failed","code":"db ann@example.test"}""", false)]
    public async Task A_creation_that_broke_off_or_is_not_understood_is_looked_into(string result, bool unanswered)
    {
        using var stub = new ConnectorStub { Result = _ => result };

        var fault = await Assert.ThrowsAsync<TransientException>(() =>
            stub.Passing(stub.Connector.Create(Draft, Stop))
        );

        Assert.Equal(unanswered, fault.Unanswered);
        Assert.DoesNotContain('@', fault.Message);
    }

    [Fact, Trait("Spec", "8.2")]
    public async Task A_refused_change_is_refused_for_good_and_a_missing_user_is_told()
    {
        using var stub = new ConnectorStub
        {
            Result = change =>
                (long)change["id"]! == 7 ? """{"status":"refused","code":"edit_user"}""" : """{"status":"gone"}""",
        };
        var changes = UserChanges.None with { Email = "new@example.test" };

        var refused = await Assert.ThrowsAsync<PermanentException>(() =>
            stub.Passing(stub.Connector.Change(7, changes, Stop))
        );
        Assert.Contains("edit_user", refused.Message, StringComparison.Ordinal);
        Assert.True((await stub.Passing(stub.Connector.Change(8, changes, Stop))).UserGone);
        await Assert.ThrowsAsync<PermanentException>(() =>
            stub.Passing(stub.Connector.SetPassword(8, Draft.Password, PasswordGuard.OursStill, Stop))
        );
    }

    [Fact, Trait("Spec", "8.2")]
    public async Task Warnings_have_the_codes_of_every_directory_and_repeat_only_what_was_sent()
    {
        using var stub = new ConnectorStub
        {
            Result = _ =>
                """
                    {"status":"updated","warnings":[{"code":"kept_privileged","about":"user_email"},{"code":"kept_privileged","about":"roles"},
                     {"code":"email_taken","about":"new@example.test"},{"code":"value_refused","about":"membership_level"},
                     {"code":"role_refused","about":"lead"},{"code":"too_long","about":"ann@example.test"}]}
                    """,
        };
        var changes = new UserChanges(
            "new@example.test",
            ["lead"],
            UserChanges.None.Values.Add("membership_level", FieldContent.Of("gold")),
            null
        );

        var report = await stub.Passing(stub.Connector.Change(7, changes, Stop));

        Assert.Equal(
            [
                "email_kept_privileged(user_email)",
                "role_kept_privileged",
                "email_taken(user_email)",
                "value_refused(membership_level)",
                "role_refused(lead)",
                "too_long",
            ],
            report.Warnings.Select(warning => warning.ToString())
        );
    }

    [Fact, Trait("Spec", "8.2")]
    public async Task A_change_is_sent_as_the_connector_reads_it()
    {
        using var stub = new ConnectorStub();
        var values = UserChanges
            .None.Values.Add(UserTarget.FirstName, FieldContent.Of("Ann"))
            .Add("interests", FieldContent.Of(["a", "b"]))
            .Add("points", FieldContent.Of(""))
            .Add("activecampaign_contact_id", FieldContent.Of("42"));

        var changes = new UserChanges(null, ["lead"], values, new TagChange(["x"], [], [])) { Join = true };
        await stub.Passing(stub.Connector.Change(7, changes, Stop));
        await stub.Passing(stub.Connector.Change(7, UserChanges.None, Stop));

        var change = Assert.Single(ConnectorStub.Changes(Assert.Single(stub.Sent("/users/apply"))));
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse(
                    """
                    {"do":"update","id":7,"roles":["lead"],"join":true,"core":{"first_name":"Ann"},
                     "meta":{"interests":["a","b"],"points":null},"link":42,"tags":["x"]}
                    """
                ),
                change
            ),
            change.ToJsonString()
        );
    }

    [Theory, Trait("Spec", "4.1")]
    [InlineData("welcomed", MailEnd.Sent)]
    [InlineData("welcomed_before", MailEnd.Sent)]
    [InlineData("mail_failed", MailEnd.NotSent)]
    [InlineData("failed", MailEnd.NotSent)]
    [InlineData("refused", MailEnd.Refused)]
    [InlineData("gone", MailEnd.Refused)]
    public async Task A_welcome_mail_ends_as_the_connector_says(string status, MailEnd end)
    {
        using var stub = new ConnectorStub { Result = _ => $$"""{"status":"{{status}}"}""" };

        Assert.Equal(end, await stub.Passing(stub.Connector.Send(Ann, Stop)));
    }

    [Fact, Trait("Spec", "4.1")]
    public async Task A_welcome_without_an_answer_may_be_asked_for_again()
    {
        using var stub = new ConnectorStub();
        await stub.Passing(stub.Connector.Describe(Stop));
        stub.Before = _ => StubSite.Answer("", 504);

        Assert.Equal(MailEnd.NotSent, await stub.Passing(stub.Connector.Send(Ann, Stop)));
    }

    [Theory, Trait("Spec", "2.13")]
    [InlineData(PasswordGuard.OursStill, "ours_still", "password_set", PasswordEnd.Set)]
    [InlineData(PasswordGuard.NewToUser, "new_to_user", "password_kept", PasswordEnd.Kept)]
    public async Task A_password_is_set_under_its_guard(
        PasswordGuard guard,
        string sent,
        string status,
        PasswordEnd end
    )
    {
        using var stub = new ConnectorStub { Result = _ => $$"""{"status":"{{status}}"}""" };

        Assert.Equal(end, await stub.Passing(stub.Connector.SetPassword(7, Draft.Password, guard, Stop)));

        Assert.Equal(sent, ConnectorStub.Changes(stub.Sent("/users/apply")[0])[0]["guard"]!.ToString());
    }

    [Fact, Trait("Spec", "2.10")]
    public async Task Roles_are_found_by_slug_and_title_and_a_privileged_one_stays_so()
    {
        using var stub = new ConnectorStub();

        var book = await stub.Passing(
            stub.Connector.ResolveRoles(["SUBSCRIBER", "shop lead", "no such role", ""], Stop)
        );

        Assert.Equal("subscriber", book.Find("subscriber")?.Slug);
        Assert.Equal("lead", book.Find("Shop Lead")?.Slug);
        Assert.True(Privileges.IsPrivileged(book.Find("shop lead")!, new SiteRules()));
        Assert.False(Privileges.IsPrivileged(book.Find("subscriber")!, new SiteRules()));
        Assert.Null(book.Find("no such role"));
    }

    [Fact, Trait("Spec", "2.10")]
    public async Task Roles_that_strangers_invent_are_looked_for_once_a_minute()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        using var stub = new ConnectorStub(time: time);
        for (var i = 0; i < 20; i++)
            await stub.Connector.ResolveRoles([$"invented {i}"], Stop).WaitAsync(TimeSpan.FromSeconds(60), Stop);
        Assert.Single(stub.Sent("/site"));

        time.Advance(TimeSpan.FromMinutes(1));
        stub.Description["roles"]![0]!["slug"] = "customer";
        var book = await stub
            .Connector.ResolveRoles(["customer", "invented"], Stop)
            .WaitAsync(TimeSpan.FromSeconds(60), Stop);

        Assert.NotNull(book.Find("customer"));
        Assert.Equal(2, stub.Sent("/site").Count);
    }

    [Fact, Trait("Spec", "8.2")]
    public async Task The_site_is_described_once_and_with_all_it_can()
    {
        using var stub = new ConnectorStub();

        var abilities = await stub.Passing(stub.Connector.Describe(Stop));
        await stub.Passing(stub.Connector.Describe(Stop));

        Assert.Null(abilities.WritableMeta);
        Assert.Equal(MetaShape.List, abilities.KnownMeta["interests"]);
        Assert.True(
            abilities is { StoresTags: true, SearchesLinks: true, ComparesPasswords: true, TellsFirstLogin: true }
        );
        Assert.Contains("en_US", abilities.Locales!);
        Assert.Empty(abilities.Notices);
        Assert.Single(stub.Sent("/site"));
    }
}
