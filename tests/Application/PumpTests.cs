using CleanSync.Application.Ports;
using CleanSync.Application.Pumping;
using CleanSync.Domain;

namespace CleanSync.Application.Tests;

public sealed class PumpTests
{
    private readonly World _world = new();

    private Task<long> Accept(SyncAction action, long contact = 42) =>
        _world.Store.Accept("shop", contact, new SyncRequest(action), default);

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task A_batch_is_worked_to_the_end_and_leaves_history_and_no_row()
    {
        _world.Contacts.Add(World.Ann(tags: "gold"));
        await Accept(SyncAction.Add);
        await Accept(SyncAction.UpdateTags);
        var process = _world.Start();

        Assert.Equal(1, await process.Pump.RunOnce("shop", default));
        Assert.Equal(0, await process.Pump.RunOnce("shop", default));
        Assert.Null(_world.Store.RowOf(42));
        var entry = Assert.Single(_world.Store.Entries);
        Assert.Equal(("created", SyncAction.Add, 1), (entry.Outcome, entry.Action, entry.Attempt));
        Assert.Contains(new UserCreated("shop", 42, _world.Users.All.Keys.Single()), process.Notifications);
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task A_transient_failure_backs_off_and_is_given_up_after_three_days()
    {
        await Accept(SyncAction.UpdateTags);
        var process = _world.Start();
        var attempts = 0;
        while (_world.Store.RowOf(42)!.Parked is null)
        {
            _world.Contacts.Faults.Enqueue(new TransientException("activecampaign: HTTP 503"));
            Assert.Equal(1, await process.Pump.RunOnce("shop", default));
            attempts++;
            _world.Time.Advance(_world.Store.RowOf(42)!.Due - _world.Time.GetUtcNow());
        }
        Assert.Equal(ParkReason.GaveUp, _world.Store.RowOf(42)!.Parked);
        Assert.InRange(attempts, 60, 120);
        Assert.Contains(new ContactParked("shop", 42, ParkReason.GaveUp), process.Notifications);
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task Waiting_for_a_rate_limit_spends_no_attempt()
    {
        await Accept(SyncAction.UpdateTags);
        var process = _world.Start();
        _world.Contacts.Faults.Enqueue(
            new TransientException("activecampaign: HTTP 429", TimeSpan.FromSeconds(30), spendsAttempt: false)
        );
        await process.Pump.RunOnce("shop", default);
        Assert.Equal(0, _world.Store.RowOf(42)!.Attempts);
        Assert.Equal(_world.Time.GetUtcNow().AddSeconds(30), _world.Store.RowOf(42)!.Due);
    }

    [Fact]
    [Trait("Spec", "2.6")]
    public async Task A_merged_and_a_gone_contact_are_told_to_the_embedding_application()
    {
        var (ann, bob) = (_world.Users.Add("ann@example.test", "ann"), _world.Users.Add("bob@example.test", "bob"));
        await _world.Store.Save(new LedgerEntry("shop", 7) { UserId = ann.Id }, default);
        await _world.Store.Save(new LedgerEntry("shop", 8) { UserId = bob.Id }, default);
        _world.Contacts.Add(World.Ann());
        await Accept(SyncAction.Update, 7);
        await Accept(SyncAction.Update, 8);
        await Accept(SyncAction.Update, 9);
        var process = _world.Start();

        await process.Pump.RunOnce("shop", default);

        Assert.Equal(2, process.Notifications.Count);
        Assert.Contains(new ContactMerged("shop", 7, ann.Id, Survivor: 42), process.Notifications);
        Assert.Contains(new ContactGone("shop", 8, bob.Id), process.Notifications);
    }

    /// <summary>Every contact that an outage hits asks, and one question answers them all.</summary>
    [Fact]
    [Trait("Spec", "5.2")]
    public async Task An_outage_holds_the_site_with_one_probe_and_spends_no_attempt()
    {
        for (var contact = 1L; contact <= 50; contact++)
            await Accept(SyncAction.UpdateTags, contact);
        var process = _world.Start();
        for (var faults = 0; faults < 51; faults++)
            _world.Contacts.Faults.Enqueue(new TransientException("activecampaign: HTTP 503"));

        Assert.Equal(50, await process.Pump.RunOnce("shop", default));

        Assert.Empty(_world.Contacts.Faults);
        Assert.Equal("activecampaign: HTTP 503", process.States.Of("shop").HeldBecause);
        Assert.All(Enumerable.Range(1, 50), contact => Assert.Equal(0, _world.Store.RowOf(contact)!.Attempts));
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task A_contact_that_fails_while_both_sides_answer_spends_its_attempt()
    {
        await Accept(SyncAction.UpdateTags);
        var process = _world.Start();
        _world.Contacts.Faults.Enqueue(new TransientException("activecampaign: HTTP 503"));
        await process.Pump.RunOnce("shop", default);
        Assert.Null(process.States.Of("shop").HeldBecause);
        Assert.Equal(1, _world.Store.RowOf(42)!.Attempts);
    }

    [Theory]
    [Trait("Spec", "5.2")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nobody_can_ask_to_be_left_alone_for_years(bool spendsAttempt)
    {
        await Accept(SyncAction.UpdateTags);
        var process = _world.Start();
        foreach (var asked in new[] { TimeSpan.FromDays(3650), TimeSpan.MaxValue })
        {
            _world.Contacts.Faults.Enqueue(
                new TransientException("activecampaign: HTTP 503", asked, spendsAttempt: spendsAttempt)
            );
            await process.Pump.RunOnce("shop", default);
            var wait = _world.Store.RowOf(42)!.Due - _world.Time.GetUtcNow();
            Assert.Equal(RetrySchedule.Longest, wait);
            _world.Time.Advance(wait);
        }
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task Refused_credentials_hold_the_whole_site_and_spend_no_attempt()
    {
        _world.Users.Add("ann@example.test", "ann");
        _world.Contacts.Add(World.Ann());
        await Accept(SyncAction.Update);
        _world.Users.IsOpen = false;
        var process = _world.Start();
        await process.Pump.RunOnce("shop", default);

        Assert.Equal("wordpress: the credentials are refused", process.States.Of("shop").HeldBecause);
        Assert.Equal(0, _world.Store.RowOf(42)!.Attempts);
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task A_permanent_failure_is_parked_at_once_with_its_reason()
    {
        await Accept(SyncAction.Update);
        _world.Contacts.Faults.Enqueue(new PermanentException("activecampaign: HTTP 422"));
        await _world.Start().Pump.RunOnce("shop", default);
        Assert.Equal(ParkReason.Refused, _world.Store.RowOf(42)!.Parked);
        Assert.Equal("parked(refused)", Assert.Single(_world.Store.Entries).Outcome);
    }

    [Fact]
    [Trait("Spec", "5.3")]
    public async Task A_parked_contact_can_be_retried_with_fresh_attempts()
    {
        await Accept(SyncAction.Update);
        var process = _world.Start();
        _world.Contacts.Faults.Enqueue(new PermanentException("activecampaign: HTTP 422"));
        await process.Pump.RunOnce("shop", default);
        Assert.Equal(0, await process.Send(new RetryParked("shop", 42, ParkReason.Conflict)));
        Assert.Equal(1, await process.Send(new RetryParked("shop")));
        await process.Pump.RunOnce("shop", default);
        Assert.Equal(["parked(refused)", "skipped(contact gone)"], _world.Store.Entries.Select(entry => entry.Outcome));
    }

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task A_bug_loses_nothing()
    {
        await Accept(SyncAction.Update);
        _world.Contacts.Faults.Enqueue(new InvalidOperationException("a bug"));
        await _world.Start().Pump.RunOnce("shop", default);
        Assert.NotNull(_world.Store.RowOf(42)!.Pending);
        Assert.True(_world.Store.RowOf(42)!.Due > _world.Time.GetUtcNow());
    }

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task A_store_that_cannot_finish_is_waited_for()
    {
        await Accept(SyncAction.UpdateTags);
        _world.Store.FinishFaults.Enqueue(new IOException("disk full"));
        var run = _world.Start().Pump.RunOnce("shop", default);
        while (!run.IsCompleted)
        {
            _world.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        Assert.Null(_world.Store.RowOf(42)?.Claimed);
    }

    [Fact]
    [Trait("Spec", "1.5")]
    public async Task A_webhook_that_waits_gets_the_outcome_of_its_own_request()
    {
        _world.Contacts.Add(World.Ann());
        var process = _world.Start();
        var waiting = process.Send(new ReceiveWebhook("shop", SyncAction.Add, 42, Wait: TimeSpan.FromSeconds(10)));
        while (_world.Store.RowOf(42) is null)
            await Task.Yield();
        await process.Pump.RunOnce("shop", default);
        Assert.Equal(OutcomeKind.Created, (await waiting).Outcome!.Kind);
    }

    [Fact]
    [Trait("Spec", "1.5")]
    public async Task A_webhook_that_waits_in_vain_is_accepted_all_the_same()
    {
        var process = _world.Start();
        var waiting = process.Send(new ReceiveWebhook("shop", SyncAction.Add, 42, Wait: TimeSpan.FromSeconds(10)));
        while (!waiting.IsCompleted)
        {
            _world.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        Assert.Null((await waiting).Outcome);
        Assert.NotNull(_world.Store.RowOf(42));
    }

    [Theory]
    [Trait("Spec", "5.2")]
    [InlineData(1, 4, 6)]
    [InlineData(2, 8, 12)]
    [InlineData(5, 64, 96)]
    [InlineData(100, 2880, 4320)]
    public void The_schedule_doubles_up_to_an_hour(int attempt, int least, int most)
    {
        foreach (var random in new[] { 0u, 1u, uint.MaxValue / 2, uint.MaxValue })
            Assert.InRange(RetrySchedule.After(attempt, random).TotalSeconds, least, most);
    }
}
