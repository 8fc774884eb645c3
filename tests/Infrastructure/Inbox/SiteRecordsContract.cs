using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Tests.Inbox;

/// <summary>What every store's records of sites do.</summary>
public abstract class SiteRecordsContract : StoreContract
{
    [Fact]
    [Trait("Spec", "6.1")]
    public async Task Nothing_is_known_of_a_new_site() =>
        Assert.Equivalent(new SiteRecord(Site), await Records.Find(Site, Cancel), strict: true);

    [Fact]
    [Trait("Spec", "6.1")]
    public async Task A_watermark_survives_a_restart_to_the_tick_and_may_go_back()
    {
        var watermark = new DateTimeOffset(2026, 3, 1, 9, 30, 1, TimeSpan.FromHours(-5)).AddTicks(7);
        await Records.CaughtUp(Site, watermark.AddHours(1), Cancel);
        await Records.CaughtUp(Site, watermark, Cancel);
        await Store.Reopen();
        Assert.Equal(watermark, (await Records.Find(Site, Cancel)).Watermark);
        Assert.Null((await Records.Find("other", Cancel)).Watermark);
    }

    [Fact]
    [Trait("Spec", "6.3")]
    public async Task The_latest_arrival_is_kept()
    {
        await Records.WebhookArrived(Site, Now, Cancel);
        await Records.WebhookArrived(Site, Now.AddMinutes(-1), Cancel);
        Assert.Equal(Now, (await Records.Find(Site, Cancel)).LastWebhook);
    }

    [Fact]
    [Trait("Spec", "5.5")]
    public async Task A_pause_survives_a_restart_and_keeps_its_reason()
    {
        await Records.CaughtUp(Site, Now, Cancel);
        await Records.Pause(Site, new SitePause(Now, "paused by a person", Losses.None), Cancel);
        await Records.Pause(Site, new SitePause(Now.AddHours(1), "guard", Losses.TagsEmptied), Cancel);
        await Records.Pause(Site, new SitePause(Now.AddHours(2), "guard", Losses.EmailChanged), Cancel);
        await Store.Reopen();
        var record = await Records.Find(Site, Cancel);
        Assert.Equal(new SitePause(Now, "paused by a person", Losses.TagsEmptied | Losses.EmailChanged), record.Pause);
        Assert.Equal(Now, record.Watermark);
    }

    [Fact]
    [Trait("Spec", "5.5")]
    public async Task What_a_person_writes_is_added_to_what_the_guard_has_stopped()
    {
        await Records.Pause(Site, new SitePause(Now, "", Losses.TagsEmptied), Cancel);
        await Records.Pause(Site, new SitePause(Now.AddHours(1), "moving", Losses.None), Cancel);
        await Records.Pause(Site, new SitePause(Now.AddHours(2), "later", Losses.None), Cancel);
        Assert.Equal(new SitePause(Now, "moving", Losses.TagsEmptied), (await Records.Find(Site, Cancel)).Pause);
    }

    [Fact]
    [Trait("Spec", "5.5")]
    public async Task Why_a_site_is_held_survives_a_restart_until_it_works_again()
    {
        await Records.Pause(Site, new SitePause(Now, "paused by a person", Losses.None), Cancel);
        await Records.Held(Site, new SiteHold(Now, "wordpress: HTTP 503"), Cancel);
        await Records.Held(Site, new SiteHold(Now, "wordpress: HTTP 401"), Cancel);
        await Store.Reopen();
        Assert.Equal(new SiteHold(Now, "wordpress: HTTP 401"), (await Records.Find(Site, Cancel)).Hold);

        await Records.Held(Site, null, Cancel);
        var record = await Records.Find(Site, Cancel);
        Assert.Null(record.Hold);
        Assert.Equal("paused by a person", record.Pause?.Because);
    }

    [Fact]
    [Trait("Spec", "5.5")]
    public async Task A_site_that_is_not_paused_cannot_be_resumed()
    {
        Assert.Null(await Records.Resume(Site, letThrough: true, Cancel));
        await Records.WebhookArrived(Site, Now, Cancel);
        Assert.Null(await Records.Resume(Site, letThrough: true, Cancel));
        Assert.Empty((await Records.Find(Site, Cancel)).Verdicts);
    }

    [Fact]
    [Trait("Spec", "2.7")]
    public async Task A_verdict_holds_for_what_was_accepted_before_it_and_for_what_the_guard_stopped()
    {
        var before = await Inbox.Accept(Site, 1, new SyncRequest(SyncAction.Update), Cancel);
        var pause = new SitePause(Now, "guard", Losses.TagsEmptied | Losses.ContactGone);
        await Records.Pause(Site, pause, Cancel);
        Assert.Equal(pause, await Records.Resume(Site, letThrough: true, Cancel));
        Pass(TimeSpan.FromMinutes(1));
        var after = await Inbox.Accept(Site, 2, new SyncRequest(SyncAction.Update), Cancel);

        await Store.Reopen();
        var record = await Records.Find(Site, Cancel);
        Assert.Null(record.Pause);
        Assert.Equal([Losses.TagsEmptied, Losses.ContactGone], record.Verdicts.Select(verdict => verdict.Loss));
        Assert.All(
            record.Verdicts,
            verdict =>
            {
                Assert.True(verdict.LetThrough);
                Assert.InRange(verdict.UpTo, before, after - 1);
                Assert.Equal(Now.AddMinutes(-1), verdict.When);
            }
        );
    }

    [Fact]
    [Trait("Spec", "2.7")]
    public async Task What_the_guard_stopped_stays_stopped_when_nothing_is_said_about_it()
    {
        var pause = new SitePause(Now, "guard", Losses.TagsEmptied);
        await Records.Pause(Site, pause, Cancel);
        Assert.Equal(pause, await Records.Resume(Site, letThrough: null, Cancel));
        Assert.Equal(pause, (await Records.Find(Site, Cancel)).Pause);
        Assert.Empty((await Records.Find(Site, Cancel)).Verdicts);

        await Records.Resume(Site, letThrough: false, Cancel);
        pause = new SitePause(Now, "paused by a person", Losses.None);
        await Records.Pause(Site, pause, Cancel);
        Assert.Equal(pause, await Records.Resume(Site, letThrough: null, Cancel));
        Assert.Null((await Records.Find(Site, Cancel)).Pause);
    }

    [Fact]
    [Trait("Spec", "2.7")]
    public async Task The_latest_verdict_of_a_kind_takes_the_place_of_the_one_before()
    {
        await Records.Pause(Site, new SitePause(Now, "guard", Losses.TagsEmptied | Losses.EmailChanged), Cancel);
        await Records.Resume(Site, letThrough: true, Cancel);
        await Records.Pause(Site, new SitePause(Now, "guard", Losses.TagsEmptied), Cancel);
        await Records.Resume(Site, letThrough: false, Cancel);
        var verdicts = (await Records.Find(Site, Cancel)).Verdicts;
        Assert.Equal(
            [(Losses.TagsEmptied, false), (Losses.EmailChanged, true)],
            verdicts.Select(verdict => (verdict.Loss, verdict.LetThrough))
        );
    }
}
