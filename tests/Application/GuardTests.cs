using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Tests;

/// <summary>SPEC 2.7: what too many users would lose at once waits for a person.</summary>
[Trait("Spec", "2.7")]
public sealed class GuardTests : CrowdTests
{
    [Fact]
    public async Task Twenty_users_may_lose_their_tags_and_the_next_pauses_the_site()
    {
        var process = Users(30, tagsOf: _ => []);
        await Work(process, First, 20);
        Assert.Null((await Record()).Pause);

        await Work(process, First + 20, 10);

        var pause = (await Record()).Pause;
        Assert.Equal(Losses.TagsEmptied, pause!.Stopped);
        Assert.Contains("guard", pause.Why, StringComparison.Ordinal);
        Assert.Empty(pause.Because);
        Assert.Equal(20, Emptied());
        Assert.Equal(20, _world.Store.Entries.Count);
        var waiting = _world.Store.RowOf(First + 25)!;
        Assert.Equal((0, null), (waiting.Attempts, waiting.Parked));
    }

    [Fact]
    public async Task A_fifth_of_those_who_are_planned_may_lose_their_tags_however_many_they_are()
    {
        // 120 planned, 24 of them losing: both bounds must be passed.
        var process = Users(121, tagsOf: i => i < 96 ? ["gold"] : []);
        await Work(process, First, 120);
        Assert.Null((await Record()).Pause);
        Assert.Equal(24, Emptied());

        await Work(process, First + 120, 1);
        Assert.Equal(Losses.TagsEmptied, (await Record()).Pause!.Stopped);
        Assert.Equal(24, Emptied());
    }

    [Fact]
    public async Task Only_the_last_hour_counts()
    {
        var process = Users(40, tagsOf: _ => []);
        await Work(process, First, 20);
        _world.Time.Advance(TimeSpan.FromMinutes(61));
        await Work(process, First + 20, 20);
        Assert.Null((await Record()).Pause);
        Assert.Equal(40, Emptied());
    }

    [Fact]
    public async Task A_user_counts_once_however_often_he_is_planned()
    {
        var process = Users(21, tagsOf: _ => []);
        for (var again = 0; again < 3; again++)
        {
            await Work(process, First, 20);
            foreach (var user in _world.Users.All.Values.Take(20).ToList())
                _world.Users.All[user.Id] = user with { Tags = new HashSet<string> { "gold" } };
        }
        Assert.Null((await Record()).Pause);
    }

    [Fact]
    public async Task What_was_counted_survives_the_process()
    {
        var process = Users(21, tagsOf: _ => []);
        await Work(process, First, 20);
        await Work(_world.Start(), First + 20, 1);
        Assert.Equal(Losses.TagsEmptied, (await Record()).Pause!.Stopped);
    }

    [Fact]
    public async Task A_new_email_and_a_contact_that_is_gone_count_each_for_itself()
    {
        var process = Users(60, tagsOf: _ => ["gold"]);
        for (var i = 0L; i < 30; i++)
            _world.Contacts.All[First + i] = _world.Contacts.All[First + i] with { Email = $"new{i}@example.test" };
        for (var i = 30L; i < 50; i++)
            _world.Contacts.All.Remove(First + i);
        await Work(process, First + 30, 20);
        Assert.Null((await Record()).Pause);

        await Work(process, First, 30);

        Assert.Equal(Losses.EmailChanged, (await Record()).Pause!.Stopped);
        Assert.Equal(20, _world.Users.All.Values.Count(user => user.Email.StartsWith("new", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_merged_contact_is_no_loss()
    {
        var process = Users(30, tagsOf: _ => ["gold"]);
        for (var i = 0L; i < 30; i++)
        {
            var contact = _world.Contacts.All[First + i];
            _world.Contacts.All.Remove(First + i);
            _world.Contacts.Add(contact with { Id = First + 500 + i });
        }
        await Work(process, First, 30);
        Assert.Null((await Record()).Pause);
    }

    [Fact]
    public async Task An_import_is_not_counted()
    {
        var process = Users(30, tagsOf: _ => []);
        var import = new SyncRequest(SyncAction.Add, imported: true, urgency: Urgency.Import);
        await Work(process, First, 30, import);
        Assert.Null((await Record()).Pause);
        Assert.Equal(30, Emptied());
        Assert.All(_world.Store.Entries, entry => Assert.Null(entry.Losses));
    }

    [Fact]
    public async Task A_dry_run_pauses_nothing()
    {
        _world.Rules = _world.Rules with { DryRun = true };
        await Work(Users(30, tagsOf: _ => []), First, 30);
        Assert.Null((await Record()).Pause);
    }

    /// <summary>All that waits when a person decides, not only what was stopped: a mass edit of hundreds is one decision.</summary>
    [Fact]
    public async Task Let_through_everything_that_waits_is_carried_out_and_what_comes_later_is_counted_anew()
    {
        var process = Users(90, tagsOf: _ => []);
        await Accept(First, 60);
        await process.Pump.RunOnce("shop", default);
        Assert.Equal(20, Emptied());

        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await process.Send(new ResumeSite("shop", LetThrough: true));
        await process.Pump.RunOnce("shop", default);

        Assert.Null((await Record()).Pause);
        Assert.Equal(60, Emptied());
        // What was let through is not counted.
        Assert.Equal(20, _world.Store.Entries.Count(entry => entry.Losses is not null));
        await Work(process, First + 60, 20);
        Assert.Null((await Record()).Pause);
        await Work(process, First + 80, 10);
        Assert.NotNull((await Record()).Pause);
        Assert.Equal(80, Emptied());
    }

    [Fact]
    public async Task Discarded_everything_of_that_kind_that_waits_ends_and_the_rest_goes_on()
    {
        var process = Users(61, tagsOf: i => i == 60 ? ["silver"] : []);
        await Accept(First, 61);
        await process.Pump.RunOnce("shop", default);

        await process.Send(new ResumeSite("shop", LetThrough: false));
        await process.Pump.RunOnce("shop", default);

        Assert.Equal(20, Emptied());
        Assert.Equal(40, _world.Store.Entries.Count(entry => entry.Outcome == "skipped(discarded)"));
        Assert.Contains(_world.Users.All.Values, user => user.Tags!.Contains("silver"));
        Assert.Equal(0, await process.Pump.RunOnce("shop", default));
    }

    [Fact]
    public async Task A_verdict_is_of_one_kind()
    {
        var process = Users(60, tagsOf: i => i < 30 ? [] : ["gold"]);
        for (var i = 30L; i < 60; i++)
            _world.Contacts.All[First + i] = _world.Contacts.All[First + i] with { Email = $"new{i}@example.test" };
        await Work(process, First, 30);
        await process.Send(new ResumeSite("shop", LetThrough: true));
        await Work(process, First + 30, 30);
        Assert.Equal(Losses.EmailChanged, (await Record()).Pause!.Stopped);
    }

    [Fact]
    public async Task Who_resumes_says_what_becomes_of_what_was_stopped()
    {
        var process = Users(30, tagsOf: _ => []);
        await Work(process, First, 30);
        await Assert.ThrowsAsync<PermanentException>(() => process.Send(new ResumeSite("shop")));
        Assert.NotNull((await Record()).Pause);
    }

    [Fact]
    [Trait("Spec", "5.5")]
    public async Task A_person_pauses_and_resumes()
    {
        var process = _world.Start();
        var pause = await process.Send(new PauseSite("shop", " moving the site "));
        Assert.Equal(new SitePause(_world.Time.GetUtcNow(), "moving the site", Losses.None), pause);
        Assert.Equal(pause, await process.Send(new PauseSite("shop")));
        Assert.Equal(pause, await process.Send(new ResumeSite("shop")));
        Assert.Null(await process.Send(new ResumeSite("shop")));
    }

    [Fact]
    public async Task A_verdict_does_not_blind_the_guard_when_the_clock_is_set_back()
    {
        var process = Users(60, tagsOf: _ => []);
        await Work(process, First, 30);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await process.Send(new ResumeSite("shop", LetThrough: true));
        _world.Time.AdjustTime(_world.Time.GetUtcNow() - TimeSpan.FromHours(1));

        await Work(process, First + 30, 30);

        Assert.Equal(Losses.TagsEmptied, (await Record()).Pause!.Stopped);
    }

    [Fact]
    public async Task The_guard_lets_go_when_it_is_told_also_after_the_clock_was_set_back()
    {
        var process = Users(41, tagsOf: _ => []);
        await Work(process, First, 20);
        _world.Time.AdjustTime(_world.Time.GetUtcNow() - TimeSpan.FromHours(1));
        await Work(process, First + 20, 1);
        Assert.Equal(Losses.TagsEmptied, (await Record()).Pause!.Stopped);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await process.Send(new ResumeSite("shop", LetThrough: true));

        await Work(process, First + 21, 20);

        Assert.Null((await Record()).Pause);
        Assert.Equal(41, Emptied());
    }

    [Fact]
    public async Task Whoever_says_nothing_discards_nothing_also_when_the_guard_stops_the_site_at_that_moment()
    {
        var process = Users(30, tagsOf: _ => []);
        await process.Send(new PauseSite("shop", "moving the site"));
        // What is being worked ends: its plans may cross the guard between the look and the resuming.
        _world.Store.BeforeResume = () => Work(process, First, 30);

        await Assert.ThrowsAsync<PermanentException>(() => process.Send(new ResumeSite("shop")));

        Assert.Equal(Losses.TagsEmptied, (await Record()).Pause!.Stopped);
        Assert.Empty((await Record()).Verdicts);
    }

    private Task<SiteRecord> Record() => ((ISiteRecords)_world.Store).Find("shop", default);
}
