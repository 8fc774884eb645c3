using CleanSync.Application.Ports;
using Microsoft.Extensions.Logging;

namespace CleanSync.Sqlite;

/// <summary>
/// Inbox, ledger, history, records and jobs in one SQLite file, written by one writer, so that what belongs together is one transaction.
/// </summary>
internal sealed class SqliteStore : IStore
{
    private readonly SqliteDatabase _database;

    private SqliteStore(SqliteDatabase database, TimeProvider time, ILogger logger)
    {
        _database = database;
        Writer = new SqliteWriter(database, time, logger);
        var reader = new SqliteReader(database);
        WorkerLock = new SqliteWorkerLock(database.Path, time);
        Inbox = new SqliteInbox(Writer, reader, WorkerLock, time);
        Ledger = new SqliteLedger(Writer, reader);
        History = new SqliteHistory(Writer, reader);
        Records = new SqliteSiteRecords(Writer, reader);
        Jobs = new SqliteJobs(Writer, reader, time);
    }

    /// <inheritdoc/>
    public IInbox Inbox { get; }

    /// <inheritdoc/>
    public ILedger Ledger { get; }

    /// <inheritdoc/>
    public IHistory History { get; }

    /// <inheritdoc/>
    public ISiteRecords Records { get; }

    /// <inheritdoc/>
    public IJobs Jobs { get; }

    /// <summary>The worker role: to be taken before <see cref="IInbox.Release"/> and <see cref="IInbox.Claim"/>, which insist on it.</summary>
    public SqliteWorkerLock WorkerLock { get; }

    /// <inheritdoc/>
    public IWorkerRole Role => WorkerLock;

    /// <summary>The writer, for those who count commits.</summary>
    internal SqliteWriter Writer { get; }

    /// <summary>Opens the store; makes the directory, the file and the schema when they are not there.</summary>
    /// <param name="connectionString">For instance <c>Data Source=cleansync.db</c>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of upgrades (Debug) and of a store that stops and resumes writing.</param>
    /// <exception cref="ArgumentException">The connection string names no file.</exception>
    public static SqliteStore Open(string connectionString, TimeProvider time, ILogger logger) =>
        new(SqliteDatabase.Prepare(connectionString, logger), time, logger);

    /// <summary>Writes what waits and closes the file. Claims stay claimed, for <see cref="IInbox.Release"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync();
        _database.CloseReaders();
        WorkerLock.Dispose();
    }
}
