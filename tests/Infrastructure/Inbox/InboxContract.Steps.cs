using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Tests.Inbox;

/// <summary>What becomes of a claimed row, and in which order rows are worked.</summary>
public abstract partial class InboxContract
{
    [Fact]
    public async Task A_retry_waits_for_its_time_and_counts_attempts()
    {
        await Inbox.Accept(Site, 42, Add, Cancel);
        var failed = Now;
        await Inbox.Finish(await ClaimOne(), new NextStep.RetryAt(Now.AddMinutes(1), "busy"), entry: null, Cancel);

        Assert.Empty(await Inbox.Claim(Site, 10, Cancel));
        Assert.Equal(Now.AddMinutes(1), await Inbox.NextDue(Site, Cancel));
        Pass(TimeSpan.FromMinutes(1));
        var second = await ClaimOne();
        Assert.Equal((2, failed), (second.Attempt, second.FailingSince));
        await Inbox.Finish(second, new NextStep.RetryAt(Now, "busy"), entry: null, Cancel);
        var third = await ClaimOne();
        Assert.Equal((3, failed), (third.Attempt, third.FailingSince));
    }

    [Fact]
    public async Task A_retry_is_never_early_by_a_fraction_of_a_millisecond()
    {
        await Inbox.Accept(Site, 42, Add, Cancel);
        var when = Now.AddTicks(1);
        await Inbox.Finish(await ClaimOne(), new NextStep.RetryAt(when, "busy"), entry: null, Cancel);

        Assert.True(await Inbox.NextDue(Site, Cancel) >= when);
        Assert.Empty(await Inbox.Claim(Site, 10, Cancel));
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task Waiting_spends_no_attempt_and_is_no_failure()
    {
        await Inbox.Accept(Site, 42, Add, Cancel);
        await Inbox.Finish(await ClaimOne(), new NextStep.Wait(Now.AddMinutes(1), "rate limit"), entry: null, Cancel);
        Assert.Empty(await Inbox.Claim(Site, 10, Cancel));

        Pass(TimeSpan.FromMinutes(1));
        var work = await ClaimOne();

        Assert.Equal((1, null), (work.Attempt, work.FailingSince));
    }

    [Fact]
    public async Task A_new_request_does_not_shorten_a_back_off()
    {
        await Inbox.Accept(Site, 42, Update, Cancel);
        await Inbox.Finish(await ClaimOne(), new NextStep.RetryAt(Now.AddMinutes(1), "busy"), entry: null, Cancel);
        var receipt = await Inbox.Accept(Site, 42, Add, Cancel);

        Assert.Empty(await Inbox.Claim(Site, 10, Cancel));
        Pass(TimeSpan.FromMinutes(1));
        var work = await ClaimOne();
        Assert.Equal((Add, receipt, 2), (work.Request, work.Receipt, work.Attempt));
    }

    [Fact]
    [Trait("Spec", "5.3")]
    public async Task A_parked_row_waits_for_a_person()
    {
        await Park(42, ParkReason.NoEmail);
        Pass(TimeSpan.FromDays(100));

        Assert.Empty(await Inbox.Claim(Site, 10, Cancel));
        Assert.Null(await Inbox.NextDue(Site, Cancel));
        Assert.Equal(new InboxDepth(0, 0, 1, null), await Inbox.Depth(Site, Cancel));
        var row = Assert.Single(await Inbox.Rows(Site, 10, Cancel));
        Assert.Equal((ParkReason.NoEmail, "detail", 1), (row.Parked, row.Reason, row.Attempts));
    }

    [Fact]
    [Trait("Spec", "5.3")]
    public async Task A_new_request_revives_a_parked_row_with_fresh_attempts()
    {
        await Inbox.Accept(Site, 42, new SyncRequest(SyncAction.Add, "gold"), Cancel);
        await Inbox.Finish(await ClaimOne(), new NextStep.RetryAt(Now, "busy"), entry: null, Cancel);
        await Inbox.Finish(await ClaimOne(), new NextStep.Park(ParkReason.GaveUp, "detail"), entry: null, Cancel);
        Pass(TimeSpan.FromHours(1));
        var receipt = await Inbox.Accept(Site, 42, Tags, Cancel);

        Assert.Equal(Now, await Inbox.NextDue(Site, Cancel));
        Assert.Equal(
            new ClaimedWork(Site, 42, new SyncRequest(SyncAction.Add, "gold"), receipt, 1, null),
            await ClaimOne()
        );
    }

    [Fact]
    public async Task What_arrived_meanwhile_keeps_a_row_from_being_parked()
    {
        await Inbox.Accept(Site, 42, Add, Cancel);
        await Inbox.Finish(await ClaimOne(), new NextStep.RetryAt(Now, "busy"), entry: null, Cancel);
        var work = await ClaimOne();
        var receipt = await Inbox.Accept(Site, 42, Tags, Cancel);
        Pass(TimeSpan.FromSeconds(1));
        await Inbox.Finish(work, new NextStep.Park(ParkReason.Conflict, "detail"), entry: null, Cancel);

        Assert.Equal(new InboxDepth(1, 0, 0, Now.AddSeconds(-1)), await Inbox.Depth(Site, Cancel));
        Assert.Equal(new ClaimedWork(Site, 42, Add, receipt, 1, null), await ClaimOne());
    }

    [Fact]
    [Trait("Spec", "5.3")]
    public async Task Parked_rows_are_retried_singly_by_reason_or_all()
    {
        await Park(1, ParkReason.NoEmail);
        await Park(2, ParkReason.Conflict);
        await Park(3, ParkReason.Conflict);
        await Park(4, ParkReason.GaveUp);
        await Inbox.Accept(Site, 5, Add, Cancel);
        await Inbox.Finish(await ClaimOne(), new NextStep.RetryAt(Now.AddHours(1), "busy"), entry: null, Cancel);

        Assert.Equal(0, await Inbox.Retry(Site, 5, null, Cancel));
        Assert.Equal(0, await Inbox.Retry("other", null, null, Cancel));
        Assert.Equal(0, await Inbox.Retry(Site, 1, ParkReason.Conflict, Cancel));
        Assert.Equal(1, await Inbox.Retry(Site, 2, null, Cancel));
        Assert.Equal(1, await Inbox.Retry(Site, null, ParkReason.Conflict, Cancel));
        Assert.Equal(2, await Inbox.Retry(Site, null, null, Cancel));
        var works = await Inbox.Claim(Site, 10, Cancel);
        Assert.Equal([1L, 2L, 3L, 4L], works.Select(w => w.Contact).Order());
        Assert.All(works, work => Assert.Equal((1, null), (work.Attempt, work.FailingSince)));
    }

    [Fact]
    public async Task Those_due_longest_come_first()
    {
        foreach (var contact in new[] { 30L, 10, 20 })
        {
            await Inbox.Accept(Site, contact, Update, Cancel);
            Pass(TimeSpan.FromSeconds(1));
        }
        await Inbox.Accept(Site, 20, Add, Cancel);

        Assert.Equal([30L, 10], (await Inbox.Claim(Site, 2, Cancel)).Select(w => w.Contact));
        Assert.Equal([20L], (await Inbox.Claim(Site, 2, Cancel)).Select(w => w.Contact));
    }

    [Fact]
    public async Task A_contact_that_keeps_asking_does_not_starve_others()
    {
        var served = new List<long>();
        await Inbox.Accept(Site, 1, Update, Cancel);
        await Inbox.Accept(Site, 2, Update, Cancel);
        for (var i = 0; i < 4; i++)
        {
            Pass(TimeSpan.FromSeconds(1));
            var work = await ClaimOne();
            served.Add(work.Contact);
            await Inbox.Accept(Site, work.Contact, Update, Cancel);
            await Inbox.Finish(work, new NextStep.Done(), entry: null, Cancel);
        }

        Assert.Equal([1L, 2, 1, 2], served);
    }

    [Fact]
    public async Task Sites_do_not_touch_each_other()
    {
        await Inbox.Accept(Site, 42, Add, Cancel);
        await Inbox.Accept("other", 42, Tags, Cancel);

        var other = Assert.Single(await Inbox.Claim("other", 10, Cancel));
        await Inbox.Finish(other, new NextStep.Park(ParkReason.Refused, "detail"), entry: null, Cancel);

        Assert.Equal(Tags, other.Request);
        Assert.Equal(new InboxDepth(1, 0, 0, Now), await Inbox.Depth(Site, Cancel));
        Assert.Equal(new InboxDepth(0, 0, 1, null), await Inbox.Depth("other", Cancel));
        Assert.Equal(Add, (await ClaimOne()).Request);
    }

    [Fact]
    public async Task A_dead_process_loses_nothing_and_its_claims_are_released_with_their_attempts_spent()
    {
        await Inbox.Accept(Site, 1, new SyncRequest(SyncAction.Add, "gold", true), Cancel);
        await ClaimOne();
        var late = await Inbox.Accept(Site, 1, new SyncRequest(SyncAction.Update, "silver"), Cancel);
        await Inbox.Accept(Site, 2, Tags, Cancel);
        await Store.Reopen();
        Assert.Equal(new InboxDepth(1, 1, 0, Now), await Inbox.Depth(Site, Cancel));

        Pass(TimeSpan.FromSeconds(1));
        await Inbox.Release(Site, Cancel);

        var works = await Inbox.Claim(Site, 10, Cancel);
        Assert.Equal([2L, 1L], works.Select(w => w.Contact));
        Assert.Equal(
            new ClaimedWork(Site, 1, new SyncRequest(SyncAction.Add, "silver", true), late, 2, null),
            works[1]
        );
    }

    [Fact]
    public async Task Release_leaves_waiting_and_parked_rows_alone()
    {
        await Park(1, ParkReason.NoEmail);
        await Inbox.Accept(Site, 2, Add, Cancel);
        await Inbox.Finish(await ClaimOne(), new NextStep.RetryAt(Now.AddHours(1), "busy"), entry: null, Cancel);
        var before = await Inbox.Rows(Site, 10, Cancel);
        await Store.Reopen();
        await Inbox.Release(Site, Cancel);

        Assert.Equal(before, await Inbox.Rows(Site, 10, Cancel));
    }

    [Fact]
    public async Task Finishing_a_claim_again_changes_nothing()
    {
        await Inbox.Accept(Site, 1, Add, Cancel);
        var work = await ClaimOne();
        await Inbox.Finish(work, new NextStep.RetryAt(Now, "busy"), entry: null, Cancel);
        await Inbox.Finish(work, new NextStep.Done(), entry: null, Cancel);

        Assert.Equal(new InboxDepth(1, 0, 0, Now), await Inbox.Depth(Site, Cancel));
    }

    [Fact]
    public async Task A_cancelled_accept_is_not_stored()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Inbox.Accept(Site, 1, Add, new CancellationToken(canceled: true))
        );

        Assert.Empty(await Inbox.Rows(Site, 10, Cancel));
    }

    [Fact]
    [Trait("Spec", "5.5")]
    public async Task Depth_tells_what_waits_and_since_when()
    {
        var first = Now;
        await Inbox.Accept(Site, 1, Add, Cancel);
        Pass(TimeSpan.FromSeconds(1));
        await Inbox.Accept(Site, 1, Add, Cancel);
        await Inbox.Accept(Site, 2, Add, Cancel);
        Assert.Equal(new InboxDepth(2, 0, 0, first), await Inbox.Depth(Site, Cancel));

        var work = await ClaimOne();
        Assert.Equal(new InboxDepth(1, 1, 0, first.AddSeconds(1)), await Inbox.Depth(Site, Cancel));
        await Inbox.Finish(work, new NextStep.RetryAt(Now.AddHours(1), "busy"), entry: null, Cancel);
        Assert.Equal(new InboxDepth(2, 0, 0, first), await Inbox.Depth(Site, Cancel));
        Assert.Equal(new InboxDepth(0, 0, 0, null), await Inbox.Depth("nobody", Cancel));
    }

    [Fact]
    public async Task Rows_show_parked_ones_first_then_by_due_time_with_all_that_joined()
    {
        await Park(9, ParkReason.Conflict);
        await Inbox.Accept(Site, 1, Tags, Cancel);
        await ClaimOne();
        await Inbox.Accept(Site, 1, new SyncRequest(SyncAction.Update, "gold"), Cancel);
        var second = Now.AddSeconds(1);
        Pass(TimeSpan.FromSeconds(1));
        await Inbox.Accept(Site, 2, Add, Cancel);
        await Inbox.Accept(Site, 2, Add, Cancel);
        await Inbox.Accept(Site, 2, Add, Cancel);

        Assert.Equal(
            [
                new InboxRow(9, Add, false, second.AddSeconds(-1), 1, ParkReason.Conflict, "detail", 1),
                new InboxRow(
                    1,
                    new SyncRequest(SyncAction.Update, "gold"),
                    true,
                    second.AddSeconds(-1),
                    1,
                    null,
                    "",
                    2
                ),
                new InboxRow(2, Add, false, second, 0, null, "", 3),
            ],
            await Inbox.Rows(Site, 10, Cancel)
        );
        Assert.Equal([9L, 1L], (await Inbox.Rows(Site, 2, Cancel)).Select(r => r.Contact));
    }

    protected async Task<ClaimedWork> ClaimOne() => Assert.Single(await Inbox.Claim(Site, 1, Cancel));

    private async Task Park(long contact, ParkReason reason)
    {
        await Inbox.Accept(Site, contact, Add, Cancel);
        await Inbox.Finish(await ClaimOne(), new NextStep.Park(reason, "detail"), entry: null, Cancel);
    }
}
