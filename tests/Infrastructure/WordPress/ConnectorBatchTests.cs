using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>How work is gathered into requests, and what becomes of entries that the site did not finish.</summary>
public sealed class ConnectorBatchTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static UserChanges Named(string name) =>
        UserChanges.None with
        {
            Values = UserChanges.None.Values.Add(UserTarget.FirstName, FieldContent.Of(name)),
        };

    private static UserDraft Draft(int number) => UsersContract.Draft($"u{number}");

    [Fact, Trait("Spec", "8.2")]
    public async Task Looks_of_every_kind_share_requests()
    {
        using var stub = new ConnectorStub();
        await stub.Passing(stub.Connector.Describe(Stop));

        var byId = Enumerable.Range(1, 10).Select(id => stub.Connector.FindById(id, Stop)).ToList();
        var missing = stub.Connector.FindById(5000, Stop);
        var byEmail = stub.Connector.FindByEmail("U7@example.test", Stop);
        var byLink = stub.Connector.FindByLink(42, Stop);

        Assert.Equal(
            Enumerable.Range(1, 10).Select(id => (long?)id),
            (await stub.Passing(Task.WhenAll(byId))).Select(u => u?.Id)
        );
        Assert.Null(await stub.Passing(missing));
        Assert.Equal([7L], (await stub.Passing(byEmail)).Users.Select(user => user.Id));
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 21, 0, 0, TimeSpan.Zero), (await stub.Passing(byEmail)).SiteDate);
        Assert.Equal([7L, 8L], (await stub.Passing(byLink)).Select(user => user.Id));
        Assert.Equal([13], stub.Sizes("/users/find", "people"));
        var body = stub.Sent("/users/find")[0].Body!;
        Assert.Equal("""["membership_level"]""", body["meta"]!.ToJsonString());
        Assert.Equal("activecampaign_contact_id", body["link_key"]!.ToString());
    }

    [Fact, Trait("Spec", "8.2")]
    public async Task A_thousand_changes_go_in_few_requests_that_grow_to_a_hundred()
    {
        using var stub = new ConnectorStub();
        await stub.Passing(stub.Connector.Describe(Stop));

        await stub.Passing(
            Task.WhenAll(Enumerable.Range(1, 1000).Select(id => stub.Connector.Change(id, Named("x"), Stop)))
        );

        var sizes = stub.Sizes("/users/apply", "changes");
        Assert.Equal(1000, sizes.Sum());
        Assert.Equal(25, sizes[0]);
        Assert.Equal(100, sizes.Max());
        Assert.InRange(sizes.Length, 10, 16);
        Assert.InRange(stub.MostInFlight, 1, stub.Site.MaxConcurrency);
    }

    [Fact, Trait("Spec", "8.2")]
    public async Task Creations_go_by_themselves_and_in_smaller_requests()
    {
        using var stub = new ConnectorStub();
        await stub.Passing(stub.Connector.Describe(Stop));

        var creations = Enumerable.Range(1, 10).Select(i => stub.Connector.Create(Draft(i), Stop)).ToList();
        await stub.Passing(stub.Connector.Change(1, Named("x"), Stop));
        await stub.Passing(Task.WhenAll(creations));

        var kinds = stub.Sent("/users/apply")
            .Select(request => ConnectorStub.Changes(request).Select(change => change["do"]!.ToString()).Distinct());
        Assert.All(kinds, kind => Assert.Single(kind));
        Assert.Contains(8, stub.Sizes("/users/apply", "changes"));
        Assert.All(stub.Sent("/users/apply"), request => Assert.InRange((int)request.Body!["seconds"]!, 1, 10));
    }

    [Fact, Trait("Spec", "5.1")]
    public async Task Changes_of_one_user_keep_their_order_and_never_share_a_request()
    {
        using var stub = new ConnectorStub();
        await stub.Passing(stub.Connector.Describe(Stop));

        await stub.Passing(
            Task.WhenAll(
                Enumerable
                    .Range(0, 5)
                    .SelectMany(round =>
                        new[] { 7L, 8L }.Select(id => stub.Connector.Change(id, Named($"name {round}"), Stop))
                    )
            )
        );

        var requests = stub.Sent("/users/apply").Select(ConnectorStub.Changes).ToList();
        Assert.All(requests, changes => Assert.Distinct(changes.Select(change => (long)change["id"]!)));
        var names = requests
            .SelectMany(changes => changes)
            .Where(change => (long)change["id"]! == 7)
            .Select(change => change["core"]!["first_name"]!.ToString());
        Assert.Equal(["name 0", "name 1", "name 2", "name 3", "name 4"], names);
    }

    [Fact, Trait("Spec", "8.3")]
    public async Task What_was_not_started_is_sent_again_and_keeps_its_place()
    {
        using var stub = new ConnectorStub();
        await stub.Passing(stub.Connector.Describe(Stop));
        var left = 12;
        stub.Result = change => Interlocked.Decrement(ref left) >= 10 ? null : """{"status":"not_started"}""";
        stub.Before = request =>
        {
            // Two of each request are done.
            left = 12;
            return null;
        };

        var reports = await stub.Passing(
            Task.WhenAll(Enumerable.Range(1, 7).Select(id => stub.Connector.Change(id, Named("x"), Stop)))
        );

        Assert.Equal(7, reports.Length);
        Assert.Equal([7, 5, 3, 1], stub.Sizes("/users/apply", "changes"));
        Assert.Equal(3, (long)ConnectorStub.Changes(stub.Sent("/users/apply")[1])[0]["id"]!);
    }

    [Fact, Trait("Spec", "8.3")]
    public async Task A_site_that_begins_with_nothing_is_not_asked_for_ever()
    {
        using var stub = new ConnectorStub { Result = _ => """{"status":"not_started"}""" };

        await Assert.ThrowsAsync<TransientException>(() => stub.Passing(stub.Connector.Change(7, Named("x"), Stop)));

        Assert.Single(stub.Sent("/users/apply"));
    }

    [Fact, Trait("Spec", "8.3")]
    public async Task Somebody_busy_is_tried_again_a_little_later_and_nobody_passes_him()
    {
        using var stub = new ConnectorStub();
        await stub.Passing(stub.Connector.Describe(Stop));
        var busy = 2;
        stub.Result = change =>
            (long)change["id"]! == 7 && Interlocked.Decrement(ref busy) >= 0 ? """{"status":"busy"}""" : null;

        var first = stub.Connector.Change(7, Named("first"), Stop);
        var second = stub.Connector.Change(7, Named("second"), Stop);
        var other = stub.Connector.Change(8, Named("other"), Stop);
        await stub.Passing(Task.WhenAll(first, second, other));

        var names = stub.Sent("/users/apply")
            .SelectMany(ConnectorStub.Changes)
            .Select(change => change["core"]!["first_name"]!.ToString());
        Assert.Equal(["first", "other", "first", "first", "second"], names);
    }

    [Fact, Trait("Spec", "8.3")]
    public async Task Somebody_who_stays_busy_is_left_for_later_without_spending_an_attempt()
    {
        using var stub = new ConnectorStub() { Result = _ => """{"status":"busy"}""" };

        var change = stub.Connector.Change(7, Named("x"), Stop);
        await stub.Passing(Task.WhenAny(change));

        Assert.False((await Assert.ThrowsAsync<TransientException>(() => change)).SpendsAttempt);
        Assert.InRange(stub.Sent("/users/apply").Count, 2, 10);
    }
}
