using System.Collections.Immutable;
using System.Text.Json.Nodes;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>Changes: what is sent, and what is left out.</summary>
public sealed class CoreRestChangeTests
{
    private const string Route = "/wp/v2/users/7";
    private const string Done = """{"id":7}""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static UserChanges Names(params string[] targets) =>
        UserChanges.None with
        {
            Values = targets.ToImmutableDictionary(target => target, target => FieldContent.Of("1")),
        };

    private static async Task<ChangeReport> Change(StubSite stub, UserChanges changes) =>
        await stub.Users.Change(7, changes, Stop);

    [Fact, Trait("Spec", "8.1")]
    public async Task Meta_and_tags_that_the_site_has_no_place_for_are_said_and_not_sent()
    {
        using var stub = new StubSite();
        stub.Instead(
            "OPTIONS",
            "/wp/v2/users",
            """{"endpoints":[],"schema":{"properties":{"meta":{"properties":{"activecampaign_tags":{"type":"string"}}}}}}"""
        );
        stub.On("POST", Route, Done);
        var changes = Names("first_name", "no_such_key") with { Tags = new TagChange(["a"], [], []) };

        var report = await Change(stub, changes);

        Assert.Equal(
            ["meta_not_registered(no_such_key)", "tags_not_stored(activecampaign_tags)"],
            report.Warnings.Select(warning => warning.ToString())
        );
        Assert.Equal("""{"first_name":"1"}""", Assert.Single(stub.Sent("POST", Route)).Body!.ToJsonString());
        Assert.False((await stub.Users.Describe(Stop)).StoresTags);
    }

    [Theory, Trait("Spec", "8.1")]
    [InlineData(
        "rest_invalid_param",
        """{"status":400,"params":{"locale":"no","meta.points":"no"}}""",
        "",
        "value_refused(locale),value_refused(points)"
    )]
    [InlineData(
        "rest_invalid_type",
        """{"status":400}""",
        ""","additional_data":[{"param":"meta.points"}]""",
        "value_refused(points)"
    )]
    [InlineData("rest_invalid_type", """{"status":400,"param":"meta.points"}""", "", "value_refused(points)")]
    [InlineData("rest_cannot_update", """{"key":"points","status":403}""", "", "value_refused(points)")]
    [InlineData("rest_meta_database_error", """{"key":"points","status":500}""", "", "value_refused(points)")]
    [InlineData("rest_user_invalid_email", """{"status":400}""", "", "email_taken(user_email)")]
    [InlineData("rest_invalid_param", """{"status":400,"params":{"email":"no"}}""", "", "email_refused(user_email)")]
    [InlineData("rest_user_invalid_role", """{"status":400}""", "", "role_refused(customer)")]
    [InlineData("rest_cannot_edit_roles", """{"status":403}""", "", "role_refused(customer)")]
    public async Task A_refused_value_is_left_out_and_the_rest_is_sent_again(
        string code,
        string data,
        string rest,
        string warnings
    )
    {
        using var stub = new StubSite();
        stub.On("POST", Route, StubSite.Error(code, data, rest), 400).On("POST", Route, Done);
        var changes = Names("first_name", "locale", "points") with { Email = "new@example.test", Roles = ["customer"] };

        var report = await Change(stub, changes);

        Assert.Equal(warnings, string.Join(',', report.Warnings));
        var sent = stub.Sent("POST", Route);
        Assert.Equal(2, sent.Count);
        Assert.Equal("1", (string?)sent[1].Body!["first_name"]);
        Assert.Equal(warnings.Contains("(points)", StringComparison.Ordinal), sent[1].Body!["meta"] is null);
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task A_refusal_that_names_nothing_is_found_by_sending_each_value_alone()
    {
        using var stub = new StubSite();
        stub.Before = (request, _) =>
            Task.FromResult<HttpResponseMessage?>(
                request.Route != Route ? null
                : request.Body!["last_name"] is null ? StubSite.Answer(Done)
                : StubSite.Answer(StubSite.Error("a_plugin_says_no"), 400)
            );

        var report = await Change(stub, Names("first_name", "last_name", "membership_level"));

        Assert.Equal([new Warning("value_refused", "last_name")], report.Warnings);
        Assert.Equal(
            ["""{"first_name":"1"}""", """{"last_name":"1"}""", """{"meta":{"membership_level":"1"}}"""],
            stub.Sent("POST", Route).Skip(1).Select(request => request.Body!.ToJsonString())
        );
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task A_refusal_of_everything_is_no_list_of_warnings_but_permanent()
    {
        using var stub = new StubSite();
        stub.On("POST", Route, StubSite.Error("writes_are_blocked"), 403);

        await Assert.ThrowsAsync<PermanentException>(() => Change(stub, Names("first_name", "last_name")));
    }

    [Theory, Trait("Spec", "2.11")]
    [InlineData(StubSite.Me, typeof(PermanentException))]
    [InlineData(
        """{"id":1,"username":"a","email":"a@example.test","capabilities":{"list_users":true}}""",
        typeof(SiteHeldException)
    )]
    public async Task A_user_who_may_not_be_edited_is_told_from_lost_rights(string me, Type fault)
    {
        using var stub = new StubSite();
        stub.Instead("GET", "/wp/v2/users/me", me);
        stub.On("POST", Route, StubSite.Error("rest_cannot_edit", """{"status":403}"""), 403);

        await Assert.ThrowsAsync(fault, () => Change(stub, Names("first_name")));
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task An_empty_text_removes_a_number_and_empties_a_text()
    {
        using var stub = new StubSite();
        stub.On("POST", Route, Done);

        await Change(
            stub,
            UserChanges.None with
            {
                Values = UserChanges
                    .None.Values.Add("points", FieldContent.Of(""))
                    .Add("membership_level", FieldContent.Of("")),
            }
        );

        Assert.Equal(
            """{"meta":{"membership_level":"","points":null}}""",
            Assert.Single(stub.Sent("POST", Route)).Body!.ToJsonString()
        );
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task Changes_asked_for_at_once_go_25_a_request_where_the_site_allows_it()
    {
        using var stub = new StubSite(batch: true);
        await stub.Users.Describe(Stop);
        stub.Before = (request, _) =>
            Task.FromResult(request.Route == "/batch/v1" && request.Method == "POST" ? Batch(request) : null);

        var users = Enumerable.Range(100, 60).Select(id => (long)id);
        var reports = await Task.WhenAll(stub.ChangeAtOnce(Names("first_name"), users, Stop));

        Assert.All(reports, (report, i) => Assert.Equal(i == 3, report.UserGone));
        Assert.Equal(
            [25, 25, 10],
            stub.Sent("POST", "/batch/v1")
                .Select(request => request.Body!["requests"]!.AsArray().Count)
                .OrderDescending()
        );
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task A_batch_whose_answer_is_lost_is_sent_one_by_one_and_hits_only_the_one_who_breaks_it()
    {
        using var stub = new StubSite(batch: true);
        await stub.Users.Describe(Stop);
        stub.On("POST", "/batch/v1", "<p>There has been a critical error on this website.</p>", 500);
        stub.On("POST", "/wp/v2/users/1", Done).On("POST", "/wp/v2/users/3", Done);
        stub.On("POST", "/wp/v2/users/2", "<p>There has been a critical error on this website.</p>", 500);

        var changes = stub.ChangeAtOnce(Names("first_name"), [1, 2, 3], Stop);

        Assert.False((await changes[0]).UserGone);
        Assert.True((await Assert.ThrowsAsync<TransientException>(() => changes[1])).Unanswered);
        Assert.False((await changes[2]).UserGone);
        Assert.Single(stub.Sent("POST", "/batch/v1"));
    }

    [Theory, Trait("Spec", "8.3")]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_batch_to_a_busy_site_is_not_taken_apart(int status)
    {
        using var stub = new StubSite(batch: true);
        await stub.Users.Describe(Stop);
        stub.On("POST", "/batch/v1", "busy", status);

        foreach (var change in stub.ChangeAtOnce(Names("first_name"), [1, 2], Stop))
            await Assert.ThrowsAsync<TransientException>(() => change);
        Assert.Empty(stub.Sent("POST", "/wp/v2/users/1"));
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task A_batch_that_is_not_allowed_after_all_is_sent_one_by_one_and_the_schema_read_again()
    {
        using var stub = new StubSite(batch: true);
        await stub.Users.Describe(Stop);
        var refused =
            """{"status":400,"headers":[],"body":{"code":"rest_batch_not_allowed","message":"no","data":{"status":400}}}""";
        stub.On("POST", "/batch/v1", $$"""{"responses":[{{refused}},{{refused}}]}""", 207);
        stub.On("POST", "/wp/v2/users/1", Done).On("POST", "/wp/v2/users/2", Done);

        await Task.WhenAll(stub.ChangeAtOnce(Names("first_name"), [1, 2], Stop));

        Assert.Single(stub.Sent("POST", "/wp/v2/users/2"));
        Assert.Single(stub.Sent("OPTIONS", "/wp/v2/users"));
        await stub.Users.Describe(Stop);
        Assert.Equal(2, stub.Sent("OPTIONS", "/wp/v2/users").Count);
    }

    [Fact, Trait("Spec", "8.3")]
    public async Task No_more_requests_are_in_flight_than_the_site_allows()
    {
        using var stub = new StubSite();
        stub.Before = async (request, _) =>
        {
            if (request.Method != "POST")
                return null;
            await Task.Yield();
            return StubSite.Answer(Done);
        };

        await Task.WhenAll(Enumerable.Range(1, 40).Select(id => stub.Users.Change(id, Names("first_name"), Stop)));

        Assert.InRange(stub.MostInFlight, 1, stub.Site.MaxConcurrency);
    }

    [Fact, Trait("Spec", "3.2")]
    public async Task A_password_for_a_user_who_is_gone_is_permanent()
    {
        using var stub = new StubSite();
        stub.On("POST", Route, StubSite.Error("rest_user_invalid_id", """{"status":404}"""), 404);

        await Assert.ThrowsAsync<PermanentException>(() =>
            stub.Users.SetPassword(7, StubSite.Draft.Password, PasswordGuard.OursStill, Stop)
        );
    }

    private static HttpResponseMessage Batch(StubRequest request)
    {
        var responses = request.Body!["requests"]!
            .AsArray()
            .Select(item =>
                (string?)item!["path"] == "/wp/v2/users/103?_fields=id"
                    ? JsonNode.Parse(
                        """{"status":404,"headers":[],"body":{"code":"rest_user_invalid_id","message":"no","data":{"status":404}}}"""
                    )
                    : JsonNode.Parse("""{"status":200,"headers":[],"body":{"id":1}}""")
            );
        return StubSite.Answer(new JsonObject { ["responses"] = new JsonArray([.. responses]) }.ToJsonString(), 207);
    }
}
