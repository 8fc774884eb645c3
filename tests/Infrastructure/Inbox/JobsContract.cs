using CleanSync.Application.Ports;

namespace CleanSync.Infrastructure.Tests.Inbox;

/// <summary>What every store's runs through many contacts do (SPEC 6.1, 6.2).</summary>
[Trait("Spec", "6.2")]
public abstract class JobsContract : StoreContract
{
    private Job Import =>
        new(Site, JobKind.Import, Now)
        {
            Tag = "gold member",
            List = "1",
            Role = "member",
            SendNotification = true,
        };

    [Fact]
    public async Task A_run_is_found_as_it_was_started_after_a_restart()
    {
        Assert.Null(await Jobs.Find(Site, JobKind.Import, Cancel));
        Assert.True(await Jobs.Start(Import, Cancel));
        await Store.Reopen();
        Assert.Equal(Import, await Jobs.Find(Site, JobKind.Import, Cancel));
        Assert.Null(await Jobs.Find(Site, JobKind.Sweep, Cancel));
        Assert.Null(await Jobs.Find("other", JobKind.Import, Cancel));
    }

    [Fact]
    public async Task One_of_a_kind_runs_at_a_time()
    {
        Assert.True(await Jobs.Start(Import, Cancel));
        Assert.False(await Jobs.Start(Import with { Started = Now.AddSeconds(1), Tag = "other" }, Cancel));
        Assert.Equal("gold member", (await Jobs.Find(Site, JobKind.Import, Cancel))!.Tag);
        Assert.True(await Jobs.Start(new Job(Site, JobKind.Sweep, Now), Cancel));
    }

    [Fact]
    public async Task It_goes_on_where_it_was()
    {
        await Jobs.Start(Import, Cancel);
        var further = Import with { After = 300, Seen = 250, Total = 1_000 };
        Assert.True(await Jobs.Save(further, Cancel));
        await Store.Reopen();
        Assert.Equal(further, await Jobs.Find(Site, JobKind.Import, Cancel));
    }

    [Theory]
    [InlineData(JobState.Done)]
    [InlineData(JobState.Failed)]
    public async Task An_ended_run_makes_room_for_the_next(JobState state)
    {
        await Jobs.Start(Import, Cancel);
        var ended = Import with { State = state, Ended = Now.AddMinutes(1), Reason = "there is no such tag" };
        Assert.True(await Jobs.Save(ended, Cancel));
        Assert.Equal(ended, await Jobs.Find(Site, JobKind.Import, Cancel));
        Assert.False(await Jobs.Save(ended with { Seen = 3 }, Cancel));
        Assert.False(await Jobs.Cancel(Site, JobKind.Import, Cancel));
        var next = new Job(Site, JobKind.Import, Now.AddMinutes(2));
        Assert.True(await Jobs.Start(next, Cancel));
        Assert.Equal(next, await Jobs.Find(Site, JobKind.Import, Cancel));
    }

    [Fact]
    public async Task A_cancelled_run_is_told_so_when_it_saves()
    {
        await Jobs.Start(Import, Cancel);
        Assert.True(await Jobs.Cancel(Site, JobKind.Import, Cancel));
        Assert.False(await Jobs.Save(Import with { After = 100 }, Cancel));
        var cancelled = await Jobs.Find(Site, JobKind.Import, Cancel);
        Assert.Equal(Import with { State = JobState.Cancelled, Ended = Now }, cancelled);
    }

    [Fact]
    public async Task A_run_that_another_replaced_saves_nothing()
    {
        await Jobs.Start(Import, Cancel);
        await Jobs.Cancel(Site, JobKind.Import, Cancel);
        await Jobs.Start(Import with { Started = Now.AddTicks(1) }, Cancel);
        Assert.False(await Jobs.Save(Import with { After = 100 }, Cancel));
        Assert.Equal(0, (await Jobs.Find(Site, JobKind.Import, Cancel))!.After);
    }
}
