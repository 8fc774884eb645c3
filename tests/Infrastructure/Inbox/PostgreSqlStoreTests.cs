using System.Net;
using System.Net.Sockets;
using CleanSync.Application;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.PostgreSql;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;
using Npgsql;

namespace CleanSync.Infrastructure.Tests.Inbox;

/// <summary>What PostgreSQL is used for beyond the contract: several nodes, and a server of its own that may fail.</summary>
public sealed class PostgreSqlStoreTests : IAsyncLifetime
{
    private const string Site = "shop";
    private static readonly SyncRequest Add = new(SyncAction.Add);

    private readonly LogLines _log = new();
    private PostgreSqlFixture _store = null!; // until InitializeAsync, or when there is no server

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IInbox Inbox => _store.Inbox;

    public async ValueTask InitializeAsync() => _store = await PostgreSqlFixture.Make(_log);

    public ValueTask DisposeAsync() => _store?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task What_gathers_during_a_commit_is_one_transaction_and_one_contact_one_row()
    {
        await Inbox.Accept(Site, 1, Add, Cancel);
        var before = _store.PostgreSql.Lane.Commits;
        Task<long>[] accepts;
        await using (var other = new NpgsqlConnection(_store.ConnectionString))
        {
            await other.OpenAsync(Cancel);
            await using var transaction = await other.BeginTransactionAsync(Cancel);
            await other.Execute("LOCK TABLE cleansync.inbox IN EXCLUSIVE MODE");
            accepts = [.. Enumerable.Range(0, 300).Select(i => Inbox.Accept(Site, i % 100, Add, Cancel))];
            await transaction.CommitAsync(Cancel);
        }
        await Task.WhenAll(accepts);

        // The first ones may have gone alone, to wait for the lock.
        Assert.InRange(_store.PostgreSql.Lane.Commits - before, 1, 3);
        var rows = await Inbox.Rows(Site, 1000, Cancel);
        Assert.Equal((100, 301), (rows.Count, rows.Sum(row => row.Webhooks)));
    }

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task Claims_go_on_while_webhooks_join_what_they_would_take()
    {
        var (claims, random) = (0, new Random(1));
        var accepting = Enumerable.Range(0, 8).Select(_ => Task.Run(Accept, Cancel)).ToList();
        try
        {
            for (; claims < 400; Interlocked.Increment(ref claims))
            {
                var works = await Inbox.Claim(Site, 10, Cancel);
                Assert.InRange(works.Count, 0, 10);
                await Task.WhenAll(works.Select(work => Inbox.Finish(work, new NextStep.Done(), entry: null, Cancel)));
            }
        }
        finally
        {
            Volatile.Write(ref claims, 400);
            await Task.WhenAll(accepting);
        }

        async Task Accept()
        {
            while (Volatile.Read(ref claims) < 400)
            {
                long contact;
                lock (random)
                    contact = random.Next(1, 41);
                await Inbox.Accept(Site, contact, Add, Cancel);
            }
        }
    }

    [Fact]
    [Trait("Spec", "2.6")]
    [Trait("Spec", "5.1")]
    public async Task A_merge_and_the_end_of_the_survivors_work_do_not_wait_for_each_other()
    {
        for (var round = 0; round < 40; round++)
        {
            await Inbox.Accept(Site, 2, Add, Cancel);
            var work = (await Inbox.Claim(Site, 10, Cancel))[0];
            await _store.Ledger.Save(new LedgerEntry(Site, 2) { PasswordReturn = PasswordReturn.Due }, Cancel);
            await _store.Ledger.Save(new LedgerEntry(Site, 1) { UserId = 7 }, Cancel);
            var entry = new HistoryEntry(DateTimeOffset.UtcNow, Site, 2, SyncAction.Add, "updated", [], default, 1)
            {
                Settled = Settled.PasswordReturn,
            };
            await Task.WhenAll(
                Task.Run(() => Inbox.Finish(work, new NextStep.Done(), entry, Cancel), Cancel),
                Task.Run(() => Inbox.AcceptMerged(Site, 1, 2, 7, Add, Cancel), Cancel)
            );
            foreach (var again in await Inbox.Claim(Site, 10, Cancel))
                await Inbox.Finish(again, new NextStep.Done(), entry: null, Cancel);
        }
    }

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task A_database_that_cannot_hold_every_text_is_refused()
    {
        var name = $"cleansync_latin_{Guid.NewGuid():N}";
        PostgreSqlUnderTest.Execute(
            PostgreSqlUnderTest.Server,
            $"CREATE DATABASE {name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        );
        var latin = PostgreSqlUnderTest.With(PostgreSqlUnderTest.Server, builder => builder.Database = name);
        try
        {
            await using var store = new PostgreSqlStore(latin, TimeProvider.System, _log);
            await Assert.ThrowsAsync<InboxUnavailableException>(() => store.Inbox.Accept(Site, 1, Add, Cancel));
            Assert.Contains("UTF8", string.Concat(_log.Lines), StringComparison.Ordinal);
        }
        finally
        {
            PostgreSqlUnderTest.Drop(latin);
        }
    }

    [Fact]
    [Trait("Spec", "1.6")]
    public async Task Whoever_comes_while_a_server_hangs_at_start_waits_for_one_attempt_together()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        await using var store = new PostgreSqlStore(
            $"Host=127.0.0.1;Port={port};Database=x;Username=x;Password=x;Timeout=2",
            TimeProvider.System,
            _log
        );

        var accepts = Enumerable.Range(1, 9).Select(contact => store.Inbox.Accept(Site, contact, Add, Cancel)).ToList();
        foreach (var accept in accepts)
            await Assert.ThrowsAsync<InboxUnavailableException>(() => accept);

        var attempts = 0;
        for (; silent.Pending(); attempts++)
            (await silent.AcceptTcpClientAsync(Cancel)).Dispose();
        // The lane that stores begins another for those who came after its first group.
        Assert.InRange(attempts, 1, 2);
    }

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task A_request_that_the_server_refuses_fails_alone()
    {
        // The schema knows no such urgency.
        var refused = Inbox.Accept(Site, 1, new SyncRequest(SyncAction.Add, urgency: (Urgency)9), Cancel);
        var others = Enumerable.Range(2, 50).Select(contact => Inbox.Accept(Site, contact, Add, Cancel)).ToList();

        Assert.Equal("23514", (await Assert.ThrowsAsync<PostgresException>(() => refused)).SqlState);
        await Task.WhenAll(others);
        Assert.Equal(50, (await Inbox.Depth(Site, Cancel)).Waiting);
    }

    [Fact]
    [Trait("Spec", "5.4")]
    public async Task A_node_whose_account_another_has_taken_accepts_and_writes_nothing_else()
    {
        await Inbox.Accept(Site, 1, Add, Cancel);
        await Inbox.Accept(Site, 2, Add, Cancel);
        await _store.Ledger.Save(new LedgerEntry(Site, 1) { UserId = 11 }, Cancel);
        var work = (await Inbox.Claim(Site, 1, Cancel))[0];
        await using var other = _store.OpenAnother();
        await _store.Take(other, Site);
        var entry = new HistoryEntry(_store.Time.GetUtcNow(), Site, 1, SyncAction.Add, "x", [], TimeSpan.Zero, 1);

        Assert.Empty(await Inbox.Claim(Site, 10, Cancel));
        await Inbox.Finish(work, new NextStep.Done(), entry, Cancel);
        await Inbox.Release(Site, Cancel);
        await Refused(() => _store.Ledger.Save(new LedgerEntry(Site, 1) { UserId = 12 }, Cancel));
        await Refused(() => _store.Ledger.SaveLinkedAnew(new LedgerEntry(Site, 3) { UserId = 11 }, [], Cancel));
        await Refused(() => Inbox.AcceptMerged(Site, 1, 3, 11, Add, Cancel));
        await Inbox.Accept(Site, 3, Add, Cancel);

        Assert.Equal((2, 1, 0), Counts(await other.Inbox.Depth(Site, Cancel)));
        Assert.Empty(await other.History.Latest(Site, 10, Cancel));
        Assert.Equal(11, (await other.Ledger.Find(Site, 1, Cancel)).UserId);
        await other.Inbox.Release(Site, Cancel);
        Assert.Equal([1, 2, 3], (await other.Inbox.Claim(Site, 10, Cancel)).Select(w => w.Contact).Order());

        static async Task Refused(Func<Task> write) =>
            Assert.False((await Assert.ThrowsAsync<TransientException>(write)).SpendsAttempt);
    }

    [Fact]
    [Trait("Spec", "5.4")]
    public async Task Taking_an_account_waits_for_a_write_that_is_under_way()
    {
        await using var other = _store.OpenAnother();
        var taken = Task.CompletedTask;
        await _store.PostgreSql.Database.Transact(
            async connection =>
            {
                Assert.True(await _store.PostgreSql.Epochs.Holds(connection, Site));
                taken = _store.Take(other, Site);
                // Done by a connection of its own: the server has the other's request by now, or gets it later.
                await Inbox.Accept(Site, 1, Add, Cancel);
                Assert.False(taken.IsCompleted);
                return 0;
            },
            Cancel
        );
        await taken;
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [Trait("Spec", "5.4")]
    public async Task What_a_node_stores_whose_clock_is_wrong_is_due_at_once(int hours)
    {
        var wrong = new FakeTimeProvider(_store.Time.GetUtcNow().AddHours(hours));
        await using var other = new PostgreSqlStore(_store.ConnectionString, wrong, _log);

        await other.Inbox.Accept(Site, 1, Add, Cancel);

        Assert.Single(await Inbox.Claim(Site, 10, Cancel));
    }

    [Fact]
    public async Task Nodes_that_start_at_once_on_an_empty_database_all_work()
    {
        var database = PostgreSqlUnderTest.MakeDatabase();
        var nodes = Enumerable.Range(0, 4).Select(_ => _store.OpenAnother(database)).ToList();
        try
        {
            await Task.WhenAll(nodes.Select((node, i) => node.Inbox.Accept(Site, i, Add, Cancel)));
            Assert.Equal(4, (await nodes[0].Inbox.Depth(Site, Cancel)).Waiting);
        }
        finally
        {
            foreach (var node in nodes)
                await node.DisposeAsync();
            PostgreSqlUnderTest.Drop(database);
        }
    }

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task Nodes_that_accept_the_same_contacts_at_once_do_not_stand_in_each_others_way()
    {
        await using var other = _store.OpenAnother();
        var random = new Random(1);
        var accepts = Enumerable
            .Range(0, 4000)
            .Select(i =>
                (i % 2 == 0 ? Inbox : other.Inbox).Accept($"site{random.Next(5)}", random.Next(50), Add, Cancel)
            )
            .ToList();

        await Task.WhenAll(accepts);

        var rows = 0;
        foreach (var site in Enumerable.Range(0, 5))
            rows += (await Inbox.Rows($"site{site}", 100, Cancel)).Sum(row => row.Webhooks);
        Assert.Equal(4000, rows);
    }

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task A_server_that_was_restarted_costs_no_webhook()
    {
        await Inbox.Accept(Site, 1, Add, Cancel);
        CutAll();

        await Inbox.Accept(Site, 2, Add, Cancel);

        Assert.Equal(2, (await Inbox.Depth(Site, Cancel)).Waiting);
    }

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task A_database_that_is_not_there_refuses_webhooks_until_it_is()
    {
        var later = PostgreSqlUnderTest.MakeDatabase();
        PostgreSqlUnderTest.Drop(later);
        await using var store = _store.OpenAnother(later);

        await Assert.ThrowsAsync<InboxUnavailableException>(() => store.Inbox.Accept(Site, 1, Add, Cancel));
        await Assert.ThrowsAsync<TransientException>(() => store.Inbox.Depth(Site, Cancel));
        PostgreSqlUnderTest.Execute(
            PostgreSqlUnderTest.Server,
            $"CREATE DATABASE {new NpgsqlConnectionStringBuilder(later).Database}"
        );
        await store.Inbox.Accept(Site, 1, Add, Cancel);

        Assert.Equal(1, (await store.Inbox.Depth(Site, Cancel)).Waiting);
        Assert.Equal(
            [
                "Error: The inbox does not work: There is no such database. Make it, or set Database in CleanSync:Inbox:ConnectionString (3D000). Webhooks are answered 503 until it does. ",
                "Information: The inbox works again. ",
            ],
            _log.Lines
        );
        await store.DisposeAsync();
        PostgreSqlUnderTest.Drop(later);
    }

    [Fact]
    public async Task A_refused_password_is_told_and_not_shown()
    {
        const string wrong = "not-the-password";
        await using var store = _store.OpenAnother(
            PostgreSqlUnderTest.With(_store.ConnectionString, builder => builder.Password = wrong)
        );

        await Assert.ThrowsAsync<InboxUnavailableException>(() => store.Inbox.Accept(Site, 1, Add, Cancel));

        Assert.Contains("refuses the password", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Assert.DoesNotContain(wrong, Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task A_database_that_is_read_only_loses_nothing()
    {
        await Inbox.Accept(Site, 1, Add, Cancel);
        ReadOnly("on");
        await Assert.ThrowsAsync<InboxUnavailableException>(() => Inbox.Accept(Site, 2, Add, Cancel));
        await Assert.ThrowsAsync<InboxUnavailableException>(() => Inbox.Probe(Cancel));
        await Assert.ThrowsAsync<TransientException>(() => Inbox.Claim(Site, 10, Cancel));
        ReadOnly("off");

        await Inbox.Probe(Cancel);
        await Inbox.Accept(Site, 3, Add, Cancel);
        Assert.Equal([1, 3], (await Inbox.Claim(Site, 10, Cancel)).Select(work => work.Contact));

        void ReadOnly(string state)
        {
            var name = new NpgsqlConnectionStringBuilder(_store.ConnectionString).Database;
            PostgreSqlUnderTest.Execute(
                PostgreSqlUnderTest.Server,
                $"ALTER DATABASE {name} SET default_transaction_read_only = {state}"
            );
            CutAll();
        }
    }

    [Fact]
    public async Task What_the_connection_string_names_holds_and_the_rest_is_frugal()
    {
        await using var silent = new PostgreSqlDatabase("Host=db.example", _log);
        await using var named = new PostgreSqlDatabase(
            "Host=db.example;MaxPoolSize=50;Timeout=15;Application Name=shop",
            _log
        );

        Assert.Equal((20, 5, 10, "CleanSync"), Of(silent));
        Assert.Equal((50, 15, 10, "shop"), Of(named));

        static (int, int, int, string?) Of(PostgreSqlDatabase database)
        {
            var read = new NpgsqlConnectionStringBuilder(database.ConnectionString);
            return (read.MaxPoolSize, read.Timeout, read.CommandTimeout, read.ApplicationName);
        }
    }

    [Fact]
    public async Task Counting_stays_right_and_small()
    {
        const int contacts = 1500;
        for (var contact = 0; contact < contacts; contact++)
            await Inbox.AcceptAll(Site, [contact], Add, Cancel);
        var work = await Inbox.Claim(Site, contacts, Cancel);
        foreach (var one in work.Take(1000))
            await Inbox.Finish(one, new NextStep.Done(), entry: null, Cancel);
        await Inbox.Finish(work[^1], new NextStep.Park(ParkReason.NoEmail, ""), entry: null, Cancel);

        Assert.Equal((0, 499, 1), Counts(await Inbox.Depth(Site, Cancel)));
        // Each of 2 500 statements appended one: that none of them joined the others happens once in 250 000 runs.
        var rows = await _store.PostgreSql.Database.All(
            "SELECT count(*) FROM cleansync.inbox_depth",
            row => row.GetInt64(0),
            Cancel
        );
        Assert.InRange(rows[0], 1, 2400);
    }

    [Fact]
    [Trait("Spec", "5.4")]
    public async Task A_node_hears_what_another_stores_for_its_sites()
    {
        var signals = new InboxSignals(_store.Time);
        var sites = Mock.Of<ISites>(s => s.Names == new[] { Site, "other" });
        using var listener = new PostgreSqlListener(
            _store.PostgreSql,
            sites,
            signals,
            _store.Time,
            [],
            NullLogger<PostgreSqlListener>.Instance
        );
        await listener.StartAsync(Cancel);
        // Once it listens it wakes all sites: what came before was not heard.
        await signals.WaitForArrival("other", Cancel);
        await signals.WaitForArrival(Site, Cancel);
        await using var another = _store.OpenAnother();

        await another.Inbox.Accept(Site, 1, Add, Cancel);
        await signals.WaitForArrival(Site, Cancel);

        // Its connection is cut: it listens again, and looks.
        CutAll();
        var heard = signals.WaitForArrival(Site, Cancel);
        while (!heard.IsCompleted)
        {
            _store.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        await heard;
        await listener.StopAsync(Cancel);
    }

    private void CutAll()
    {
        var name = new NpgsqlConnectionStringBuilder(_store.ConnectionString).Database;
        PostgreSqlUnderTest.Execute(
            PostgreSqlUnderTest.Server,
            $"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"
        );
    }

    private static (long, long, long) Counts(InboxDepth depth) => (depth.Waiting, depth.Claimed, depth.Parked);
}
