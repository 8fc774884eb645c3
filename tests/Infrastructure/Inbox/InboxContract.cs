using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Tests.Inbox;

/// <summary>What every inbox promises. See the remarks on <see cref="IInbox"/>.</summary>
[Trait("Spec", "5.1")]
public abstract partial class InboxContract : StoreContract
{
    protected static readonly SyncRequest Add = new(SyncAction.Add);
    protected static readonly SyncRequest Update = new(SyncAction.Update);
    protected static readonly SyncRequest Tags = new(SyncAction.UpdateTags);

    [Fact]
    public async Task An_accepted_request_can_be_claimed_at_once()
    {
        var request = new SyncRequest(SyncAction.Add, "Shop manager", sendNotification: false);
        var receipt = await Inbox.Accept(Site, 42, request, Cancel);

        var work = Assert.Single(await Inbox.Claim(Site, 10, Cancel));

        Assert.Equal(new ClaimedWork(Site, 42, request, receipt, Attempt: 1, FailingSince: null), work);
    }

    [Fact]
    public async Task A_probe_stores_nothing_that_could_be_worked()
    {
        await Inbox.Accept(Site, 42, Update, Cancel);
        var before = await Inbox.Rows(Site, 10, Cancel);

        await Inbox.Probe(Cancel);
        await Inbox.Probe(Cancel);

        Assert.Equal(before, await Inbox.Rows(Site, 10, Cancel));
        Assert.Equal(1, (await Inbox.Depth(Site, Cancel)).Waiting);
    }

    [Fact]
    [Trait("Spec", "2.7")]
    public async Task What_waits_keeps_its_receipt_when_no_webhook_asks_for_it_again()
    {
        var webhook = await Inbox.Accept(Site, 1, Update, Cancel);
        await Inbox.AcceptAll(Site, [1, 2], Of(Urgency.CatchUp), Cancel);
        var later = await Inbox.Accept(Site, 3, Update, Cancel);

        var works = await Inbox.Claim(Site, 10, Cancel);
        Assert.Equal([1L, 3, 2], works.Select(work => work.Contact));
        Assert.Equal([webhook, later], works.Take(2).Select(work => work.Receipt));
        // What arrives while it is worked is a request of its own.
        await Inbox.AcceptAll(Site, [1], Of(Urgency.Sweep), Cancel);
        await Inbox.Finish(works[0], new NextStep.Done(), entry: null, Cancel);
        Assert.True((await ClaimOne()).Receipt > later);
    }

    [Fact]
    [Trait("Spec", "2.7")]
    [Trait("Spec", "5.3")]
    public async Task A_parked_row_that_is_tried_again_gets_a_new_receipt()
    {
        await Inbox.Accept(Site, 1, Update, Cancel);
        await Inbox.Finish(await ClaimOne(), new NextStep.Park(ParkReason.Conflict, "two"), entry: null, Cancel);
        var later = await Inbox.Accept(Site, 2, Update, Cancel);
        await Inbox.Finish(await ClaimOne(), new NextStep.Done(), entry: null, Cancel);

        Assert.Equal(1, await Inbox.Retry(Site, null, null, Cancel));

        Assert.True((await ClaimOne()).Receipt > later);
    }

    [Fact]
    public async Task A_claimed_row_is_not_claimed_again_also_when_more_arrives()
    {
        await Inbox.Accept(Site, 42, Update, Cancel);
        await ClaimOne();
        await Inbox.Accept(Site, 42, Add, Cancel);

        Assert.Empty(await Inbox.Claim(Site, 10, Cancel));
        Assert.Null(await Inbox.NextDue(Site, Cancel));
    }

    [Fact]
    public async Task Concurrent_claims_share_no_row()
    {
        for (var contact = 1; contact <= 50; contact++)
            await Inbox.Accept(Site, contact, Update, Cancel);

        var claims = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => Task.Run(() => Inbox.Claim(Site, 10, Cancel), Cancel))
        );

        Assert.Equal(
            Enumerable.Range(1, 50).Select(c => (long)c),
            claims.SelectMany(c => c).Select(w => w.Contact).Order()
        );
    }

    [Fact]
    [Trait("Spec", "6.1")]
    public async Task Webhooks_come_before_everything_else_and_a_sweep_comes_last()
    {
        foreach (var urgency in new[] { Urgency.Sweep, Urgency.Import, Urgency.CatchUp, Urgency.Webhook })
        {
            await Inbox.Accept(Site, 10 + (int)urgency, Of(urgency), Cancel);
            Pass(TimeSpan.FromSeconds(1));
            await Inbox.Accept(Site, 20 + (int)urgency, Of(urgency), Cancel);
            Pass(TimeSpan.FromSeconds(1));
        }

        var first = await Inbox.Claim(Site, 3, Cancel);
        var rest = await Inbox.Claim(Site, 10, Cancel);

        Assert.Equal([10L, 20, 11], first.Select(work => work.Contact));
        Assert.Equal([21L, 12, 22, 13, 23], rest.Select(work => work.Contact));
        Assert.Equal(Urgency.CatchUp, rest[0].Request.Urgency);
    }

    [Fact]
    [Trait("Spec", "6.1")]
    public async Task What_backs_off_leaves_its_turn_to_the_less_urgent()
    {
        await Inbox.Accept(Site, 1, Update, Cancel);
        await Inbox.Finish(await ClaimOne(), new NextStep.RetryAt(Now.AddMinutes(1), "busy"), null, Cancel);
        await Inbox.Accept(Site, 2, Of(Urgency.Sweep), Cancel);

        Assert.Equal(Now, await Inbox.NextDue(Site, Cancel));
        Assert.Equal([2L], (await Inbox.Claim(Site, 10, Cancel)).Select(work => work.Contact));
        Assert.Equal(Now.AddMinutes(1), await Inbox.NextDue(Site, Cancel));
    }

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task A_request_for_many_contacts_joins_what_waits_and_never_makes_it_less_urgent()
    {
        await Inbox.Accept(Site, 2, new SyncRequest(SyncAction.UpdateTags), Cancel);
        await Inbox.AcceptAll(Site, [1, 2, 3], Of(Urgency.CatchUp), Cancel);
        await Inbox.AcceptAll(Site, [], Of(Urgency.CatchUp), Cancel);
        await Inbox.Accept(Site, 3, Update, Cancel);

        Assert.Equal(1, await Inbox.Waiting(Site, Urgency.CatchUp, Cancel));
        Assert.Equal(2, await Inbox.Waiting(Site, Urgency.Webhook, Cancel));
        Assert.Equal(0, await Inbox.Waiting("other", Urgency.Webhook, Cancel));
        var works = await Inbox.Claim(Site, 10, Cancel);
        Assert.Equal([2L, 3, 1], works.Select(work => work.Contact));
        Assert.All(works, work => Assert.Equal(SyncAction.Update, work.Request.Action));
    }

    [Fact]
    [Trait("Spec", "4.1")]
    public async Task An_import_stays_one_through_claims_and_failures_until_a_webhook_adds_too()
    {
        var import = new SyncRequest(SyncAction.Add, "member", imported: true, urgency: Urgency.Import);
        await Inbox.AcceptAll(Site, [1], import, Cancel);
        var work = await ClaimOne();
        Assert.Equal(import, work.Request);
        await Inbox.Accept(Site, 1, Update, Cancel);
        await Inbox.Finish(work, new NextStep.Wait(Now, "limit"), null, Cancel);
        work = await ClaimOne();
        Assert.Equal(new SyncRequest(SyncAction.Add, "member", imported: true), work.Request);
        await Inbox.Finish(work, new NextStep.Wait(Now, "limit"), null, Cancel);
        await Inbox.Accept(Site, 1, Add, Cancel);
        Assert.Equal(new SyncRequest(SyncAction.Add, "member"), (await ClaimOne()).Request);
    }

    [Fact]
    [Trait("Spec", "5.4")]
    public async Task Only_the_claims_of_that_site_are_taken_back()
    {
        await Inbox.Accept(Site, 1, Update, Cancel);
        await Inbox.Accept("other", 2, Update, Cancel);
        await ClaimOne();
        Assert.Single(await Inbox.Claim("other", 10, Cancel));

        await Inbox.Release(Site, Cancel);

        Assert.Single(await Inbox.Claim(Site, 10, Cancel));
        Assert.Empty(await Inbox.Claim("other", 10, Cancel));
    }

    private static SyncRequest Of(Urgency urgency) => new(SyncAction.Update, urgency: urgency);

    public static TheoryData<SyncAction, string?, bool?, SyncAction, string?, bool?> Pairs()
    {
        SyncAction[] actions = [SyncAction.UpdateTags, SyncAction.Update, SyncAction.Add];
        string?[] roles = [null, "a", "b"];
        bool?[] notifications = [null, false, true];
        var requests = (
            from a in actions
            from r in roles
            from n in notifications
            select new SyncRequest(a, r, n)
        ).Distinct();
        var pairs = new TheoryData<SyncAction, string?, bool?, SyncAction, string?, bool?>();
        foreach (var (one, two) in from one in requests from two in requests select (one, two))
            pairs.Add(one.Action, one.Role, one.SendNotification, two.Action, two.Role, two.SendNotification);
        return pairs;
    }

    [Fact]
    public async Task Requests_for_a_waiting_contact_join_as_the_domain_says()
    {
        var contact = 0;
        foreach (var row in Pairs())
        {
            var (a, r, n, a2, r2, n2) = row.Data;
            var (first, second) = (new SyncRequest(a, r, n), new SyncRequest(a2, r2, n2));
            await Inbox.Accept(Site, ++contact, first, Cancel);
            var receipt = await Inbox.Accept(Site, contact, second, Cancel);

            var work = await ClaimOne();
            Assert.Equal(first.Join(second), work.Request);
            Assert.Equal(receipt, work.Receipt);
        }
    }

    [Fact]
    public async Task A_failed_claim_joins_what_arrived_meanwhile_as_the_domain_says()
    {
        var contact = 0;
        foreach (var row in Pairs())
        {
            var (a, r, n, a2, r2, n2) = row.Data;
            var (first, second) = (new SyncRequest(a, r, n), new SyncRequest(a2, r2, n2));
            await Inbox.Accept(Site, ++contact, first, Cancel);
            var work = await ClaimOne();
            await Inbox.Accept(Site, contact, second, Cancel);
            await Inbox.Finish(work, new NextStep.RetryAt(Now, "busy"), entry: null, Cancel);

            Assert.Equal(first.Join(second), (await ClaimOne()).Request);
        }
    }

    [Fact]
    public async Task Receipts_grow_whatever_the_clock_does()
    {
        var first = await Inbox.Accept(Site, 1, Add, Cancel);
        var second = await Inbox.Accept(Site, 2, Add, Cancel);
        Pass(TimeSpan.FromSeconds(1));
        var third = await Inbox.Accept("other", 1, Add, Cancel);

        Assert.True(first < second && second < third);
    }

    [Fact]
    public async Task Receipts_grow_over_a_restart_also_when_their_rows_are_gone()
    {
        long last = 0;
        for (var i = 0; i < 5; i++)
            last = await Inbox.Accept(Site, 1, Add, Cancel);
        await Inbox.Finish(await ClaimOne(), new NextStep.Done(), entry: null, Cancel);
        await Store.Reopen();

        Assert.True(await Inbox.Accept(Site, 1, Add, Cancel) > last);
    }

    [Fact]
    public async Task Done_removes_the_row()
    {
        await Inbox.Accept(Site, 42, Add, Cancel);
        await Inbox.Finish(await ClaimOne(), new NextStep.Done(), entry: null, Cancel);

        Assert.Empty(await Inbox.Rows(Site, 10, Cancel));
        Assert.Equal(new InboxDepth(0, 0, 0, null), await Inbox.Depth(Site, Cancel));
    }

    [Fact]
    public async Task Done_drops_only_what_was_claimed_and_the_rest_starts_afresh()
    {
        await Inbox.Accept(Site, 42, Add, Cancel);
        await Inbox.Finish(await ClaimOne(), new NextStep.RetryAt(Now, "busy"), entry: null, Cancel);
        var second = await ClaimOne();
        var receipt = await Inbox.Accept(Site, 42, Tags, Cancel);
        Pass(TimeSpan.FromSeconds(5));
        await Inbox.Finish(second, new NextStep.Done(), entry: null, Cancel);

        Assert.Equal(Now, await Inbox.NextDue(Site, Cancel));
        Assert.Equal(new ClaimedWork(Site, 42, Tags, receipt, 1, null), await ClaimOne());
    }
}
