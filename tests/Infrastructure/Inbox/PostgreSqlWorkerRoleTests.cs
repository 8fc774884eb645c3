using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.PostgreSql;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace CleanSync.Infrastructure.Tests.Inbox;

/// <summary>Who works which account. The clocks are real: the server knows no other.</summary>
[Trait("Spec", "5.4")]
public sealed class PostgreSqlWorkerRoleTests : IAsyncLifetime
{
    private string _database = null!; // until InitializeAsync, or when there is no server

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _database = PostgreSqlUnderTest.MakeDatabase();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        if (_database is not null)
            PostgreSqlUnderTest.Drop(_database);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_account_is_one_nodes_and_goes_to_the_next_when_it_is_given_back()
    {
        await using var first = Open();
        await using var second = Open();
        var right = await first.WorkerRole.Take("account", ["shop", "club"], Cancel);
        Assert.True(first.WorkerRole.Holds("shop"));
        Assert.True(first.WorkerRole.Holds("club"));
        Assert.False(first.WorkerRole.Holds("other"));
        var waiting = second.WorkerRole.Take("account", ["shop", "club"], Cancel);
        var elsewhere = await second.WorkerRole.Take("another", ["other"], Cancel);
        Assert.False(waiting.IsCompleted);
        Assert.False(second.WorkerRole.Holds("shop"));

        await right.DisposeAsync();
        Assert.False(first.WorkerRole.Holds("shop"));
        await waiting;

        Assert.True(second.WorkerRole.Holds("shop"));
        Assert.True(second.Epochs.Of("shop") > 1);
        await elsewhere.DisposeAsync();
    }

    [Fact]
    public async Task A_site_is_one_nodes_also_when_the_other_names_its_account_differently()
    {
        await using var first = Open();
        await using var second = Open();
        var right = await first.WorkerRole.Take("https://account.api-us1.com/", ["shop"], Cancel);
        var waiting = second.WorkerRole.Take("https://account.example/", ["club", "shop"], Cancel);
        // The next look comes after the one that tried.
        await second.WorkerRole.Take("another", ["other"], Cancel);
        Assert.False(waiting.IsCompleted);
        Assert.False(second.WorkerRole.Holds("club"));
        // What it could take it has not kept.
        await using var club = await first.WorkerRole.Take("https://account.example/", ["club"], Cancel);
        await club.DisposeAsync();

        await right.DisposeAsync();
        await waiting;
        Assert.True(second.WorkerRole.Holds("shop"));
    }

    [Fact]
    public async Task A_node_that_ends_gives_everything_back()
    {
        var first = Open();
        await first.WorkerRole.Take("account", ["shop"], Cancel);
        await using var second = Open();
        var waiting = second.WorkerRole.Take("account", ["shop"], Cancel);

        await first.DisposeAsync();

        await waiting;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => first.WorkerRole.Take("account", ["shop"], Cancel));
    }

    [Fact]
    public async Task Who_stops_waiting_gets_nothing()
    {
        await using var first = Open();
        await using var second = Open();
        var right = await first.WorkerRole.Take("account", ["shop"], Cancel);
        using var patience = new CancellationTokenSource();
        var waiting = second.WorkerRole.Take("account", ["shop"], patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        await right.DisposeAsync();
        // Were the lock still the second's, this would wait for ever.
        await first.WorkerRole.Take("account", ["shop"], Cancel);
    }

    [Fact]
    public async Task A_node_that_loses_its_connection_loses_its_accounts_and_its_writes_are_refused()
    {
        await using var first = Open();
        await using var second = Open();
        var right = await first.WorkerRole.Take("account", ["shop"], Cancel);
        await first.Inbox.Accept("shop", 1, new SyncRequest(SyncAction.Add), Cancel);
        var work = await first.Inbox.Claim("shop", 1, Cancel);
        var waiting = second.WorkerRole.Take("account", ["shop"], Cancel);
        var lost = Ended(right);

        Cut("CleanSync worker role");
        await lost;

        Assert.False(first.WorkerRole.Holds("shop"));
        await Assert.ThrowsAsync<TransientException>(() => first.Ledger.Save(new LedgerEntry("shop", 1), Cancel));
        await right.DisposeAsync();
        await waiting;
        await first.Inbox.Finish(work[0], new NextStep.Done(), entry: null, Cancel);
        await second.Inbox.Release("shop", Cancel);
        Assert.Equal(1, (await second.Inbox.Claim("shop", 1, Cancel))[0].Contact);
    }

    [Fact]
    public async Task What_was_not_given_back_is_taken_when_nobody_can_be_sure_of_it_any_more()
    {
        await using var cut = Open(new StoppedTimers());
        await using var second = Open();
        await cut.WorkerRole.Take("account", ["shop"], Cancel);
        var waiting = second.WorkerRole.Take("account", ["shop"], Cancel);

        // The server frees the lock at once; the node, whose timers are stopped, does not know.
        Cut("CleanSync worker role");
        await waiting;

        Assert.False(cut.WorkerRole.Holds("shop"));
    }

    [Fact]
    public async Task A_lost_account_is_taken_again_only_when_what_was_begun_has_ended()
    {
        await using var only = Open();
        var right = await only.WorkerRole.Take("account", ["shop"], Cancel);
        var lost = Ended(right);
        Cut("CleanSync worker role");
        await lost;

        // Of the same node too, a command for instance.
        var again = only.WorkerRole.Take("account", ["shop"], Cancel);
        await (await only.WorkerRole.Take("another", ["other"], Cancel)).DisposeAsync();
        Assert.False(again.IsCompleted);
        Assert.False(only.WorkerRole.Holds("shop"));
        await right.DisposeAsync();
        await using var second = await again;

        Assert.True(only.WorkerRole.Holds("shop"));
    }

    [Fact]
    public async Task Several_of_one_node_may_wait_for_an_account()
    {
        await using var first = Open();
        await using var second = Open();
        var right = await first.WorkerRole.Take("account", ["shop"], Cancel);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var worker = second.WorkerRole.Take("account", ["shop"], Cancel);
        var leaves = second.WorkerRole.Take("account", ["shop"], leaving.Token);
        var command = second.WorkerRole.Take("account", ["shop"], Cancel);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        await right.DisposeAsync();
        var taken = await worker;
        Assert.False(command.IsCompleted);
        await taken.DisposeAsync();
        await (await command).DisposeAsync();
    }

    [Fact]
    public async Task A_right_that_was_raised_and_never_granted_keeps_nobody_out()
    {
        await using var first = Open();
        await using var second = Open();
        await (await first.WorkerRole.Take("other", ["o"], Cancel)).DisposeAsync();
        // The connection dies in between.
        PostgreSqlUnderTest.Execute(
            _database,
            """
            CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN IF NEW.name = 'site s' THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NEW; END $$;
            CREATE TRIGGER cut AFTER INSERT OR UPDATE ON cleansync.rights FOR EACH ROW EXECUTE FUNCTION cut();
            """
        );
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var leaves = first.WorkerRole.Take("account", ["s"], leaving.Token);
        while (
            (
                await second.Database.All(
                    "SELECT 1 FROM cleansync.rights WHERE name = 'account account'",
                    _ => 1,
                    Cancel
                )
            ).Count == 0
        )
            await Task.Delay(20, Cancel);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        PostgreSqlUnderTest.Execute(_database, "DROP TRIGGER cut ON cleansync.rights");

        await using var right = await second
            .WorkerRole.Take("account", ["s"], Cancel)
            .WaitAsync(TimeSpan.FromMinutes(1), Cancel);
    }

    [Fact]
    public async Task A_dead_nodes_account_is_taken_within_seconds_also_when_the_servers_clock_is_set_back()
    {
        await using var dead = Open(new StoppedTimers());
        await using var second = Open();
        await dead.WorkerRole.Take("account", ["shop"], Cancel);
        PostgreSqlUnderTest.Execute(_database, "UPDATE cleansync.nodes SET seen = seen + interval '1 hour'");
        Cut("CleanSync worker role");

        var right = await second
            .WorkerRole.Take("account", ["shop"], Cancel)
            .WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        Assert.False(dead.WorkerRole.Holds("shop"));
        await right.DisposeAsync();
    }

    [Fact]
    public async Task A_frozen_node_is_sure_of_nothing_before_the_server_takes_its_accounts()
    {
        var stopped = new StoppedTimers();
        await using var frozen = Open(stopped);
        await using var second = Open();
        var right = await frozen.WorkerRole.Take("account", ["shop"], Cancel);
        var lost = Ended(right);

        await second.WorkerRole.Take("account", ["shop"], Cancel);

        Assert.False(frozen.WorkerRole.Holds("shop"));
        Assert.False(lost.IsCompleted);
        await Assert.ThrowsAsync<TransientException>(() => frozen.Ledger.Save(new LedgerEntry("shop", 1), Cancel));
        frozen.WorkerRole.Wake();
        await lost;
    }

    [Fact]
    public async Task Neither_clock_alone_makes_a_node_sure()
    {
        var stopped = new StoppedTimers { Stands = true };
        await using var node = Open(stopped);
        await node.WorkerRole.Take("account", ["shop"], Cancel);
        Assert.True(node.WorkerRole.Holds("shop"));

        // As after a suspension of the machine: the clock that only goes forward stood still.
        stopped.Shift = TimeSpan.FromSeconds(6);
        Assert.False(node.WorkerRole.Holds("shop"));
        stopped.Shift = TimeSpan.FromHours(-1);
        Assert.True(node.WorkerRole.Holds("shop"));
    }

    [Fact]
    public async Task A_node_that_is_frozen_in_a_transaction_does_not_keep_others_from_its_account()
    {
        await using var frozen = Open(new StoppedTimers());
        await using var second = Open();
        await frozen.WorkerRole.Take("account", ["shop"], Cancel);

        await Assert.ThrowsAsync<TransientException>(() =>
            frozen.Database.Transact(
                async connection =>
                {
                    Assert.True(await frozen.Epochs.Holds(connection, "shop"));
                    await second.WorkerRole.Take("account", ["shop"], Cancel);
                    return 0;
                },
                Cancel
            )
        );
    }

    [Fact]
    public async Task Accounts_spread_evenly_also_when_nodes_come_and_go()
    {
        var accounts = Enumerable.Range(0, 6).Select(i => $"account{i}").ToArray();
        await using var first = Open();
        await using var second = Open();
        var third = Open();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using var thirdEnds = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
        var nodes = new[] { new Worker(first), new Worker(second), new Worker(third) };

        var work = new List<Task> { nodes[0].Work(accounts, ending.Token) };
        await Until(() => nodes[0].Count == 6, nodes);
        work.Add(nodes[1].Work(accounts, ending.Token));
        await Until(() => nodes[0].Count == 3 && nodes[1].Count == 3, nodes);
        work.Add(nodes[2].Work(accounts, thirdEnds.Token));
        await Until(() => nodes.All(node => node.Count == 2), nodes);
        await thirdEnds.CancelAsync();
        await third.DisposeAsync();
        await Until(() => nodes[0].Count == 3 && nodes[1].Count == 3, nodes);

        await ending.CancelAsync();
        await Task.WhenAll(work);
        Assert.Equal(0, Worker.MostOverlaps(nodes));
    }

    private static async Task Until(Func<bool> condition, Worker[] nodes)
    {
        while (!condition())
            await Task.WhenAny(nodes.Select(node => node.Changed)).WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    private static Task Ended(IWorkerRight right)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        right.Ends.Register(() => ended.TrySetResult());
        return ended.Task;
    }

    private PostgreSqlStore Open(TimeProvider? time = null) =>
        new(_database, time ?? TimeProvider.System, NullLogger.Instance);

    private void Cut(string application)
    {
        var name = new NpgsqlConnectionStringBuilder(_database).Database;
        PostgreSqlUnderTest.Execute(
            PostgreSqlUnderTest.Server,
            $"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}' AND application_name = '{application}'"
        );
    }

    /// <summary>Works accounts as the host does: until its right ends, then asks for it again.</summary>
    private sealed class Worker(PostgreSqlStore store)
    {
        private readonly Lock _lock = new();
        private readonly HashSet<string> _works = new(StringComparer.Ordinal);
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private static readonly Lock AllLock = new();
        private static readonly Dictionary<string, int> All = new(StringComparer.Ordinal);
        private int _overlaps;

        public int Count
        {
            get
            {
                lock (_lock)
                    return _works.Count;
            }
        }

        public Task Changed
        {
            get
            {
                lock (_lock)
                    return _changed.Task;
            }
        }

        public static int MostOverlaps(Worker[] workers) => workers.Sum(worker => worker._overlaps);

        public Task Work(string[] accounts, CancellationToken ending) =>
            Task.WhenAll(accounts.Select(account => Work(account, ending)));

        private async Task Work(string account, CancellationToken ending)
        {
            while (!ending.IsCancellationRequested)
            {
                try
                {
                    await using var right = await store.WorkerRole.Take(account, [account], ending);
                    Note(account, works: true);
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(right.Ends, ending);
                    var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    await using var ended = either.Token.Register(() => over.TrySetResult());
                    await over.Task;
                    Note(account, works: false);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }

        private void Note(string account, bool works)
        {
            lock (AllLock)
            {
                All[account] = All.GetValueOrDefault(account) + (works ? 1 : -1);
                if (All[account] > 1)
                    _overlaps++;
            }
            TaskCompletionSource changed;
            lock (_lock)
            {
                if (works)
                    _works.Add(account);
                else
                    _works.Remove(account);
                (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
            }
            changed.SetResult();
        }
    }

    /// <summary>A process whose timers never come to an end, as far as the role's loop can tell: it is frozen.</summary>
    private sealed class StoppedTimers : TimeProvider
    {
        private readonly DateTimeOffset _start = TimeProvider.System.GetUtcNow();

        /// <summary>Whether the clock that only goes forward stands still.</summary>
        public bool Stands { get; init; }

        /// <summary>How far the other one is off.</summary>
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => (Stands ? _start : base.GetUtcNow()) + Shift;

        public override long GetTimestamp() => Stands ? 0 : base.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Never();

        private sealed class Never : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() { }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
