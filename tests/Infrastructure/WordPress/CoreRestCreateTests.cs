using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>What the answers to a create call come to. Bodies as WordPress 6.1 to 7.1 write them.</summary>
public sealed class CoreRestCreateTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Params(params string[] names) =>
        StubSite.Error(
            "rest_invalid_param",
            $$$"""{"status":400,"params":{{{{string.Join(',', names.Select(name => $"\"{name}\":\"no\""))}}}},"details":{}}"""
        );

    [Theory, Trait("Spec", "2.4")]
    [InlineData(500, "existing_user_login", typeof(Creation.Duplicate))]
    [InlineData(500, "existing_user_email", typeof(Creation.Duplicate))]
    [InlineData(500, "user_login_too_long", typeof(Creation.LoginRefused))]
    [InlineData(500, "invalid_username", typeof(Creation.LoginRefused))]
    [InlineData(400, "rest_user_invalid_username", typeof(Creation.LoginRefused))]
    [InlineData(400, "rest_user_invalid_password", typeof(Creation.PasswordRefused))]
    public async Task A_refusal_is_told_by_its_code_and_not_by_its_status(int status, string code, Type end)
    {
        using var stub = new StubSite();
        stub.On("POST", "/wp/v2/users", StubSite.Error(code), status);

        Assert.IsType(end, await stub.Users.Create(StubSite.Draft, Stop));
        Assert.Single(stub.Sent("POST", "/wp/v2/users"));
    }

    [Theory, Trait("Spec", "8.3")]
    [InlineData("existing_user_email", false)]
    [InlineData("internal_server_error", true)]
    public async Task A_refusal_with_status_500_is_no_sign_of_a_site_in_trouble(string code, bool isTrouble)
    {
        using var stub = new StubSite();
        stub.On("POST", "/wp/v2/users", StubSite.Error(code), 500).On("GET", "/wp/v2/users", "[]");
        var before = stub.Pace.Share;

        await Record.ExceptionAsync(() => stub.Users.Create(StubSite.Draft, Stop));

        Assert.Equal(isTrouble, stub.Pace.Share > before);
    }

    [Theory, Trait("Spec", "2.12")]
    [InlineData("username", typeof(Creation.LoginRefused))]
    [InlineData("email", typeof(Creation.EmailRefused))]
    [InlineData("password", typeof(Creation.PasswordRefused))]
    public async Task A_refused_parameter_that_cannot_be_left_out_ends_the_create(string name, Type end)
    {
        using var stub = new StubSite();
        stub.On("POST", "/wp/v2/users", Params("locale", name), 400);

        Assert.IsType(end, await stub.Users.Create(StubSite.Draft, Stop));
    }

    [Fact, Trait("Spec", "2.10")]
    public async Task Refused_values_are_left_out_each_once_and_a_refused_role_gives_way_to_subscriber_then_to_none()
    {
        using var stub = new StubSite();
        stub.On("POST", "/wp/v2/users", Params("locale"), 400)
            .On("POST", "/wp/v2/users", StubSite.Error("user_url_too_long"), 500)
            .On("POST", "/wp/v2/users", StubSite.Error("rest_user_invalid_role"), 400)
            .On("POST", "/wp/v2/users", StubSite.Error("rest_user_invalid_role"), 403)
            .On("POST", "/wp/v2/users", StubSite.User, 201);
        var draft = StubSite.Draft with
        {
            Values = StubSite
                .Draft.Values.Add(UserTarget.Locale, FieldContent.Of("xx"))
                .Add(UserTarget.Url, FieldContent.Of("https://x.example"))
                .Add(UserTarget.FirstName, FieldContent.Of("Ann")),
        };

        var created = Assert.IsType<Creation.Created>(await stub.Users.Create(draft, Stop));

        Assert.Equal(
            ["value_refused(locale)", "value_refused(user_url)", "role_refused(shop_lead)", "role_refused(subscriber)"],
            created.Warnings.Select(warning => warning.ToString())
        );
        var bodies = stub.Sent("POST", "/wp/v2/users").Select(request => request.Body!).ToList();
        Assert.Equal(
            ["[\"shop_lead\"]", "[\"shop_lead\"]", "[\"shop_lead\"]", "[\"subscriber\"]", "[]"],
            bodies.Select(body => body["roles"]!.ToJsonString())
        );
        Assert.Equal("Ann", (string?)bodies[^1]["first_name"]);
        Assert.Null(bodies[^1]["locale"]);
        Assert.Null(bodies[^1]["url"]);
        Assert.Equal(draft.CreationToken, (string?)bodies[^1]["meta"]!["cleansync_creation"]);
    }

    [Fact, Trait("Spec", "3.2")]
    public async Task The_token_is_not_sent_where_its_key_is_not_registered()
    {
        using var stub = new StubSite();
        stub.Instead(
            "OPTIONS",
            "/wp/v2/users",
            """{"endpoints":[],"schema":{"properties":{"meta":{"properties":[]}}}}"""
        );
        stub.On("POST", "/wp/v2/users", StubSite.User, 201);

        await stub.Users.Create(StubSite.Draft, Stop);

        Assert.Null(Assert.Single(stub.Sent("POST", "/wp/v2/users")).Body!["meta"]);
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task A_refused_token_does_not_hide_that_the_user_exists()
    {
        using var stub = new StubSite();
        stub.On(
            "POST",
            "/wp/v2/users",
            StubSite.Error("rest_cannot_update", """{"key":"cleansync_creation","status":403}"""),
            403
        );
        stub.On("GET", "/wp/v2/users", $"[{StubSite.User}]");

        var created = Assert.IsType<Creation.Created>(await stub.Users.Create(StubSite.Draft, Stop));

        Assert.Equal(7, created.User.Id);
        Assert.Equal([new Warning("value_refused", UserTarget.CreationToken)], created.Warnings);
        Assert.Single(stub.Sent("POST", "/wp/v2/users"));
    }

    [Theory, Trait("Spec", "2.12")]
    [InlineData("[]", false)]
    [InlineData("[" + StubSite.User + "]", true)]
    public async Task A_201_without_an_id_is_looked_into(string found, bool exists)
    {
        using var stub = new StubSite();
        stub.On("POST", "/wp/v2/users", """{"id":null,"username":null}""", 201).On("GET", "/wp/v2/users", found);

        var fault = await Assert.ThrowsAnyAsync<Exception>(() => stub.Users.Create(StubSite.Draft, Stop));

        Assert.Equal(exists, fault is TransientException { Unanswered: true });
        Assert.Equal(!exists, fault is PermanentException);
    }

    [Theory, Trait("Spec", "3.2")]
    [InlineData("[]", false)]
    [InlineData("[" + StubSite.User + "]", true)]
    public async Task A_fatal_error_is_transient_and_unanswered_only_when_the_user_is_there(string found, bool exists)
    {
        using var stub = new StubSite();
        stub.On("POST", "/wp/v2/users", StubSite.Error("internal_server_error"), 500).On("GET", "/wp/v2/users", found);

        var fault = await Assert.ThrowsAsync<TransientException>(() => stub.Users.Create(StubSite.Draft, Stop));

        Assert.Equal(exists, fault.Unanswered);
    }

    [Theory, Trait("Spec", "8.1")]
    [InlineData("[]", false)]
    [InlineData("[" + StubSite.User + "]", true)]
    public async Task An_unknown_refusal_is_permanent_unless_the_user_is_there(string found, bool exists)
    {
        using var stub = new StubSite();
        stub.On("POST", "/wp/v2/users", StubSite.Error("a_plugin_says_no"), 400).On("GET", "/wp/v2/users", found);

        var fault = await Assert.ThrowsAnyAsync<Exception>(() => stub.Users.Create(StubSite.Draft, Stop));

        Assert.Equal(exists, fault is TransientException { Unanswered: true });
        Assert.Equal(!exists, fault is PermanentException);
        Assert.Contains("a_plugin_says_no", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('@', fault.Message);
    }

    [Theory, Trait("Spec", "8.5")]
    [InlineData("user_name", "[]", typeof(Creation.LoginRefused))]
    [InlineData("user_email", "[]", typeof(Creation.EmailRefused))]
    [InlineData("user_email", "[" + StubSite.User + "]", typeof(Creation.Duplicate))]
    public async Task A_network_says_in_further_errors_what_it_refuses(string code, string found, Type end)
    {
        using var stub = new StubSite();
        var body = StubSite.Error(
            "rest_invalid_param",
            """{"status":400}""",
            $$""","additional_errors":[{"code":"{{code}}","message":"Sorry","data":null}]"""
        );
        stub.On("POST", "/wp/v2/users", body, 400).On("GET", "/wp/v2/users", found);

        Assert.IsType(end, await stub.Users.Create(StubSite.Draft, Stop));
    }

    [Fact, Trait("Spec", "2.12")]
    public async Task Overlong_logins_and_emails_are_refused_without_asking_the_site()
    {
        using var stub = new StubSite();

        Assert.IsType<Creation.LoginRefused>(
            await stub.Users.Create(StubSite.Draft with { Login = new string('a', 61) }, Stop)
        );
        Assert.IsType<Creation.EmailRefused>(
            await stub.Users.Create(StubSite.Draft with { Email = new string('a', 90) + "@example.test" }, Stop)
        );
        Assert.Empty(stub.Sent("POST", "/wp/v2/users"));
    }
}
