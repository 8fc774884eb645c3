using CleanSync.Application.Ports;
using CleanSync.Domain;
using FluentValidation;

namespace CleanSync.Application.Tests;

/// <summary>SPEC 6.1 and 6.2: runs through many contacts.</summary>
[Trait("Spec", "6.2")]
public sealed class JobTests
{
    private readonly World _world = new();
    private readonly World.Process _process;

    public JobTests() => _process = _world.Start();

    [Fact]
    public async Task An_import_makes_users_of_everyone_with_its_role_and_mails_nobody()
    {
        Contacts(250);
        Assert.NotNull(await _process.Send(new StartImport("shop", Role: "customer")));

        await RunToTheEnd(JobKind.Import);

        Assert.Equal(250, _world.Users.All.Count);
        Assert.All(_world.Users.All.Values, user => Assert.Equal(["customer"], user.Roles));
        Assert.Empty(_world.Mails);
        var job = await Job(JobKind.Import);
        Assert.Equal((JobState.Done, 250L, 250L), (job.State, job.Seen, job.Total));
        Assert.Equal([0L, 100, 200], _world.Contacts.Listed.Select(list => list.After));
    }

    [Fact]
    public async Task Told_to_an_import_mails_a_welcome()
    {
        Contacts(3);
        await _process.Send(new StartImport("shop", SendNotification: true));
        await RunToTheEnd(JobKind.Import);
        Assert.Equal(3, _world.Mails.Count);
    }

    [Fact]
    public async Task Only_the_contacts_of_a_tag_or_of_a_list_are_imported()
    {
        Contacts(10, id => id % 2 == 0 ? ["gold"] : []);
        _world.Contacts.Lists["Members"] = [1, 2];
        await _process.Send(new StartImport("shop", Tag: "gold"));
        await RunToTheEnd(JobKind.Import);
        Assert.Equal(5, _world.Users.All.Count);

        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await _process.Send(new StartImport("shop", List: "Members"));
        await RunToTheEnd(JobKind.Import);
        Assert.Equal(6, _world.Users.All.Count);
    }

    [Fact]
    public async Task An_import_goes_on_where_it_was_when_the_process_dies()
    {
        Contacts(250);
        await _process.Send(new StartImport("shop"));
        Assert.True(await _process.Send(new AdvanceJob("shop", JobKind.Import)));
        var another = _world.Start();
        while (await another.Send(new AdvanceJob("shop", JobKind.Import))) { }
        Assert.Equal([0L, 100], _world.Contacts.Listed.Take(2).Select(list => list.After));
    }

    [Fact]
    public async Task Little_of_it_waits_at_a_time_so_that_a_cancelled_import_ends_soon()
    {
        Contacts(1_000);
        await _process.Send(new StartImport("shop"));
        while (await _process.Send(new AdvanceJob("shop", JobKind.Import))) { }
        Assert.Equal(200, (await Job(JobKind.Import)).Seen);
        Assert.Equal(JobState.Running, (await Job(JobKind.Import)).State);

        var cancelled = await _process.Send(new CancelJob("shop", JobKind.Import));

        Assert.Equal(JobState.Cancelled, cancelled!.State);
        while (await _process.Pump.RunOnce("shop", default) > 0) { }
        Assert.False(await _process.Send(new AdvanceJob("shop", JobKind.Import)));
        Assert.Equal(200, _world.Users.All.Count);
        Assert.Null(await _process.Send(new CancelJob("shop", JobKind.Import)));
    }

    [Fact]
    public async Task One_import_runs_at_a_time()
    {
        Assert.NotNull(await _process.Send(new StartImport("shop")));
        Assert.Null(await _process.Send(new StartImport("shop", Tag: "gold")));
    }

    [Fact]
    public async Task A_list_that_the_account_does_not_have_ends_it_with_the_reason()
    {
        Contacts(1);
        await _process.Send(new StartImport("shop", List: "Nobody"));
        Assert.False(await _process.Send(new AdvanceJob("shop", JobKind.Import)));
        var job = await Job(JobKind.Import);
        Assert.Equal((JobState.Failed, "activecampaign: there is no list 'Nobody'"), (job.State, job.Reason));
    }

    [Fact]
    public async Task An_outage_only_delays_it()
    {
        Contacts(3);
        await _process.Send(new StartImport("shop"));
        _world.Contacts.Faults.Enqueue(new TransientException("activecampaign: HTTP 503"));
        await _process.Runs.Advance("shop", default);
        Assert.Equal(JobState.Running, (await Job(JobKind.Import)).State);
        await RunToTheEnd(JobKind.Import);
        Assert.Equal(3, _world.Users.All.Count);
    }

    [Fact]
    public async Task A_tag_and_a_list_together_are_refused() =>
        await Assert.ThrowsAsync<ValidationException>(() =>
            _process.Send(new StartImport("shop", Tag: "gold", List: "Members"))
        );

    [Fact]
    [Trait("Spec", "6.1")]
    public async Task A_sweep_finds_what_no_update_time_shows_below_everything_else()
    {
        Contacts(150, _ => ["gold"]);
        for (var id = 1L; id <= 150; id++)
        {
            var user = _world.Users.Add($"c{id}@example.test", $"c{id}", "subscriber", "old");
            await _world.Store.Save(new LedgerEntry("shop", id) { UserId = user.Id }, default);
        }
        var job = await _process.Send(new StartSweep("shop"));
        Assert.Equal(150, job!.Total);
        await _process.Send(new AdvanceJob("shop", JobKind.Sweep));
        Assert.Equal(Urgency.Sweep, _world.Store.RowOf(1)!.Pending!.Urgency);
        await RunToTheEnd(JobKind.Sweep);
        Assert.All(_world.Users.All.Values, user => Assert.Equal(["gold"], user.Tags!));
        Assert.Empty(_world.Contacts.Listed);
    }

    [Fact]
    [Trait("Spec", "6.1")]
    public async Task A_sweep_starts_by_itself_once_a_day()
    {
        await _process.Runs.Advance("shop", default);
        var first = await Job(JobKind.Sweep);
        _world.Time.Advance(TimeSpan.FromHours(23));
        await _process.Runs.Advance("shop", default);
        Assert.Equal(first.Started, (await Job(JobKind.Sweep)).Started);
        _world.Time.Advance(TimeSpan.FromHours(2));
        await _process.Runs.Advance("shop", default);
        Assert.Equal(first.Started.AddHours(25), (await Job(JobKind.Sweep)).Started);
    }

    [Fact]
    [Trait("Spec", "6.1")]
    public async Task A_sweep_that_is_turned_off_does_not()
    {
        _world.CatchUp = new CatchUpSettings { Sweep = TimeSpan.Zero };
        await _process.Runs.Advance("shop", default);
        Assert.Null(await ((IJobs)_world.Store).Find("shop", JobKind.Sweep, default));
    }

    [Fact]
    [Trait("Spec", "9.3")]
    public async Task The_status_tells_what_waits_and_runs()
    {
        Contacts(10);
        await _process.Send(new StartImport("shop"));
        await _process.Send(new AdvanceJob("shop", JobKind.Import));
        await _world.Store.Accept("shop", 3, new SyncRequest(SyncAction.Update), default);
        var status = await _process.Send(new ReadStatus("shop"));
        Assert.Equal((9L, 1L), (status.Waiting[Urgency.Import], status.Waiting[Urgency.Webhook]));
        Assert.Equal(JobState.Done, status.Import!.State);
        Assert.Null(status.Sweep);
    }

    private void Contacts(int number, Func<long, string[]>? tags = null)
    {
        for (var id = 1L; id <= number; id++)
            _world.Contacts.Add(World.Ann($"c{id}@example.test", tags?.Invoke(id) ?? []) with { Id = id });
    }

    private async Task RunToTheEnd(JobKind kind)
    {
        while (
            await _process.Send(new AdvanceJob("shop", kind))
            || await _process.Pump.RunOnce("shop", default) > 0
            || (await Job(kind)).State == JobState.Running
        ) { }
    }

    private async Task<Job> Job(JobKind kind) => (await ((IJobs)_world.Store).Find("shop", kind, default))!;
}
