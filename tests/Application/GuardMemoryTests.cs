using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Tests;

/// <summary>What the guard remembers over days, restarts, and what people decided.</summary>
[Trait("Spec", "2.7")]
public sealed class GuardMemoryTests : CrowdTests
{
    [Fact]
    public async Task Gone_contacts_of_the_past_do_not_pause_the_site_at_each_sweep()
    {
        var process = Users(100, _ => ["gold"]);
        // One contact is deleted each week: each is worked, none is too many.
        for (var i = 0L; i < 25; i++)
        {
            _world.Contacts.All.Remove(First + i);
            await Work(process, First + i, 1);
            _world.Time.Advance(TimeSpan.FromDays(7));
        }
        Assert.Null(Pause);
        await SweepAll(process);
        Assert.Null(Pause);
    }

    [Fact]
    public async Task Gone_contacts_that_were_let_through_do_not_pause_the_site_again_the_next_day()
    {
        var process = Users(100, _ => ["gold"]);
        for (var i = 0L; i < 25; i++)
            _world.Contacts.All.Remove(First + i);
        await SweepAll(process);
        Assert.Equal(Losses.ContactGone, Pause!.Stopped);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await process.Send(new ResumeSite("shop", LetThrough: true));
        await process.Pump.RunOnce("shop", default);
        Assert.Null(Pause);

        _world.Time.Advance(TimeSpan.FromDays(1));
        await SweepAll(process);
        Assert.Null(Pause);
    }

    [Fact]
    public async Task What_was_discarded_is_not_carried_out_by_the_next_catch_up_although_nothing_changed()
    {
        var process = Users(30, _ => ["gold"]);
        await process.Send(new CatchUp("shop"));
        _world.Time.Advance(TimeSpan.FromMinutes(10));
        Empty(30);
        await Work(process, First, 30);
        Assert.Equal((Losses.TagsEmptied, 20), (Pause!.Stopped, Emptied()));
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await process.Send(new ResumeSite("shop", LetThrough: false));
        await process.Pump.RunOnce("shop", default);
        Assert.Equal(10, _world.Store.Entries.Count(entry => entry.Outcome == "skipped(discarded)"));

        _world.Time.Advance(TimeSpan.FromMinutes(5));
        await process.Send(new CatchUp("shop"));
        await process.Pump.RunOnce("shop", default);

        Assert.Equal(20, Emptied());
    }

    [Fact]
    public async Task Each_discard_costs_nobody_his_tags()
    {
        var process = Users(100, _ => ["gold"]);
        await process.Send(new CatchUp("shop"));
        _world.Time.Advance(TimeSpan.FromMinutes(10));
        Empty(100);
        await Work(process, First, 100);
        var emptied = new List<int> { Emptied() };
        for (var again = 0; again < 3; again++)
        {
            _world.Time.Advance(TimeSpan.FromSeconds(1));
            await process.Send(new ResumeSite("shop", LetThrough: false));
            while (Pause is null && await process.Pump.RunOnce("shop", default) > 0) { }
            _world.Time.Advance(TimeSpan.FromMinutes(15));
            await process.Send(new CatchUp("shop"));
            while (Pause is null && await process.Pump.RunOnce("shop", default) > 0) { }
            emptied.Add(Emptied());
        }
        Assert.Equal([20, 20, 20, 20], emptied);
    }

    [Fact]
    public async Task What_waits_and_was_let_through_is_carried_out_also_when_the_catch_up_comes_along_before()
    {
        var process = Users(60, _ => ["gold"]);
        await process.Send(new CatchUp("shop"));
        _world.Time.Advance(TimeSpan.FromMinutes(10));
        Empty(60);
        await Work(process, First, 60);
        Assert.Equal((Losses.TagsEmptied, 20), (Pause!.Stopped, Emptied()));
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await process.Send(new ResumeSite("shop", LetThrough: true));

        // Nothing changed since.
        await process.Send(new CatchUp("shop"));
        await process.Pump.RunOnce("shop", default);

        Assert.Null(Pause);
        Assert.Equal(60, Emptied());
    }

    [Fact]
    public async Task All_later_ones_of_the_kind_wait_also_when_the_share_falls_within_the_batch()
    {
        var process = Users(179, i => i is >= 79 and < 100 or >= 150 ? [] : ["gold"]);
        await Work(process, First, 79);
        Assert.Null(Pause);
        await Accept(First + 79, 100);
        _world.Store.AfterFind = async entry =>
        {
            var i = entry.Contact - First;
            // Those that lose nothing come after the one that crosses, the others that lose after those.
            while (i is >= 100 and < 150 && Pause is null)
                await Task.Delay(1);
            while (i >= 150 && _world.Store.Entries.Count < 79 + 20 + 50)
                await Task.Delay(1);
        };
        await process.Pump.RunOnce("shop", default);

        Assert.Equal(Losses.TagsEmptied, Pause!.Stopped);
        Assert.Equal(20, Emptied());
    }

    [Fact]
    public async Task Direct_commands_wait_as_long_as_the_guard_has_stopped_the_site()
    {
        var process = Users(30, _ => []);
        await Work(process, First, 30);
        Assert.Equal((Losses.TagsEmptied, 20), (Pause!.Stopped, Emptied()));
        _world.Time.Advance(TimeSpan.FromMinutes(61));
        for (var i = 20; i < 30; i++)
            try
            {
                await process.Send(new UpdateUser("shop", First + i));
            }
            catch (SitePausedException)
            {
                // As it should be.
            }
        Assert.Equal(20, Emptied());
    }

    [Fact]
    public async Task What_direct_commands_took_is_counted_also_after_a_restart()
    {
        var process = Users(40, _ => []);
        for (var i = 0; i < 20; i++)
            await process.Send(new UpdateUser("shop", First + i));
        await Work(_world.Start(), First + 20, 20);
        Assert.Equal(Losses.TagsEmptied, Pause?.Stopped);
        Assert.Equal(20, Emptied());
    }

    [Fact]
    public async Task What_was_taken_before_the_process_died_is_counted()
    {
        var process = Users(40, _ => []);
        await Accept(First, 20);
        for (var i = 0; i < 1000; i++)
            _world.Store.FinishFaults.Enqueue(new IOException("disk full"));
        _ = process.Pump.RunOnce("shop", default);
        while (Emptied() < 20 || _world.Store.FinishFaults.Count > 980)
            await Task.Delay(1);
        // Killed here: nothing is finished.
        _world.Store.FinishFaults.Clear();
        var another = _world.Start();
        await _world.Store.Release("shop", default);
        await another.Pump.RunOnce("shop", default);
        await Work(another, First + 20, 20);
        Assert.Equal(20, Emptied());
    }

    [Fact]
    public async Task An_old_verdict_does_not_let_parked_contacts_past_the_guard_weeks_later()
    {
        var process = Users(70, i => i < 30 ? [] : ["gold"]);
        await Accept(First + 30, 40);
        for (var i = 0; i < 40; i++)
            _world.Contacts.Faults.Enqueue(new PermanentException("activecampaign: HTTP 422"));
        await process.Pump.RunOnce("shop", default);
        await Work(process, First, 30);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await process.Send(new ResumeSite("shop", LetThrough: true));
        await process.Pump.RunOnce("shop", default);
        Assert.Equal(30, Emptied());

        // Three weeks later the account is broken: nobody has a tag.
        _world.Time.Advance(TimeSpan.FromDays(21));
        Empty(70);
        Assert.Equal(40, await process.Send(new RetryParked("shop")));
        await process.Pump.RunOnce("shop", default);

        Assert.Equal(Losses.TagsEmptied, Pause?.Stopped);
        Assert.Equal(50, Emptied());
    }

    [Fact]
    public async Task An_old_verdict_does_not_discard_what_a_person_retries_weeks_later()
    {
        var process = Users(31, i => i < 30 ? [] : ["gold"]);
        await Accept(First + 30, 1);
        _world.Contacts.Faults.Enqueue(new PermanentException("activecampaign: HTTP 422"));
        await process.Pump.RunOnce("shop", default);
        await Work(process, First, 30);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await process.Send(new ResumeSite("shop", LetThrough: false));
        await process.Pump.RunOnce("shop", default);

        _world.Time.Advance(TimeSpan.FromDays(21));
        Empty(31);
        await process.Send(new RetryParked("shop", First + 30));
        await process.Pump.RunOnce("shop", default);
        Assert.Equal("updated", _world.Store.Entries[^1].Outcome);
    }

    [Fact]
    public async Task A_site_that_was_let_through_is_guarded_as_closely_as_before()
    {
        var process = Users(700, _ => []);
        await Work(process, First, 100);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await Accept(First + 100, 400);
        await process.Send(new ResumeSite("shop", LetThrough: true));
        while (await process.Pump.RunOnce("shop", default) > 0) { }
        Assert.Null(Pause);
        Assert.Equal(500, Emptied());
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await Work(process, First + 500, 200);
        Assert.Equal(520, Emptied());
    }

    [Fact]
    public async Task What_was_lost_before_a_verdict_is_not_counted_after_it_because_the_process_was_restarted()
    {
        var process = Users(31, i => i < 30 ? [] : ["gold"]);
        await Work(process, First, 30);
        Assert.Equal(20, Emptied());
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await process.Send(new ResumeSite("shop", LetThrough: true));
        await process.Pump.RunOnce("shop", default);
        Assert.Equal(30, Emptied());
        // A few minutes later each of them has another webhook: nothing differs.
        _world.Time.Advance(TimeSpan.FromMinutes(5));
        await Work(process, First, 30);

        var another = _world.Start();
        Empty(31);
        await Work(another, First + 30, 1);
        Assert.Null(Pause);
    }

    [Fact]
    public async Task What_was_lost_more_than_an_hour_ago_is_not_counted_because_the_process_was_restarted()
    {
        var process = Users(21, i => i < 20 ? [] : ["gold"]);
        await Work(process, First, 20);
        _world.Time.Advance(TimeSpan.FromMinutes(50));
        await Work(process, First, 20);

        var another = _world.Start();
        await Work(another, First + 20, 1);
        _world.Time.Advance(TimeSpan.FromMinutes(30));
        Empty(21);
        await Work(another, First + 20, 1);
        Assert.Null(Pause);
    }

    [Fact]
    public async Task A_pause_names_every_kind_that_is_stopped()
    {
        var process = Users(60, i => i < 30 ? [] : ["gold"]);
        for (var i = 30L; i < 60; i++)
            _world.Contacts.All[First + i] = _world.Contacts.All[First + i] with { Email = $"new{i}@example.test" };
        await Work(process, First, 60);
        Assert.Equal(Losses.TagsEmptied | Losses.EmailChanged, Pause!.Stopped);
        Assert.Contains("tags emptied", Pause.Why, StringComparison.Ordinal);
        Assert.Contains("email changed", Pause.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_guard_says_so_also_when_a_person_had_paused_the_site_already()
    {
        var process = Users(30, _ => []);
        await process.Send(new PauseSite("shop", "moving the site"));
        await Work(process, First, 30);
        Assert.Contains("guard", Pause!.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_persons_own_words_are_not_shown_in_health_and_the_guard_says_so()
    {
        var process = Users(30, _ => []);
        await process.Send(new PauseSite("shop", "Ann Lee complained"));
        // The batch under way.
        await Work(process, First, 30);
        Assert.Equal(Losses.TagsEmptied, Pause!.Stopped);
        process.States.Paused("shop", Pause, _world.Time.GetUtcNow());
        Assert.DoesNotContain("Ann", process.States.Of("shop").WhyWaiting!, StringComparison.Ordinal);
    }

    private void Empty(int number)
    {
        for (var i = 0; i < number; i++)
            _world.Contacts.All[First + i] = _world.Contacts.All[First + i] with
            {
                Tags = new HashSet<string>(),
                UpdatedAt = _world.Time.GetUtcNow(),
            };
    }

    private async Task SweepAll(World.Process process)
    {
        Assert.NotNull(await process.Send(new StartSweep("shop")));
        while (
            Pause is null
            && (
                await process.Send(new AdvanceJob("shop", JobKind.Sweep))
                || await process.Pump.RunOnce("shop", default) > 0
                || (await Sweep()).State == JobState.Running
            )
        ) { }
        while ((await Sweep()).State == JobState.Running)
            await process.Send(new AdvanceJob("shop", JobKind.Sweep));
    }
}
