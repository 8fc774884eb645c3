using System.Diagnostics;
using CleanSync.Application.Ports;
using CleanSync.Application.Pumping;
using CleanSync.Application.Syncing;
using CleanSync.Domain;
using Microsoft.Extensions.Logging;

namespace CleanSync.Application.Tests;

public sealed class WorkerTests : IWorkerRole, IAsyncDisposable
{
    private readonly World _world = new();
    private readonly World.Process _process;
    private readonly WorkingRight _rights;
    private readonly SyncWorker _worker;
    private readonly Lines _log = new();
    private readonly CancellationTokenSource _lost = new();
    private int _taken;
    private volatile bool _isGivenBack;

    public WorkerTests()
    {
        _process = _world.Start();
        _rights = new WorkingRight(_world, this, _world.Time);
        _worker = new SyncWorker(
            _world,
            _world.Store,
            _world.Store,
            _world.Store,
            this,
            _rights,
            _process.UseCases,
            _process.Pump,
            _process.Signals,
            _process.States,
            _process.Probe,
            _process.Guard,
            new WebhookWatch(
                _world,
                _world.Store,
                _process.UseCases,
                _process.Signals,
                _process.States,
                _world.Time,
                _log
            ),
            _process.Runs,
            new SyncSettings(),
            _process.Metrics,
            _world.Time,
            [],
            [],
            _log
        );
    }

    // The first who asks has it, until it is lost; then another process has it for good.
    public async Task<IWorkerRight> Take(
        string account,
        IReadOnlyList<string> sites,
        CancellationToken cancellationToken
    )
    {
        if (Interlocked.Increment(ref _taken) > 1)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        return new Right(this);
    }

    public bool Holds(string site) => !_lost.IsCancellationRequested;

    private sealed class Right(WorkerTests tests) : IWorkerRight
    {
        public CancellationToken Ends => tests._lost.Token;

        public ValueTask DisposeAsync()
        {
            tests._isGivenBack = true;
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask DisposeAsync()
    {
        _process.Dispose();
        _worker.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "5.5")]
    [Trait("Spec", "9.4")]
    public async Task Who_has_lost_an_account_does_not_go_on_saying_that_its_site_waits(bool paused)
    {
        if (paused)
            await _process.Send(new PauseSite("shop"));
        _world.Users.IsOpen = paused;
        await _world.Store.Accept("shop", 42, new SyncRequest(SyncAction.Add), default);
        _world.Contacts.Add(World.Ann());
        await _worker.StartAsync(default);
        await UntilAdvancing(() => _process.States.Of("shop").WhyWaiting is not null);

        await _lost.CancelAsync();
        await UntilAdvancing(() => Volatile.Read(ref _taken) == 2);

        Assert.Null(_process.States.Of("shop").WhyWaiting);
        await _worker.StopAsync(default);
    }

    [Fact]
    [Trait("Spec", "5.1")]
    [Trait("Spec", "5.4")]
    public async Task An_account_is_not_given_back_while_a_command_relies_on_it()
    {
        await _worker.StartAsync(default);
        await Until(() => Volatile.Read(ref _taken) == 1);
        var command = await _rights.For("shop", default);

        // The worker stops, and another process waits for the account.
        var stopping = _worker.StopAsync(default);
        for (var look = 0; look < 100; look++)
            await Task.Yield();
        Assert.False(_isGivenBack);
        await command.DisposeAsync();
        await stopping;

        Assert.True(_isGivenBack);
    }

    [Fact]
    [Trait("Spec", "5.4")]
    public async Task Two_who_give_an_account_back_at_once_both_wait_for_the_command_and_others_for_both()
    {
        var command = await _rights.For("shop", default);
        var (one, other) = (_rights.Close("shop"), _rights.Close("shop"));
        Assert.False(one.IsCompleted || other.IsCompleted);
        await command.DisposeAsync();
        var (first, second) = (await one, await other);

        var next = _rights.For("shop", default).AsTask();
        first.Dispose();
        Assert.False(next.IsCompleted);
        second.Dispose();
        await (await next).DisposeAsync();
    }

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task What_a_dead_process_had_claimed_is_worked_at_start()
    {
        _world.Contacts.Add(World.Ann());
        await _world.Store.Accept("shop", 42, new SyncRequest(SyncAction.Add), default);
        await _world.Store.Claim("shop", 1, default);
        await _worker.StartAsync(default);
        await Until(() => _world.Store.Entries.Count >= 1);
        await _worker.StopAsync(default);
    }

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task A_store_that_cannot_be_written_at_start_is_waited_for()
    {
        _world.Contacts.Add(World.Ann());
        _world.Store.ReleaseFaults.Enqueue(new TransientException("store: SQLite error 13", spendsAttempt: false));
        await _world.Store.Accept("shop", 42, new SyncRequest(SyncAction.Add), default);
        await _world.Store.Claim("shop", 1, default);
        await _worker.StartAsync(default);
        await UntilAdvancing(() => _world.Store.Entries.Count >= 1 || _worker.ExecuteTask!.IsFaulted);
        Assert.Single(_world.Store.Entries);
        await _worker.StopAsync(default);
    }

    [Fact]
    [Trait("Spec", "5.5")]
    public async Task What_the_process_before_said_of_a_held_site_does_not_outlive_it()
    {
        await _world.Store.Held("shop", new SiteHold(_world.Time.GetUtcNow(), "wordpress: HTTP 503"), default);
        await _worker.StartAsync(default);
        await Until(() => _world.Store.RecordOf("shop").Hold is null);
        await _worker.StopAsync(default);
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task A_site_that_is_held_at_work_says_so_once()
    {
        _world.Contacts.Add(World.Ann());
        // The first read of the contact is refused, and so is the look at the account that follows it.
        var reads = 0;
        _world.Contacts.InLists = contact =>
        {
            if (Interlocked.Increment(ref reads) > 1)
                return contact;
            _world.Contacts.Faults.Enqueue(new SiteHeldException("activecampaign: HTTP 401"));
            throw new SiteHeldException("activecampaign: HTTP 401");
        };
        await _worker.StartAsync(default);
        await _process.Send(new ReceiveWebhook("shop", SyncAction.Add, 42));
        await UntilAdvancing(() => _world.Store.Entries.Count >= 1);
        await _worker.StopAsync(default);
        Assert.Single(
            _log.All,
            line => line.Level == LogLevel.Error && line.Message.Contains("held", StringComparison.Ordinal)
        );
    }

    [Fact]
    [Trait("Spec", "10.5")]
    public async Task A_backlog_is_not_held_up_by_a_trickle_of_webhooks()
    {
        for (var contact = 1; contact <= 1000; contact++)
            await _world.Store.Accept("shop", contact, new SyncRequest(SyncAction.UpdateTags), default);
        for (var contact = 1; contact <= 10; contact++)
            _process.Signals.Arrived("shop", contact);
        await _worker.StartAsync(default);
        await Until(() => _world.Store.Entries.Count >= 1000);
        await _worker.StopAsync(default);
    }

    [Fact]
    [Trait("Spec", "5.3")]
    [Trait("Spec", "5.5")]
    public async Task The_meter_tells_how_many_wait_and_how_many_are_parked()
    {
        var figures = new System.Collections.Concurrent.ConcurrentDictionary<string, double>();
        using var listener = new System.Diagnostics.Metrics.MeterListener();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument.Meter.Name == "CleanSync")
                all.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => figures[instrument.Name] = value);
        listener.Start();
        _world.Contacts.Add(World.Ann("no email"));
        await _world.Store.Accept("shop", 42, new SyncRequest(SyncAction.UpdateTags), default);
        await _worker.StartAsync(default);
        await UntilAdvancing(() =>
        {
            listener.RecordObservableInstruments();
            return figures.GetValueOrDefault("cleansync.inbox.parked") == 1;
        });
        await _worker.StopAsync(default);
    }

    [Fact]
    [Trait("Spec", "3.1")]
    public async Task A_field_that_the_account_does_not_define_is_told_at_start()
    {
        _world.Rules = _world.Rules with { ReturnPasswordField = "%NOPE%" };
        await _worker.StartAsync(default);
        await Until(() => _process.States.Of("shop").Notices.Contains(new Warning("field_unknown", "%NOPE%")));
        await _worker.StopAsync(default);
    }

    [Fact]
    [Trait("Spec", "9.1")]
    public async Task A_site_that_could_not_be_inspected_at_start_is_inspected_again()
    {
        _world.Rules = _world.Rules with { ReturnPasswordField = "%NOPE%" };
        for (var i = 0; i < 2; i++)
            _world.Users.Faults.Enqueue(new TransientException("wordpress: HTTP 503"));
        await _worker.StartAsync(default);
        await UntilAdvancing(() => _process.States.Of("shop").Notices.Count > 0);
        Assert.Equal(2, _log.All.Count(line => line.Message.Contains("not be inspected", StringComparison.Ordinal)));
        await _worker.StopAsync(default);
    }

    [Fact]
    [Trait("Spec", "8.2")]
    public async Task When_the_way_to_the_users_changes_it_is_told_and_what_it_lacks_with_it_but_nothing_twice()
    {
        _world.Rules = _world.Rules with { ReturnPasswordField = "%NOPE%", ClearAfterFirstLogin = true };
        _world.Users.Abilities = DirectoryAbilities.Everything with { Via = "the plugin" };
        await _worker.StartAsync(default);
        await UntilAdvancing(() => _process.States.Of("shop").Via == "the plugin");
        _world.Users.Abilities = DirectoryAbilities.Everything with { Via = "core", TellsFirstLogin = false };
        await UntilAdvancing(() => _process.States.Of("shop").Via == "core");
        await _worker.StopAsync(default);

        Assert.Equal(1, Told("reached by the plugin"));
        Assert.Equal(1, Told("reached by core"));
        Assert.Equal(1, Told("field_unknown"));
        Assert.Equal(1, Told("first_login_needs_connector"));

        int Told(string text) => _log.All.Count(line => line.Message.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Spec", "3.3")]
    public async Task Who_has_signed_in_is_looked_for_from_time_to_time()
    {
        _world.Rules = _world.Rules with { ClearAfterFirstLogin = true };
        _world.Contacts.Add(World.Ann());
        await _process.Send(new AddUser("shop", 42));
        await _worker.StartAsync(default);
        _world.Users.FirstLogins[_world.Users.All.Keys.Single()] = _world.Time.GetUtcNow();
        await UntilAdvancing(() => _world.Contacts.Fields[(42, "%WPPASSWORD%")].Length == 0);
        await _worker.StopAsync(default);
    }

    [Fact]
    [Trait("Spec", "3.3")]
    public async Task A_site_that_refuses_the_credentials_when_asked_who_signed_in_is_held_and_left_alone()
    {
        _world.Rules = _world.Rules with { ClearAfterFirstLogin = true };
        _world.Contacts.Add(World.Ann());
        await _process.Send(new AddUser("shop", 42));
        await _worker.StartAsync(default);
        _world.Users.IsOpen = false;
        await UntilAdvancing(() => _process.States.Of("shop").HeldBecause is not null);
        await UntilAdvancing(() => _world.Store.RecordOf("shop").Hold is not null);
        Assert.Equal(_process.States.Of("shop").Hold, _world.Store.RecordOf("shop").Hold);
        _world.Users.IsOpen = true;
        _world.Users.FirstLogins[_world.Users.All.Keys.Single()] = _world.Time.GetUtcNow();
        await UntilAdvancing(() => _world.Contacts.Fields[(42, "%WPPASSWORD%")].Length == 0);
        await UntilAdvancing(() => _process.States.Of("shop").HeldBecause is null);
        await UntilAdvancing(() => _world.Store.RecordOf("shop").Hold is null);
        await _worker.StopAsync(default);
    }

    [Fact]
    [Trait("Spec", "6.3")]
    public async Task A_webhook_that_goes_missing_is_told_once_until_it_is_back()
    {
        _world.WebhookAddress = new WebhookAddress(new Uri("https://sync.example/"), ["key-of-the-shop"], null);
        _world.Webhooks.Add("https://sync.example/?wpf_action=update&access_key=key-of-the-shop");
        await _worker.StartAsync(default);
        await UntilLooked(1);
        Assert.Empty(_process.States.Of("shop").Notices);

        var url = _world.Webhooks.All[0];
        _world.Webhooks.All.Clear();
        await UntilAdvancing(() => _process.States.Of("shop").Notices.Contains(new Warning("webhook_missing")));
        await UntilLooked(_world.Webhooks.Looks + 2);
        Assert.Equal(1, Warned("webhook_missing"));

        _world.Webhooks.All.Add(url with { Sources = ["people"] });
        await UntilAdvancing(() =>
            _process.States.Of("shop").Notices.SequenceEqual([new Warning("webhook_changed", "source programs")])
        );
        _world.Webhooks.All[0] = url;
        await UntilAdvancing(() => _process.States.Of("shop").Notices.Count == 0);
        await _worker.StopAsync(default);

        Assert.Equal(1, Warned("webhook_changed(source programs)"));
        Assert.DoesNotContain(_log.All, line => line.Message.Contains("key-of-the-shop", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Spec", "6.3")]
    public async Task An_account_that_does_not_let_its_webhooks_be_seen_holds_nothing_up()
    {
        _world.WebhookAddress = new WebhookAddress(new Uri("https://sync.example/"), ["key-of-the-shop"], null);
        _world.Webhooks.Faults.Enqueue(new SiteHeldException("activecampaign: HTTP 403"));
        _world.Contacts.Add(World.Ann());
        await _worker.StartAsync(default);
        await UntilAdvancing(() => Warned("activecampaign: HTTP 403") == 1);
        Assert.Null(_process.States.Of("shop").HeldBecause);
        await _process.Send(new ReceiveWebhook("shop", SyncAction.Add, 42));
        await UntilAdvancing(() => _world.Store.Entries.Count >= 1);
        await UntilAdvancing(() => _process.States.Of("shop").Notices.Contains(new Warning("webhook_missing")));
        await _worker.StopAsync(default);
    }

    [Fact]
    [Trait("Spec", "6.3")]
    public async Task A_site_that_hears_nothing_for_too_long_says_so_until_a_webhook_arrives()
    {
        _world.WebhookAddress = new WebhookAddress(
            new Uri("https://sync.example/"),
            ["key-of-the-shop"],
            TimeSpan.FromMinutes(10)
        );
        await _worker.StartAsync(default);
        await UntilAdvancing(() => Warned("webhook_silent") == 1);
        await _process.Send(new ReceiveWebhook("shop", SyncAction.Add, 42));
        await UntilAdvancing(() => !_process.States.Of("shop").Notices.Any(notice => notice.Code == "webhook_silent"));
        await UntilAdvancing(() => Warned("webhook_silent") == 2);
        await _worker.StopAsync(default);
    }

    [Fact]
    [Trait("Spec", "6.3")]
    public async Task Without_an_address_no_webhook_is_looked_for()
    {
        _world.Rules = _world.Rules with { ReturnPasswordField = "%NOPE%" };
        await _worker.StartAsync(default);
        await UntilAdvancing(() => _process.States.Of("shop").Notices.Count > 0);
        Assert.Equal(0, _world.Webhooks.Looks);
        await _worker.StopAsync(default);
    }

    [Fact]
    [Trait("Spec", "10.3")]
    public async Task An_arrival_wakes_an_idle_site_without_any_time_passing()
    {
        _world.Contacts.Add(World.Ann());
        await _worker.StartAsync(default);
        var webhook = new ReceiveWebhook("shop", SyncAction.Add, 42, Wait: TimeSpan.FromSeconds(30));
        Assert.Equal(OutcomeKind.Created, (await _process.Send(webhook)).Outcome!.Kind);
        await _worker.StopAsync(default);
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task A_held_site_keeps_its_rows_and_goes_on_when_a_probe_is_accepted()
    {
        _world.Contacts.Add(World.Ann());
        _world.Users.IsOpen = false;
        await _worker.StartAsync(default);
        await _process.Send(new ReceiveWebhook("shop", SyncAction.Add, 42));
        await Until(() => _process.States.Of("shop").HeldBecause is not null);
        _world.Users.IsOpen = true;
        await UntilAdvancing(() => _world.Store.Entries.Count >= 1);
        Assert.Equal(("created", 1), (_world.Store.Entries[0].Outcome, _world.Store.Entries[0].Attempt));
        Assert.Null(_process.States.Of("shop").HeldBecause);
        await _worker.StopAsync(default);
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task A_back_off_is_over_without_a_new_webhook()
    {
        _world.Users.Add("ann@example.test", "ann");
        _world.Contacts.Add(World.Ann(tags: "gold"));
        _world.Contacts.Faults.Enqueue(new TransientException("activecampaign: HTTP 503"));
        await _worker.StartAsync(default);
        await _process.Send(new ReceiveWebhook("shop", SyncAction.UpdateTags, 42));
        await UntilAdvancing(() => _world.Store.Entries.Count >= 1);
        Assert.Equal("updated", _world.Store.Entries[0].Outcome);
        await _worker.StopAsync(default);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Spec", "10.1")]
    public async Task A_storm_is_gathered_into_few_batches_also_when_it_arrives_elsewhere(bool elsewhere)
    {
        await _worker.StartAsync(default);
        for (var contact = 1; contact <= 100; contact++)
        {
            if (elsewhere)
            {
                await _world.Store.Accept("shop", contact, new SyncRequest(SyncAction.UpdateTags), default);
                _process.Signals.Heard("shop");
            }
            else
                await _process.Send(new ReceiveWebhook("shop", SyncAction.UpdateTags, contact));
            await Task.Yield();
        }
        await UntilAdvancing(() => _world.Store.Entries.Count >= 100);
        Assert.InRange(_world.Store.Claims, 1, 8);
        await _worker.StopAsync(default);
    }

    private Task UntilLooked(int times) => UntilAdvancing(() => _world.Webhooks.Looks >= times);

    private int Warned(string text)
    {
        lock (_log.All)
            return _log.All.Count(line =>
                line.Level == LogLevel.Warning && line.Message.Contains(text, StringComparison.Ordinal)
            );
    }

    private static Task Until(Func<bool> reached) => Until(reached, () => { });

    private Task UntilAdvancing(Func<bool> reached) =>
        Until(reached, () => _world.Time.Advance(TimeSpan.FromMilliseconds(100)));

    // What never comes fails with a word instead of hanging.
    private static async Task Until(Func<bool> reached, Action meanwhile)
    {
        var waiting = Stopwatch.StartNew();
        while (!reached())
        {
            Assert.True(waiting.Elapsed < TimeSpan.FromMinutes(2), "What the test waits for did not come.");
            meanwhile();
            await Task.Yield();
        }
    }

    private sealed class Lines : ILogger<SyncWorker>, ILogger<WebhookWatch>
    {
        public List<(LogLevel Level, string Message)> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            lock (All)
                All.Add((logLevel, formatter(state, exception)));
        }
    }
}
