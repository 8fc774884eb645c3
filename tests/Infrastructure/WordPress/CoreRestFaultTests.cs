using System.Net.Sockets;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>What an answer, or none, means.</summary>
public sealed class CoreRestFaultTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, Trait("Spec", "5.2")]
    [InlineData(408, "")]
    [InlineData(425, "")]
    [InlineData(500, "<html>There has been a critical error</html>")]
    [InlineData(502, "")]
    [InlineData(503, "{\"code\":\"wp_die\",\"message\":\"Briefly unavailable\"}")]
    [InlineData(504, "")]
    [InlineData(500, "{\"code\":\"internal_server_error\",\"message\":\"x\"}")]
    [InlineData(403, "<html>blocked</html>")]
    [InlineData(404, "<html>not found</html>")]
    [InlineData(200, "<html>ok</html>")]
    [InlineData(200, "<br>Notice: something on line 3<br>[]")]
    [InlineData(200, "[")]
    [InlineData(200, "")]
    [InlineData(200, "{}")]
    [InlineData(200, "[{\"id\":null}]")]
    public async Task An_answer_that_says_nothing_is_transient_and_never_nobody(int status, string body)
    {
        using var stub = new StubSite();
        stub.On("GET", "/wp/v2/users", body, status);

        var byId = await Assert.ThrowsAsync<TransientException>(() => stub.Users.FindById(7, Stop));
        await Assert.ThrowsAsync<TransientException>(() => stub.Users.FindByEmail("ann@example.test", Stop));

        Assert.True(byId.SpendsAttempt);
        Assert.False(byId.Unanswered);
        Assert.DoesNotContain('@', byId.Message);
    }

    [Fact, Trait("Spec", "5.2")]
    public async Task A_rate_limit_spends_no_attempt_and_says_how_long_to_wait()
    {
        using var stub = new StubSite();
        stub.On("GET", "/wp/v2/users", "slow down", 429, ("Retry-After", "17"));
        stub.On("POST", "/wp/v2/users", "slow down", 429, ("Retry-After", "17"));

        var read = await Assert.ThrowsAsync<TransientException>(() => stub.Users.FindById(7, Stop));
        var create = await Assert.ThrowsAsync<TransientException>(() => stub.Users.Create(StubSite.Draft, Stop));

        Assert.All([read, create], fault => Assert.Equal(TimeSpan.FromSeconds(17), fault.RetryAfter));
        Assert.All([read, create], fault => Assert.False(fault.SpendsAttempt || fault.Unanswered));
    }

    [Fact, Trait("Spec", "5.2")]
    public async Task A_site_that_lets_nobody_read_users_says_so_when_it_is_probed()
    {
        using var stub = new StubSite();
        stub.On("GET", "/wp/v2/users", StubSite.Error("users_are_hidden", """{"status":403}"""), 403);

        var held = await Assert.ThrowsAsync<SiteHeldException>(() => stub.Users.Probe(Stop));

        Assert.Contains("reading users is forbidden", held.Message, StringComparison.Ordinal);
    }

    [Fact, Trait("Spec", "5.2")]
    public async Task A_rate_limit_on_one_change_of_a_batch_refuses_nothing()
    {
        using var stub = new StubSite(batch: true);
        var busy = StubSite.Error("too_many_requests", """{"status":429}""");
        stub.On(
            "POST",
            "/batch/v1",
            $$$"""{"responses":[{"status":429,"body":{{{busy}}} },{"status":200,"body":{"id":8}}]}"""
        );
        stub.On("POST", "/wp/v2/users/7", busy, 429);
        var email = UserChanges.None with { Email = "new@example.test" };

        var changes = stub.ChangeAtOnce(email, [7, 8], Stop);

        Assert.False((await Assert.ThrowsAsync<TransientException>(() => changes[0])).SpendsAttempt);
        Assert.Empty((await changes[1]).Warnings);
    }

    [Fact, Trait("Spec", "5.2")]
    public async Task A_rate_limit_that_does_not_say_how_long_is_given_time()
    {
        using var stub = new StubSite();
        stub.On("GET", "/wp/v2/users", "slow down", 429);
        var read = await Assert.ThrowsAsync<TransientException>(() => stub.Users.FindById(7, Stop));
        Assert.Equal(TimeSpan.FromSeconds(30), read.RetryAfter);
    }

    [Fact, Trait("Spec", "2.10")]
    public async Task A_question_for_a_role_that_made_a_user_is_the_last_one()
    {
        using var stub = new StubSite();
        stub.On("POST", "/wp/v2/users", StubSite.User, 201);
        foreach (var role in new[] { "customer", "customer", "shop_lead" })
            await Assert.ThrowsAsync<PermanentException>(() => stub.Users.ResolveRoles([role], Stop));
        Assert.Single(stub.Sent("POST", "/wp/v2/users"));
        Assert.NotEqual("never-stored", stub.Sent("POST", "/wp/v2/users")[0].Body!["password"]!.ToString());
    }

    [Fact, Trait("Spec", "5.2")]
    public async Task A_retry_date_is_counted_from_now()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
        using var stub = new StubSite(time: time);
        stub.Instead("OPTIONS", "/wp/v2/users", "x");
        stub.Before = (request, _) =>
            Task.FromResult<HttpResponseMessage?>(
                request.Method == "OPTIONS"
                    ? StubSite.Answer("", 503, ("Retry-After", "Mon, 23 Nov 2026 08:02:00 GMT"))
                    : null
            );

        var fault = await Assert.ThrowsAsync<TransientException>(() => stub.Users.Describe(Stop));

        Assert.Equal(TimeSpan.FromMinutes(2), fault.RetryAfter);
        Assert.True(fault.SpendsAttempt);
    }

    /// <summary>As the framework throws it: a peer that resets the connection the moment it is made (HttpConnectionPool.ConnectAsync).</summary>
    [Fact, Trait("Spec", "5.2"), Trait("Spec", "3.2")]
    public async Task A_connection_that_is_reset_the_moment_it_is_made_is_one_that_was_not_made()
    {
        using var stub = new StubSite();
        stub.On("POST", "/wp/v2/users", () => throw new SocketException((int)SocketError.NotConnected));

        var fault = await Assert.ThrowsAsync<TransientException>(() => stub.Users.Create(StubSite.Draft, Stop));

        Assert.False(fault.Unanswered);
    }

    [Theory, Trait("Spec", "3.2")]
    [InlineData(HttpRequestError.ConnectionError, false)]
    [InlineData(HttpRequestError.NameResolutionError, false)]
    [InlineData(HttpRequestError.SecureConnectionError, false)]
    [InlineData(HttpRequestError.ResponseEnded, true)]
    [InlineData(HttpRequestError.Unknown, true)]
    public async Task A_create_is_unanswered_unless_the_connection_never_opened(HttpRequestError error, bool unanswered)
    {
        using var stub = new StubSite();
        stub.On("POST", "/wp/v2/users", () => throw new HttpRequestException(error, null, new SocketException()));

        var fault = await Assert.ThrowsAsync<TransientException>(() => stub.Users.Create(StubSite.Draft, Stop));

        Assert.Equal(unanswered, fault.Unanswered);
        Assert.Single(stub.Sent("POST", "/wp/v2/users"));
    }

    [Theory, Trait("Spec", "3.2")]
    [InlineData(502, "")]
    [InlineData(504, "<html>time-out</html>")]
    [InlineData(500, "<html>fatal</html>")]
    [InlineData(200, "<html>odd</html>")]
    public async Task A_create_that_ends_without_a_readable_answer_is_unanswered_and_not_repeated(
        int status,
        string body
    )
    {
        using var stub = new StubSite();
        stub.On("POST", "/wp/v2/users", body, status);

        var fault = await Assert.ThrowsAsync<TransientException>(() => stub.Users.Create(StubSite.Draft, Stop));

        Assert.True(fault.Unanswered);
        Assert.Single(stub.Sent("POST", "/wp/v2/users"));
    }

    [Fact, Trait("Spec", "5.2")]
    public async Task A_request_without_an_answer_ends_after_a_minute()
    {
        var time = new FakeTimeProvider();
        using var stub = new StubSite(time: time);
        var asked = new TaskCompletionSource();
        stub.Before = async (request, stop) =>
        {
            if (request.Method != "POST")
                return null;
            asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
            return null;
        };

        var create = stub.Users.Create(StubSite.Draft, Stop);
        await asked.Task;
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(create.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.True((await Assert.ThrowsAsync<TransientException>(() => create)).Unanswered);
    }

    [Fact, Trait("Spec", "5.2")]
    public async Task A_caller_who_stops_waiting_gets_no_fault_of_the_site()
    {
        using var stub = new StubSite();
        using var stop = new CancellationTokenSource();
        stub.Before = async (request, token) =>
        {
            if (request.Method != "POST")
                return null;
            await stop.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return null;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stub.Users.Create(StubSite.Draft, stop.Token));
    }

    [Theory, Trait("Spec", "8.1")]
    [InlineData("incorrect_password", true, "application password is wrong")]
    [InlineData("invalid_username", true, "no user with the configured username")]
    [InlineData("rest_not_logged_in", true, "strips the Authorization header")]
    [InlineData("rest_forbidden_context", true, "strips the Authorization header")]
    [InlineData("rest_cannot_create_user", false, "application passwords are not available")]
    public async Task Refused_credentials_hold_the_site_and_say_why(string code, bool available, string reason)
    {
        using var stub = new StubSite();
        stub.Before = (request, _) =>
            Task.FromResult<HttpResponseMessage?>(
                request.Route.StartsWith("/wp/v2/users", StringComparison.Ordinal) && request.Method != "OPTIONS"
                    ? StubSite.Answer(StubSite.Error(code, """{"status":401}"""), 401)
                : request.Authorization is null
                    ? StubSite.Answer(
                        available ? """{"authentication":{"application-passwords":{}}}""" : """{"authentication":[]}"""
                    )
                : null
            );

        Func<Task>[] asks =
        [
            () => stub.Users.Probe(Stop),
            () => stub.Users.FindById(7, Stop),
            () => stub.Users.FindByEmail("ann@example.test", Stop),
            () => stub.Users.Create(StubSite.Draft, Stop),
            () => stub.Users.ResolveRoles(["customer"], Stop),
        ];

        foreach (var ask in asks)
            Assert.Contains(
                reason,
                (await Assert.ThrowsAsync<SiteHeldException>(ask)).Message,
                StringComparison.Ordinal
            );
    }

    [Theory, Trait("Spec", "8.1")]
    [InlineData("rest_forbidden_context")]
    [InlineData("rest_user_cannot_view")]
    [InlineData("rest_no_route")]
    [InlineData("some_security_plugin")]
    public async Task A_forbidden_read_holds_the_site(string code)
    {
        using var stub = new StubSite();
        stub.On("GET", "/wp/v2/users", StubSite.Error(code), code == "rest_no_route" ? 404 : 403);

        var fault = await Assert.ThrowsAsync<SiteHeldException>(() => stub.Users.FindById(7, Stop));

        Assert.Contains(code, fault.Message, StringComparison.Ordinal);
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task A_probe_names_the_capabilities_that_are_missing()
    {
        using var stub = new StubSite();
        stub.Instead(
            "GET",
            "/wp/v2/users/me",
            """{"id":1,"username":"a","email":"a@example.test","roles":["x"],"capabilities":{"list_users":true,"edit_users":true,"create_users":false}}"""
        );

        var fault = await Assert.ThrowsAsync<SiteHeldException>(() => stub.Users.Probe(Stop));

        Assert.Contains("create_users, promote_users", fault.Message, StringComparison.Ordinal);
        Assert.False(fault.SpendsAttempt);
    }

    [Fact, Trait("Spec", "5.2")]
    public async Task A_redirect_to_another_place_holds_the_site_and_refuses_no_contact()
    {
        using var stub = new StubSite();
        stub.On("GET", "/wp/v2/users", "", 302, ("Location", "https://maintenance.example/?email=ann@example.test"));
        stub.On("POST", "/wp/v2/users", "", 302, ("Location", "https://maintenance.example/?email=ann@example.test"));

        var read = await Assert.ThrowsAsync<SiteHeldException>(() => stub.Users.FindById(7, Stop));
        var create = await Assert.ThrowsAsync<SiteHeldException>(() => stub.Users.Create(StubSite.Draft, Stop));

        Assert.All([read, create], fault => Assert.EndsWith("https://maintenance.example", fault.Message));
    }

    [Theory, Trait("Spec", "8.1")]
    [InlineData("https://www.shop.example/wp-json/?x=1")]
    [InlineData("https://shop.example:8443/wp-json/")]
    public async Task A_site_that_has_moved_is_named_with_its_new_address(string location)
    {
        using var stub = new StubSite();
        stub.Before = (_, _) => Task.FromResult<HttpResponseMessage?>(StubSite.Answer("", 301, ("Location", location)));

        var fault = await Assert.ThrowsAsync<SiteHeldException>(() => stub.Users.Probe(Stop));

        Assert.Contains(new Uri(location).GetLeftPart(UriPartial.Authority), fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("x=1", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("app password", fault.ToString(), StringComparison.Ordinal);
    }
}
