using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Tests;

/// <summary>What a site that is held or paused costs its contacts, and what does not hold it.</summary>
public sealed class WaitingSiteTests : CrowdTests
{
    [Fact]
    [Trait("Spec", "5.2")]
    public async Task A_pause_does_not_use_up_the_time_that_a_contact_is_tried_for()
    {
        var process = Users(1, _ => []);
        await Accept(First, 1);
        _world.Contacts.Faults.Enqueue(new TransientException("activecampaign: HTTP 503"));
        await process.Pump.RunOnce("shop", default);
        // As the worker notices it.
        process.States.Paused(
            "shop",
            new SitePause(_world.Time.GetUtcNow(), "leave", Losses.None),
            _world.Time.GetUtcNow()
        );
        _world.Time.Advance(TimeSpan.FromDays(3));
        process.States.Paused("shop", null, _world.Time.GetUtcNow());
        _world.Contacts.Faults.Enqueue(new TransientException("activecampaign: HTTP 503"));
        await process.Pump.RunOnce("shop", default);
        Assert.Null(_world.Store.RowOf(First)!.Parked);
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task An_outage_does_not_use_up_the_time_that_a_contact_is_tried_for()
    {
        var process = Users(1, _ => []);
        await Accept(First, 1);
        _world.Contacts.Faults.Enqueue(new TransientException("activecampaign: HTTP 503"));
        await process.Pump.RunOnce("shop", default);
        Assert.Equal(1, _world.Store.RowOf(First)!.Attempts);
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        // The outage: the contact and the probe.
        _world.Contacts.Faults.Enqueue(new TransientException("activecampaign: HTTP 503"));
        _world.Contacts.Faults.Enqueue(new TransientException("activecampaign: HTTP 503"));
        await process.Pump.RunOnce("shop", default);
        Assert.NotNull(process.States.Of("shop").HeldBecause);
        Assert.Equal(1, _world.Store.RowOf(First)!.Attempts);
        _world.Time.Advance(TimeSpan.FromDays(3));
        process.States.Resume("shop", _world.Time.GetUtcNow());
        _world.Contacts.Faults.Enqueue(new TransientException("activecampaign: HTTP 503"));
        await process.Pump.RunOnce("shop", default);
        Assert.Null(_world.Store.RowOf(First)!.Parked);
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task An_outage_spends_no_attempt_also_when_a_contact_had_failed_just_before()
    {
        var process = Users(2, _ => []);
        await Accept(First, 1);
        _world.Contacts.Faults.Enqueue(new TransientException("activecampaign: HTTP 503"));
        await process.Pump.RunOnce("shop", default);
        Assert.Null(process.States.Of("shop").HeldBecause);

        _world.Time.Advance(TimeSpan.FromSeconds(2));
        await Accept(First + 1, 1);
        for (var i = 0; i < 2; i++)
            _world.Contacts.Faults.Enqueue(new TransientException("activecampaign: HTTP 503"));
        await process.Pump.RunOnce("shop", default);
        Assert.Equal(0, _world.Store.RowOf(First + 1)!.Attempts);
        Assert.NotNull(process.States.Of("shop").HeldBecause);
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task A_rate_limit_holds_no_site()
    {
        var process = Users(1, _ => []);
        await Accept(First, 1);
        _world.Contacts.Faults.Enqueue(new TransientException("wordpress: HTTP 500"));
        // The probe comes at a moment when the account has enough of requests.
        _world.Contacts.Faults.Enqueue(new TransientException("activecampaign: HTTP 429", spendsAttempt: false));
        await process.Pump.RunOnce("shop", default);
        Assert.Null(process.States.Of("shop").HeldBecause);
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task One_contact_whose_write_is_forbidden_does_not_hold_the_site_for_ever()
    {
        _world.Contacts.Add(World.Ann("c@example.test") with { Id = 1 });
        await _world.Store.Accept("shop", 1, new SyncRequest(SyncAction.Add), default);
        for (var i = 0; i < 100_000; i++)
            _world.Contacts.WriteFaults.Enqueue(
                new SiteHeldException("activecampaign: HTTP 403, the API token is refused")
            );
        var process = _world.Start();
        var held = 0;
        for (var minute = 0; minute < 4 * 24 * 60 && _world.Store.RowOf(1)!.Parked is null; minute++)
        {
            await process.Pump.RunOnce("shop", default);
            held += process.States.Of("shop").HeldBecause is null ? 0 : 1;
            _world.Time.Advance(TimeSpan.FromMinutes(1));
            if (await process.Probe.WhyDown("shop", default) is null)
                process.States.Resume("shop", _world.Time.GetUtcNow());
        }
        Assert.True(
            _world.Store.RowOf(1)!.Parked is not null,
            $"held {held} times, attempts {_world.Store.RowOf(1)!.Attempts}"
        );
    }

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task A_contact_whose_writes_are_forbidden_does_not_starve_the_others()
    {
        for (var i = 0; i < 100; i++)
            _world.Contacts.Add(World.Ann($"c{i}@example.test") with { Id = 1 + i });
        var user = _world.Users.Add("x@example.test", "x", "subscriber", "old");
        await _world.Store.Save(new LedgerEntry("shop", 500) { UserId = user.Id }, default);
        _world.Contacts.Add(World.Ann("x@example.test", "new") with { Id = 500 });
        for (var i = 0; i < 100; i++)
            await _world.Store.Accept("shop", 1 + i, new SyncRequest(SyncAction.Add), default);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await _world.Store.Accept("shop", 500, new SyncRequest(SyncAction.Update), default);
        for (var i = 0; i < 100_000; i++)
            _world.Contacts.WriteFaults.Enqueue(new SiteHeldException("activecampaign: HTTP 403"));
        var process = _world.Start();
        for (var minute = 0; minute < 60; minute++)
        {
            await process.Pump.RunOnce("shop", default);
            _world.Time.Advance(TimeSpan.FromMinutes(1));
            if (await process.Probe.WhyDown("shop", default) is null)
                process.States.Resume("shop", _world.Time.GetUtcNow());
        }
        Assert.Null(_world.Store.RowOf(500));
    }

    [Fact]
    [Trait("Spec", "6.1")]
    public async Task An_import_that_cannot_list_does_not_keep_the_sweep_from_going_on()
    {
        var process = Users(10, _ => ["silver"]);
        await process.Send(new StartImport("shop", Tag: "gold"));
        for (var second = 0; second < 24 * 60 * 12; second++)
        {
            _world.Contacts.Faults.Enqueue(
                new TransientException("activecampaign: incomplete answer, contacts without their tags")
            );
            await process.Runs.Advance("shop", default);
            _world.Contacts.Faults.Clear();
            _world.Time.Advance(TimeSpan.FromSeconds(5));
        }
        Assert.Equal(10, (await Sweep()).Seen);
    }

    [Fact]
    [Trait("Spec", "6.1")]
    public async Task A_sweep_comes_daily_also_after_the_clock_was_set_back()
    {
        var process = _world.Start();
        await process.Runs.Advance("shop", default);
        var first = await Sweep();
        // The clock was a year ahead.
        _world.Time.AdjustTime(_world.Time.GetUtcNow().AddDays(-365));
        for (var day = 0; day < 30; day++)
        {
            await process.Runs.Advance("shop", default);
            _world.Time.Advance(TimeSpan.FromDays(1));
        }
        Assert.NotEqual(first.Started, (await Sweep()).Started);
    }
}
