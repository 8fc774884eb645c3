using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CleanSync.Infrastructure.Tests.Inbox;

/// <summary>What only SQLite promises, or only SQLite can get wrong.</summary>
public sealed class SqliteStoreTests : IAsyncLifetime
{
    private const string Site = "shop";
    private static readonly SyncRequest Add = new(SyncAction.Add, "gold");
    private readonly SqliteFixture _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SqliteWriter Writer => _store.Sqlite.Writer;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    [Trait("Spec", "9.5")]
    public async Task An_idle_store_has_no_thread_and_wakes_for_whoever_comes()
    {
        Writer.Linger = TimeSpan.Zero;
        for (var contact = 1; contact <= 50; contact++)
        {
            await _store.Inbox.Accept("shop", contact, new SyncRequest(SyncAction.Add), default);
            while (contact % 2 == 0 && Writer.IsRunning)
                await Task.Yield();
        }
        await Task.WhenAll(
            Enumerable
                .Range(51, 450)
                .Select(contact =>
                    Task.Run(() => _store.Inbox.Accept("shop", contact, new SyncRequest(SyncAction.Add), default))
                )
        );

        Assert.Equal(500, (await _store.Inbox.Depth("shop", default)).Waiting);
        while (Writer.IsRunning)
            await Task.Yield();
    }

    [Fact]
    [Trait("Spec", "10.2")]
    public async Task Concurrent_accepts_share_few_transactions()
    {
        using var gate = new ManualResetEventSlim();
        var before = Writer.Commits;
        var first = Hold(gate);
        var accepts = Enumerable.Range(1, 200).Select(c => _store.Inbox.Accept(Site, c, Add, Cancel)).ToArray();
        gate.Set();
        await first;
        var receipts = await Task.WhenAll(accepts);

        Assert.Equal(200, receipts.Distinct().Count());
        Assert.InRange(Writer.Commits - before, 2, 3);
    }

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task A_database_of_the_first_schema_is_brought_up_to_date_and_keeps_what_it_holds()
    {
        var entry = new LedgerEntry(Site, 42) { UserId = 7, PasswordReturn = PasswordReturn.Returned };
        await _store.Ledger.Save(entry, Cancel);
        await _store.Sqlite.DisposeAsync();
        await using (var connection = new SqliteConnection($"Data Source={_store.File};Pooling=False"))
        {
            await connection.OpenAsync(Cancel);
            await using var older = connection.CreateCommand();
            older.CommandText = """
                DROP INDEX ledger_returned;
                ALTER TABLE ledger DROP COLUMN password_applied_at;
                DELETE FROM SchemaVersions WHERE ScriptName LIKE '%.0002-%';
                """;
            Assert.True(await older.ExecuteNonQueryAsync(Cancel) > 0);
        }

        await _store.Reopen();

        Assert.Equal(entry, await _store.Ledger.Find(Site, 42, Cancel));
        Assert.Equal([entry], await _store.Ledger.PasswordsReturned(Site, 0, 10, Cancel));
    }

    [Fact]
    public async Task An_operation_that_fails_by_itself_fails_alone()
    {
        using var gate = new ManualResetEventSlim();
        var before = Writer.Commits;
        var first = Hold(gate);
        var good = _store.Inbox.Accept(Site, 1, Add, Cancel);
        var bad = Writer.Write(session => BreakAfterWriting(session), Cancel);
        var other = _store.Inbox.Accept(Site, 2, Add, Cancel);
        gate.Set();
        await first;

        Assert.True(await good < await other);
        Assert.Equal(19, (await Assert.ThrowsAsync<SqliteException>(() => bad)).SqliteErrorCode);
        Assert.Equal([1L, 2L], (await _store.Inbox.Rows(Site, 10, Cancel)).Select(r => r.Contact));
        Assert.Equal(2, Writer.Commits - before);
    }

    [Fact]
    [Trait("Spec", "1.6")]
    public async Task A_full_disk_refuses_and_loses_nothing_and_works_again_when_there_is_room()
    {
        await _store.Inbox.Accept(Site, 1, Add, Cancel);
        // The limit lasts as long as the connection, and the writer drops a connection that failed.
        await Writer.Write(session => session.Execute(new Sql("PRAGMA max_page_count = 1")), Cancel);
        var accepts = Enumerable
            .Range(2, 500)
            .Select(c => _store.Inbox.Accept(Site, c, new SyncRequest(SyncAction.Add, new string('x', 60)), Cancel));
        var results = await Task.WhenAll(accepts.Select(Stored));

        Assert.Contains(false, results);
        await _store.Inbox.Accept(Site, 1000, Add, Cancel);
        var rows = await _store.Inbox.Rows(Site, 2000, Cancel);
        Assert.Equal(2 + results.Count(stored => stored), rows.Count);
    }

    [Fact]
    [Trait("Spec", "1.6")]
    public async Task A_read_only_disk_refuses_and_works_again_later()
    {
        await Writer.Write(session => session.Execute(new Sql("PRAGMA query_only = 1")), Cancel);

        // The pragma takes hold after the transaction that set it, so this is the first to fail.
        var refused = await Assert.ThrowsAsync<InboxUnavailableException>(() =>
            _store.Inbox.Accept(Site, 1, Add, Cancel)
        );

        Assert.Equal(8, Assert.IsType<SqliteException>(refused.InnerException).SqliteErrorCode);
        await _store.Inbox.Accept(Site, 1, Add, Cancel);
    }

    [Fact]
    [Trait("Spec", "9.4")]
    public async Task A_probe_finds_a_disk_that_cannot_be_written()
    {
        await Writer.Write(session => session.Execute(new Sql("PRAGMA query_only = 1")), Cancel);
        await Assert.ThrowsAsync<InboxUnavailableException>(() => _store.Inbox.Probe(Cancel));
        await _store.Inbox.Probe(Cancel);
    }

    [Fact]
    [Trait("Spec", "1.6")]
    public async Task A_database_locked_by_another_refuses_and_works_again_later()
    {
        using var other = new SqliteConnection(_store.ConnectionString);
        other.Open();
        using (var transaction = other.BeginTransaction(deferred: false))
        {
            await Assert.ThrowsAsync<InboxUnavailableException>(() => _store.Inbox.Accept(Site, 1, Add, Cancel));
            var fault = await Assert.ThrowsAsync<TransientException>(() =>
                _store.Ledger.Save(new LedgerEntry(Site, 1), Cancel)
            );
            Assert.False(fault.SpendsAttempt);
            transaction.Rollback();
        }

        await _store.Inbox.Accept(Site, 1, Add, Cancel);
        SqliteConnection.ClearPool(other);
    }

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task A_claim_that_was_durable_but_reported_as_failed_is_put_back()
    {
        await _store.Inbox.Accept(Site, 1, Add, Cancel);
        FailOnceAfterCommit();
        await Assert.ThrowsAsync<TransientException>(() => _store.Inbox.Claim(Site, 10, Cancel));

        var work = Assert.Single(await _store.Inbox.Claim(Site, 10, Cancel));
        Assert.Equal((1L, 1), (work.Contact, work.Attempt));
    }

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task A_finish_that_was_durable_but_reported_as_failed_can_be_repeated()
    {
        await _store.Inbox.Accept(Site, 1, Add, Cancel);
        var work = Assert.Single(await _store.Inbox.Claim(Site, 10, Cancel));
        var entry = new HistoryEntry(
            _store.Time.GetUtcNow(),
            Site,
            1,
            SyncAction.Add,
            "created",
            [],
            TimeSpan.FromSeconds(1),
            1
        );
        FailOnceAfterCommit();
        await Assert.ThrowsAsync<TransientException>(() =>
            _store.Inbox.Finish(work, new NextStep.Done(), entry, Cancel)
        );
        await _store.Inbox.Finish(work, new NextStep.Done(), entry, Cancel);

        Assert.Single(await _store.History.Latest(Site, 10, Cancel));
        Assert.Empty(await _store.Inbox.Rows(Site, 10, Cancel));
    }

    [Fact]
    [Trait("Spec", "5.4")]
    public async Task A_second_process_accepts_but_does_not_work_until_the_first_is_gone()
    {
        await using var second = _store.OpenAnother();
        Assert.False(second.WorkerLock.TryAcquire());
        await Assert.ThrowsAsync<InvalidOperationException>(() => second.Inbox.Claim(Site, 1, Cancel));
        await Assert.ThrowsAsync<InvalidOperationException>(() => second.Inbox.Release(Site, Cancel));

        var one = await _store.Inbox.Accept(Site, 1, Add, Cancel);
        var two = await second.Inbox.Accept(Site, 2, Add, Cancel);
        var three = await _store.Inbox.Accept(Site, 3, Add, Cancel);
        Assert.True(one < two && two < three);
        Assert.Equal(3, (await _store.Inbox.Claim(Site, 10, Cancel)).Count);

        var taking = second.WorkerLock.Take("account", [Site], Cancel);
        Assert.False(taking.IsCompleted);
        await _store.Sqlite.DisposeAsync();
        _store.Time.Advance(TimeSpan.FromSeconds(1));
        await using var right = await taking;
        await second.Inbox.Release(Site, Cancel);
        Assert.Equal(3, (await second.Inbox.Claim(Site, 10, Cancel)).Count);
    }

    [Fact]
    [Trait("Spec", "5.4")]
    public async Task A_process_that_names_the_file_by_a_link_does_not_work_beside_the_first()
    {
        var link = _store.File + ".link";
        File.CreateSymbolicLink(link, _store.File);
        await using var second = SqliteStore.Open($"Data Source={link}", _store.Time, NullLogger.Instance);

        Assert.False(second.WorkerLock.TryAcquire());
    }

    [Fact]
    [Trait("Spec", "5.4")]
    public async Task Whoever_takes_the_role_as_the_last_other_gives_it_back_has_the_lock()
    {
        var role = _store.Sqlite.WorkerLock;
        for (var round = 0; round < 300; round++)
        {
            var command = await role.Take("account", [Site], Cancel);
            using var go = new Barrier(2);
            var spin = round % 60;
            var back = Task.Run(
                async () =>
                {
                    go.SignalAndWait(Cancel);
                    Thread.SpinWait(spin);
                    await command.DisposeAsync();
                },
                Cancel
            );
            var taken = Task.Run(
                () =>
                {
                    go.SignalAndWait(Cancel);
                    Thread.SpinWait(30);
                    return role.Take("account", [Site], Cancel);
                },
                Cancel
            );
            await back;
            var worker = await taken;
            Assert.True(role.IsHeld);
            await worker.DisposeAsync();
        }
    }

    [Fact]
    [Trait("Spec", "1.6")]
    public async Task A_log_that_cannot_be_written_does_not_end_the_writer()
    {
        await using var store = SqliteStore.Open(_store.ConnectionString, _store.Time, new FullLog());
        await store.Writer.Write(session => session.Execute(new Sql("PRAGMA query_only = 1")), Cancel);
        await Assert.ThrowsAsync<InboxUnavailableException>(() => store.Inbox.Accept(Site, 1, Add, Cancel));

        await store.Inbox.Accept(Site, 1, Add, Cancel);
        await store.Inbox.Accept(Site, 2, Add, Cancel);
    }

    private sealed class FullLog : ILogger
    {
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
            if (logLevel > LogLevel.Debug)
                throw new IOException("No space left on device");
        }
    }

    [Fact]
    [Trait("Spec", "5.1")]
    public async Task Receipts_grow_when_the_clock_is_set_back()
    {
        var last = await _store.Inbox.Accept(Site, 1, Add, Cancel);
        await _store.Sqlite.DisposeAsync();
        var past = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch);
        await using var store = SqliteStore.Open(_store.ConnectionString, past, NullLogger.Instance);

        Assert.True(await store.Inbox.Accept(Site, 2, Add, Cancel) > last);
    }

    [Fact]
    public async Task The_files_are_readable_by_their_owner_alone()
    {
        await _store.Inbox.Accept(Site, 1, Add, Cancel);

        var files = Directory.GetFiles(Path.GetDirectoryName(_store.File)!);
        Assert.Equal(4, files.Length);
        Assert.All(
            files,
            file =>
                Assert.True(
                    OperatingSystem.IsWindows()
                        || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite)
                )
        );
    }

    [Fact]
    public async Task A_closed_store_refuses()
    {
        await _store.Sqlite.DisposeAsync();

        await Assert.ThrowsAsync<InboxUnavailableException>(() => _store.Inbox.Accept(Site, 1, Add, Cancel));
    }

    [Theory]
    [InlineData("Data Source=:memory:")]
    [InlineData("Data Source=")]
    [InlineData("Data Source=inbox;Mode=Memory")]
    public void A_connection_string_without_a_file_is_refused(string connectionString) =>
        Assert.Throws<ArgumentException>(() =>
            SqliteStore.Open(connectionString, TimeProvider.System, NullLogger.Instance)
        );

    /// <summary>Keeps the writer busy, so that what is asked for meanwhile forms one group.</summary>
    private Task<int> Hold(ManualResetEventSlim gate)
    {
        using var started = new ManualResetEventSlim();
        var held = Writer.Write(
            _ =>
            {
                started.Set();
                gate.Wait();
                return 0;
            },
            CancellationToken.None
        );
        started.Wait(Cancel);
        return held;
    }

    private void FailOnceAfterCommit() =>
        Writer.AfterCommit = () =>
        {
            Writer.AfterCommit = null;
            throw new IOException("The disk reports a fault.");
        };

    private static int BreakAfterWriting(SqliteSession session)
    {
        session.Execute(LedgerSql.HandOver, Site, 1, 7, 2);
        return session.Execute(InboxSql.Accept, Site, 3, 99, null, null, null, 0, session.NextReceipt(), session.Now);
    }

    private static async Task<bool> Stored(Task<long> accept)
    {
        try
        {
            await accept;
            return true;
        }
        catch (InboxUnavailableException)
        {
            return false;
        }
    }
}
