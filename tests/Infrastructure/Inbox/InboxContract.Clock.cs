using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Tests.Inbox;

/// <summary>What a clock that is set back or forward does to an inbox: nothing. Nodes that share one have clocks that differ, too.</summary>
public abstract partial class InboxContract
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task What_waits_when_the_clock_is_set_is_due_all_the_same_and_receipts_grow(int hours)
    {
        var first = await Inbox.Accept(Site, 1, Add, Cancel);
        await Inbox.Accept(Site, 2, Of(Urgency.Sweep), Cancel);
        Pass(TimeSpan.FromSeconds(1));
        await Inbox.Accept(Site, 1, Update, Cancel);
        await Inbox.Finish(await ClaimOne(), new NextStep.Wait(Now, "paused"), entry: null, Cancel);

        Set(hours * Hour);
        var second = await Inbox.Accept(Site, 3, Update, Cancel);

        Assert.Equal([1L, 2, 3], (await Inbox.Claim(Site, 10, Cancel)).Select(work => work.Contact).Order());
        Assert.True(second > first);
    }

    [Fact]
    public async Task What_waits_when_the_clock_is_set_back_is_due_after_a_restart_too()
    {
        await Inbox.Accept(Site, 1, Add, Cancel);
        await Inbox.Accept(Site, 2, Add, Cancel);
        await ClaimOne();
        Set(-Hour);
        await Store.Reopen();
        await Inbox.Release(Site, Cancel);

        Assert.Equal([1L, 2], (await Inbox.Claim(Site, 10, Cancel)).Select(work => work.Contact).Order());
    }

    [Fact]
    public async Task A_back_off_is_never_longer_by_what_the_clock_is_set_back()
    {
        await Inbox.Accept(Site, 1, Add, Cancel);
        await Inbox.Finish(await ClaimOne(), new NextStep.RetryAt(Now.AddSeconds(20), "busy"), entry: null, Cancel);
        Set(-Hour);
        var again = await ClaimOne();
        Assert.Equal(2, again.Attempt);

        // What it waits by the new clock it waits.
        await Inbox.Finish(again, new NextStep.RetryAt(Now.AddSeconds(20), "busy"), entry: null, Cancel);
        Assert.Empty(await Inbox.Claim(Site, 10, Cancel));
        Pass(TimeSpan.FromSeconds(20));
        await ClaimOne();
    }

    [Theory]
    [InlineData(Urgency.Webhook)]
    [InlineData(Urgency.Sweep)]
    public async Task A_back_off_of_a_clock_that_was_ahead_ends(Urgency urgency)
    {
        await Inbox.Accept(Site, 1, Of(urgency), Cancel);
        Set(TimeSpan.FromDays(365));
        var work = await ClaimOne();
        await Inbox.Finish(work, new NextStep.RetryAt(Now.AddSeconds(5), "busy"), entry: null, Cancel);
        Set(TimeSpan.FromDays(-365));

        Assert.Equal(2, (await ClaimOne()).Attempt);
    }

    [Fact]
    public async Task What_arrived_during_work_that_ended_while_the_clock_was_ahead_is_due()
    {
        await Inbox.Accept(Site, 1, Add, Cancel);
        var work = await ClaimOne();
        await Inbox.Accept(Site, 1, Add, Cancel);
        Set(TimeSpan.FromDays(365));
        await Inbox.Finish(work, new NextStep.Done(), entry: null, Cancel);
        Set(TimeSpan.FromDays(-365));

        await ClaimOne();
    }

    [Fact]
    public async Task What_arrived_during_the_work_is_due_when_the_clock_is_set_back()
    {
        await Inbox.Accept(Site, 1, Add, Cancel);
        var work = await ClaimOne();
        await Inbox.Accept(Site, 1, Tags, Cancel);
        await Inbox.Finish(work, new NextStep.Done(), entry: null, Cancel);
        Set(-Hour);
        Assert.Equal(Tags, (await ClaimOne()).Request);
    }

    [Fact]
    public async Task Who_need_not_wait_keeps_his_place_also_when_the_clock_is_set_back()
    {
        await Inbox.Accept(Site, 1, Add, Cancel);
        Pass(2 * Hour);
        await Inbox.Accept(Site, 2, Add, Cancel);
        await Inbox.Finish(await ClaimOne(), new NextStep.Wait(Now, "paused"), entry: null, Cancel);
        Set(-Hour);
        Assert.Equal(1, (await ClaimOne()).Contact);
    }

    [Fact]
    public async Task More_than_a_claim_takes_is_due_when_the_clock_is_set_back()
    {
        await Inbox.AcceptAll(Site, [.. Enumerable.Range(1, 25).Select(contact => (long)contact)], Add, Cancel);
        Set(-Hour);
        var claimed = new List<long>();
        for (var round = 0; round < 3; round++)
            claimed.AddRange((await Inbox.Claim(Site, 10, Cancel)).Select(work => work.Contact));
        Assert.Equal(Enumerable.Range(1, 25).Select(contact => (long)contact), claimed.Order());
    }

    [Fact]
    [Trait("Spec", "5.3")]
    public async Task Whoever_was_parked_is_tried_again_also_when_the_clock_is_set_back()
    {
        await Park(1, ParkReason.Conflict);
        await Park(2, ParkReason.NoEmail);
        Set(-Hour);

        Assert.Equal(1, await Inbox.Retry(Site, contact: null, ParkReason.NoEmail, Cancel));
        Assert.Equal(1, await Inbox.Retry(Site, contact: 1, reason: null, Cancel));
        Assert.Equal([1L, 2], (await Inbox.Claim(Site, 10, Cancel)).Select(work => work.Contact).Order());
    }

    // The wall clock alone: timers and time stamps go on as they were.
    private void Set(TimeSpan by) => Store.Time.AdjustTime(Now + by);
}
