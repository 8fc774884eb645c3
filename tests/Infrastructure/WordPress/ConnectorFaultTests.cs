using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>One entry that breaks a request fails alone; a site that is down is left alone.</summary>
public sealed class ConnectorFaultTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static UserChanges Named(string name) =>
        UserChanges.None with
        {
            Values = UserChanges.None.Values.Add(UserTarget.FirstName, FieldContent.Of(name)),
        };

    private static bool Holds(StubRequest request, params long[] ids) =>
        request.Route.EndsWith("apply", StringComparison.Ordinal)
        && ConnectorStub.Changes(request).Any(change => ids.Contains((long?)change["id"] ?? 0));

    private static async Task<(int Good, List<Exception> Bad)> Ends<T>(ConnectorStub stub, IEnumerable<Task<T>> tasks)
    {
        var (good, bad) = (0, new List<Exception>());
        foreach (var task in tasks.ToList())
        {
            try
            {
                await stub.Passing(task);
                good++;
            }
            catch (Exception error) when (error is TransientException or PermanentException)
            {
                bad.Add(error);
            }
        }
        return (good, bad);
    }

    [Theory, Trait("Spec", "8.3")]
    [InlineData(413, "<html>too large</html>")]
    [InlineData(500, "<html>There has been a critical error</html>")]
    [InlineData(500, "{\"code\":\"internal_server_error\",\"message\":\"x\"}")]
    [InlineData(502, "")]
    [InlineData(504, "")]
    [InlineData(200, "")]
    [InlineData(200, "Warning: something in line 3 {}")]
    [InlineData(200, "{\"results\":[]}")]
    [InlineData(403, "<html>a firewall</html>")]
    public async Task The_one_that_breaks_a_request_fails_alone(int status, string body)
    {
        using var stub = new ConnectorStub
        {
            Before = request => Holds(request, 13) ? StubSite.Answer(body, status) : null,
        };
        await stub.Passing(stub.Connector.Describe(Stop));

        var (good, bad) = await Ends(
            stub,
            Enumerable.Range(1, 20).Select(id => stub.Connector.Change(id, Named("ann@example.test"), Stop))
        );

        Assert.Equal(19, good);
        var fault = Assert.IsType<TransientException>(Assert.Single(bad));
        Assert.DoesNotContain('@', fault.ToString());
        Assert.InRange(stub.Sent("/users/apply").Count, 5, 12);
    }

    [Fact, Trait("Spec", "8.3")]
    public async Task Two_that_break_requests_fail_and_all_others_are_changed_once_known()
    {
        using var stub = new ConnectorStub
        {
            Before = request => Holds(request, 1, 2) ? StubSite.Answer("<html>fatal</html>", 500) : null,
        };
        await stub.Passing(stub.Connector.Describe(Stop));

        var (good, bad) = await Ends(
            stub,
            Enumerable.Range(1, 25).Select(id => stub.Connector.Change(id, Named("x"), Stop))
        );

        Assert.Equal((23, 2), (good, bad.Count));
    }

    [Fact, Trait("Spec", "8.3")]
    public async Task A_request_that_the_site_calls_malformed_is_the_fault_of_one_entry_only()
    {
        using var stub = new ConnectorStub
        {
            Before = request => Holds(request, 3) ? StubSite.Answer(StubSite.Error("rest_invalid_param"), 400) : null,
        };
        await stub.Passing(stub.Connector.Describe(Stop));

        var (good, bad) = await Ends(
            stub,
            Enumerable.Range(1, 9).Select(id => stub.Connector.Change(id, Named("x"), Stop))
        );

        Assert.Equal(8, good);
        Assert.IsType<PermanentException>(Assert.Single(bad));
    }

    [Theory, Trait("Spec", "8.3")]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_site_that_is_down_is_asked_three_times_for_a_whole_batch(int status)
    {
        using var stub = new ConnectorStub();
        await stub.Passing(stub.Connector.Describe(Stop));
        stub.Before = _ => StubSite.Answer("", status);

        var (good, bad) = await Ends(stub, Enumerable.Range(1, 25).Select(id => stub.Connector.FindById(id, Stop)));

        Assert.Equal((0, 25), (good, bad.Count));
        Assert.All(bad, fault => Assert.False(Assert.IsType<TransientException>(fault).Unanswered));
        Assert.Equal(3, stub.Sent("/users/find").Count);
    }

    [Fact, Trait("Spec", "8.3")]
    public async Task A_site_whose_every_answer_is_an_error_is_given_up_before_every_entry_is_tried()
    {
        using var stub = new ConnectorStub();
        await stub.Passing(stub.Connector.Describe(Stop));
        stub.Before = _ => StubSite.Answer("<html>Error establishing a database connection</html>", 500);

        var (good, _) = await Ends(stub, Enumerable.Range(1, 25).Select(id => stub.Connector.FindById(id, Stop)));

        Assert.Equal(0, good);
        Assert.Equal(7, stub.Sent("/users/find").Count);
    }

    [Fact, Trait("Spec", "5.2")]
    public async Task Only_who_was_refused_alone_is_refused_for_good()
    {
        using var stub = new ConnectorStub();
        await stub.Passing(stub.Connector.Describe(Stop));
        stub.Before = _ => StubSite.Answer(StubSite.Error("a_firewall"), 400);

        var (_, bad) = await Ends(
            stub,
            Enumerable.Range(1, 25).Select(id => stub.Connector.Change(id, Named("x"), Stop))
        );

        var alone = stub.Sizes("/users/apply", "changes").Count(size => size == 1);
        Assert.Equal(25, bad.Count);
        Assert.InRange(alone, 1, 24);
        Assert.Equal(alone, bad.OfType<PermanentException>().Count());
        Assert.InRange(stub.Sent("/users/apply").Count, 3, 40);
    }

    [Fact, Trait("Spec", "5.2")]
    public async Task A_connection_that_never_opened_is_not_tried_in_halves()
    {
        using var stub = new ConnectorStub();
        await stub.Passing(stub.Connector.Describe(Stop));
        stub.Before = _ => throw new HttpRequestException(HttpRequestError.ConnectionError);

        var (_, bad) = await Ends(
            stub,
            Enumerable.Range(1, 9).Select(id => stub.Connector.Change(id, Named("x"), Stop))
        );

        Assert.Equal(9, bad.Count);
        Assert.All(bad, fault => Assert.False(((TransientException)fault).Unanswered));
        Assert.Single(stub.Sent("/users/apply"));
    }

    [Theory, Trait("Spec", "5.2")]
    [InlineData(429, false)]
    [InlineData(503, true)]
    public async Task A_site_that_says_how_long_to_wait_is_left_alone_for_that_long(int status, bool spends)
    {
        using var stub = new ConnectorStub();
        await stub.Passing(stub.Connector.Describe(Stop));
        stub.Before = _ => StubSite.Answer("", status, ("Retry-After", "17"));

        var (_, bad) = await Ends(stub, Enumerable.Range(1, 9).Select(id => stub.Connector.FindById(id, Stop)));

        Assert.All(
            bad.Cast<TransientException>(),
            fault => Assert.Equal((TimeSpan.FromSeconds(17), spends), (fault.RetryAfter, fault.SpendsAttempt))
        );
        Assert.Single(stub.Sent("/users/find"));
    }

    [Fact, Trait("Spec", "8.3")]
    public async Task A_web_server_that_takes_only_small_requests_is_sent_smaller_ones()
    {
        using var stub = new ConnectorStub();
        await stub.Passing(stub.Connector.Describe(Stop));
        stub.Before = request =>
            request.Body is { } body && body["people"]?.AsArray().Count > 10 ? StubSite.Answer("", 413) : null;

        var (good, _) = await Ends(stub, Enumerable.Range(1, 25).Select(id => stub.Connector.FindById(id, Stop)));

        Assert.Equal(25, good);
        Assert.Equal(12, stub.Rest.Pace.BatchSize(RequestKind.Find));
    }

    [Theory, Trait("Spec", "3.2")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Creations_without_an_answer_are_sent_again_only_where_the_database_has_locks(bool locks)
    {
        using var stub = new ConnectorStub();
        stub.Description["locks"] = locks;
        await stub.Passing(stub.Connector.Describe(Stop));
        var drafts = Enumerable.Range(1, 4).Select(i => UsersContract.Draft($"u{i}")).ToList();
        stub.Before = request =>
            request.Route.EndsWith("apply", StringComparison.Ordinal)
            && ConnectorStub.Changes(request).Any(change => change["login"]!.ToString() == "u2")
                ? StubSite.Answer("<html>fatal</html>", 500)
                : null;

        var (good, bad) = await Ends(stub, drafts.Select(draft => stub.Connector.Create(draft, Stop)));

        Assert.Equal(locks ? (3, 1) : (0, 4), (good, bad.Count));
        Assert.All(bad, fault => Assert.True(((TransientException)fault).Unanswered));
        Assert.Equal(locks ? 5 : 1, stub.Sent("/users/apply").Count);
        Assert.Equal(
            locks ? [] : [new Warning("no_database_locks")],
            (await stub.Passing(stub.Connector.Describe(Stop))).Notices
        );
        var passwords = drafts.Select(draft => draft.Password.Text);
        Assert.All(bad, fault => Assert.All(passwords, text => Assert.DoesNotContain(text, fault.ToString())));
    }

    [Fact, Trait("Spec", "8.4")]
    public void Neither_site_nor_entries_show_a_password()
    {
        using var stub = new ConnectorStub();
        var draft = UsersContract.Draft("ann");
        var entry = new Infrastructure.WordPress.Connector.LaneEntry(
            "ANN@EXAMPLE.TEST",
            () => Infrastructure.WordPress.Connector.ChangeJson.Create(draft)
        );

        Assert.DoesNotContain("app password", stub.Site.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("@", entry.ToString()!, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(draft.Password.Text, draft.ToString(), StringComparison.Ordinal);
    }
}
