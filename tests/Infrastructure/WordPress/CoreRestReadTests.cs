using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.WordPress;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>Reads: where the routes are, what is asked for, how the answers are read.</summary>
public sealed class CoreRestReadTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact, Trait("Spec", "8.1")]
    public async Task Ids_asked_for_at_once_go_a_hundred_a_request()
    {
        using var stub = new StubSite();
        stub.On("GET", "/wp/v2/users", $"[{StubSite.User}]");
        await stub.Users.Describe(Stop);

        var found = await Task.WhenAll(Enumerable.Range(1, 250).Select(id => stub.Users.FindById(id, Stop)));

        Assert.Equal("ann", Assert.Single(found, user => user is not null)!.Login);
        var sent = stub.Sent("GET", "/wp/v2/users");
        Assert.Equal(3, sent.Count);
        Assert.All(
            sent,
            request => Assert.Contains("context=edit&per_page=100&include=", request.Query, StringComparison.Ordinal)
        );
        Assert.All(sent, request => Assert.True(request.Query.Length < 2000));
    }

    [Fact, Trait("Spec", "2.5")]
    public async Task The_exact_email_is_found_on_a_later_page()
    {
        using var stub = new StubSite();
        var crowd = Enumerable
            .Range(100, 100)
            .Select(id =>
                StubSite
                    .User.Replace("\"id\":7", $"\"id\":{id}", StringComparison.Ordinal)
                    .Replace("ann@", "joann@", StringComparison.Ordinal)
            );
        stub.On("GET", "/wp/v2/users", $"[{string.Join(',', crowd)}]", 200, ("X-WP-TotalPages", "2"));
        stub.On(
            "GET",
            "/wp/v2/users",
            $"[{StubSite.User}]",
            200,
            ("X-WP-TotalPages", "2"),
            ("Date", "Mon, 23 Nov 2026 07:57:23 GMT")
        );

        var found = await stub.Users.FindByEmail("Ann@Example.test", Stop);

        Assert.Equal([7L], found.Users.Select(user => user.Id));
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 7, 57, 23, TimeSpan.Zero), found.SiteDate);
        Assert.Contains("&page=2&", stub.Sent("GET", "/wp/v2/users")[1].Query, StringComparison.Ordinal);
    }

    [Fact, Trait("Spec", "2.5")]
    public async Task A_plus_is_escaped()
    {
        using var stub = new StubSite();
        stub.On("GET", "/wp/v2/users", "[]");

        await stub.Users.FindByEmail("ann+tag@example.test", Stop);

        Assert.Contains(
            "search=ann%2Btag%40example.test",
            stub.Sent("GET", "/wp/v2/users")[0].Query,
            StringComparison.Ordinal
        );
    }

    [Theory, Trait("Spec", "2.11")]
    [InlineData("true", true)]
    [InlineData("\"1\"", true)]
    [InlineData("2", true)]
    [InlineData("\"yes\"", true)]
    [InlineData("false", false)]
    [InlineData("null", false)]
    [InlineData("0", false)]
    [InlineData("\"0\"", false)]
    [InlineData("\"\"", false)]
    public async Task A_capability_is_held_when_php_takes_its_value_for_true(string value, bool held)
    {
        using var stub = new StubSite();
        stub.On(
            "GET",
            "/wp/v2/users",
            """[{"id":7,"username":"ann","email":"a@example.test","roles":["customer"],"capabilities":{"edit_users":?}}]""".Replace(
                "?",
                value,
                StringComparison.Ordinal
            )
        );

        var user = Assert.IsType<User>(await stub.Users.FindById(7, Stop));

        Assert.Equal(held, Privileges.IsPrivileged(user, new SiteRules()));
    }

    [Fact, Trait("Spec", "7.3")]
    public async Task A_byte_order_mark_and_lists_that_php_made_objects_are_read_over()
    {
        using var stub = new StubSite();
        stub.On(
            "GET",
            "/wp/v2/users",
            "\uFEFF\uFEFF"
                + """
                [{"id":7,"username":"ann","email":"a&amp;b@example.test","roles":{"1":"customer"},"capabilities":{"read":true,"customer":true,"edit_posts":false,"manage_network":1},
                "registered_date":"2026-11-23T08:57:23+01:00","first_name":"Bo &amp; co &#039;x&#039;","meta":{"activecampaign_tags":{"0":"a","2":"b &amp; c"},"points":12,"membership_level":null}}]
                """
        );

        var user = Assert.IsType<User>(await stub.Users.FindById(7, Stop));

        Assert.Equal("a&b@example.test", user.Email);
        Assert.Equal(["customer"], user.Roles);
        Assert.Equal(["manage_network", "read"], user.Capabilities.Order(StringComparer.Ordinal));
        Assert.Equal("Bo & co 'x'", ((FieldContent.Text)user.Values["first_name"]).Value);
        Assert.Equal(["a", "b &amp; c"], user.Tags!.Order(StringComparer.Ordinal));
        Assert.Equal("12", ((FieldContent.Text)user.Values["points"]).Value);
        Assert.True(user.Values["membership_level"].IsEmpty);
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 7, 57, 23, TimeSpan.Zero), user.RegisteredAt);
    }

    [Fact, Trait("Spec", "2.7")]
    public async Task Tags_that_are_missing_from_an_answer_are_unknown_and_not_none()
    {
        using var stub = new StubSite();
        stub.On(
            "GET",
            "/wp/v2/users",
            """[{"id":7,"username":"ann","email":"a@example.test","roles":[],"capabilities":[],"meta":[]}]"""
        );

        Assert.Null((await stub.Users.FindById(7, Stop))!.Tags);
    }

    [Theory, Trait("Spec", "8.1")]
    [InlineData("https://shop.example/wp-json/wp/v2/users/me?context", "/wp-json/")]
    [InlineData("https://shop.example/index.php/wp-json/wp/v2/users/me?context", "/index.php/wp-json/")]
    [InlineData("https://shop.example/?rest_route=/wp/v2/users/me&context", "/")]
    public async Task The_routes_are_found_wherever_the_permalinks_put_them_and_remembered(string address, string root)
    {
        using var stub = new RootOnly(root);
        var site = new WordPressSite(new Uri("https://shop.example/"), "u", "p", "t", []);
        var users = stub.Users(site);

        await users.Probe(Stop);
        await users.Probe(Stop);

        var last = stub.Addresses.Last(asked => asked.Contains("users/me", StringComparison.Ordinal));
        Assert.StartsWith(address, last, StringComparison.Ordinal);
        Assert.Single(
            stub.Addresses,
            asked => asked.Contains("_fields=namespaces", StringComparison.Ordinal) && stub.IsAt(asked)
        );
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task An_address_without_rest_routes_says_what_to_check()
    {
        using var stub = new RootOnly("/nowhere/");

        var fault = await Assert.ThrowsAsync<TransientException>(() =>
            stub.Users(new WordPressSite(new Uri("https://shop.example/blog/"), "u", "p", "t", [])).Probe(Stop)
        );

        Assert.Contains("no REST API found at shop.example", fault.Message, StringComparison.Ordinal);
        Assert.Equal("https://shop.example/blog/wp-json/?_fields=namespaces", stub.Addresses[0]);
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task What_the_site_can_store_is_asked_once_in_ten_minutes()
    {
        var time = new FakeTimeProvider();
        using var stub = new StubSite(time: time);

        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => stub.Users.Describe(Stop)));
        time.Advance(TimeSpan.FromMinutes(9.9));
        await stub.Users.Describe(Stop);
        Assert.Single(stub.Sent("OPTIONS", "/wp/v2/users"));
        time.Advance(TimeSpan.FromMinutes(0.1));
        await stub.Users.Describe(Stop);
        Assert.Equal(2, stub.Sent("OPTIONS", "/wp/v2/users").Count);

        Assert.True(all[0].StoresTags);
        Assert.Equal(["", "en_US"], all[0].Locales!.Order(StringComparer.Ordinal));
        Assert.Equal(
            ["cleansync_creation", "membership_level", "points"],
            all[0].WritableMeta!.Keys.Order(StringComparer.Ordinal)
        );
    }

    [Fact, Trait("Spec", "2.10")]
    public async Task The_probe_for_a_role_names_the_connected_user_so_that_it_can_create_nobody()
    {
        using var stub = new StubSite();
        stub.On("POST", "/wp/v2/users", StubSite.Error("existing_user_login"), 500);
        stub.On(
            "GET",
            "/wp/v2/users",
            """[{"roles":["customer","editor"],"capabilities":{"edit_posts":true},"extra_capabilities":{"customer":true,"editor":true}},{"roles":["customer"],"capabilities":{"read":true,"refund":true,"customer":true},"extra_capabilities":{"customer":true}}]"""
        );

        var role = (await stub.Users.ResolveRoles(["Customer"], Stop)).Find("customer");

        Assert.Equal(["read", "refund"], role!.Capabilities!.Order(StringComparer.Ordinal));
        var body = Assert.Single(stub.Sent("POST", "/wp/v2/users")).Body!;
        Assert.Equal("admin", (string?)body["username"]);
        Assert.Equal("admin@example.test", (string?)body["email"]);
        await stub.Users.ResolveRoles(["customer"], Stop);
        Assert.Single(stub.Sent("POST", "/wp/v2/users"));
    }

    [Theory, Trait("Spec", "2.10")]
    [InlineData(400, "rest_user_invalid_role")]
    [InlineData(403, "rest_user_invalid_role")]
    public async Task A_role_that_is_unknown_or_may_not_be_given_resolves_to_none(int status, string code)
    {
        using var stub = new StubSite();
        stub.On("POST", "/wp/v2/users", StubSite.Error(code), status);

        Assert.Null((await stub.Users.ResolveRoles(["customer"], Stop)).Find("customer"));
    }

    [Theory, Trait("Spec", "2.10")]
    [InlineData("customer", true)]
    [InlineData("shop_lead", false)]
    public async Task A_role_that_nobody_has_is_known_only_if_it_is_core_s_or_the_customer(string slug, bool known)
    {
        using var stub = new StubSite();
        stub.On("POST", "/wp/v2/users", StubSite.Error("existing_user_login"), 500).On("GET", "/wp/v2/users", "[]");

        Assert.Equal(known, (await stub.Users.ResolveRoles([slug], Stop)).Find(slug)!.Capabilities is not null);
    }

    [Theory, Trait("Spec", "8.4")]
    [InlineData("http://shop.example", false)]
    [InlineData("http://10.0.0.8", false)]
    [InlineData("ftp://shop.example", false)]
    [InlineData("https://shop.example", true)]
    [InlineData("http://localhost:8080", true)]
    [InlineData("http://127.0.0.1:8080/blog", true)]
    [InlineData("http://[::1]/", true)]
    public void Passwords_travel_over_https_or_to_loopback_only(string url, bool accepted)
    {
        var error = Record.Exception(() => new WordPressSite(new Uri(url), "u", "secret-words", "t", []));

        Assert.Equal(accepted, error is null);
        Assert.True(error is null or ArgumentException);
        if (url == "http://shop.example")
            Assert.Contains("use https://shop.example", error!.Message, StringComparison.Ordinal);
        if (error is null)
            Assert.DoesNotContain(
                "secret",
                new WordPressSite(new Uri(url), "u", "secret-words", "t", []).ToString(),
                StringComparison.Ordinal
            );
    }
}
