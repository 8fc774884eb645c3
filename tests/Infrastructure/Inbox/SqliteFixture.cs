using CleanSync.Application.Ports;
using CleanSync.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Infrastructure.Tests.Inbox;

/// <summary>A SQLite store in a directory of its own.</summary>
internal sealed class SqliteFixture : IStoreFixture
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cleansync-");

    public SqliteFixture(bool worker = true)
    {
        Sqlite = OpenAnother();
        if (worker)
            Assert.True(Sqlite.WorkerLock.TryAcquire());
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public SqliteStore Sqlite { get; private set; }

    public string File => Path.Combine(_directory.FullName, "data", "inbox.db");

    public string ConnectionString => $"Data Source={File};Default Timeout=1";

    public ILogger Logger { get; init; } = NullLogger.Instance;

    public IInbox Inbox => Sqlite.Inbox;

    public ILedger Ledger => Sqlite.Ledger;

    public IHistory History => Sqlite.History;

    public ISiteRecords Records => Sqlite.Records;

    public IJobs Jobs => Sqlite.Jobs;

    public SqliteStore OpenAnother() => SqliteStore.Open(ConnectionString, Time, Logger);

    public Task Work(string site) => Task.CompletedTask;

    public async Task Reopen()
    {
        await Sqlite.DisposeAsync();
        Sqlite = OpenAnother();
        Assert.True(Sqlite.WorkerLock.TryAcquire());
    }

    public async ValueTask DisposeAsync()
    {
        await Sqlite.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
