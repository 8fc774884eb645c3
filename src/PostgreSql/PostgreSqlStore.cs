using CleanSync.Application.Ports;
using Microsoft.Extensions.Logging;

namespace CleanSync.PostgreSql;

/// <summary>Inbox, ledger, history, records and jobs in one PostgreSQL database that any number of nodes share.</summary>
internal sealed class PostgreSqlStore : IStore
{
    /// <summary>Makes the store; connects to nothing yet.</summary>
    /// <param name="connectionString">For instance <c>Host=db;Database=cleansync;Username=cleansync;Password=...</c>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of upgrades (Debug), and of a store that stops and resumes working.</param>
    /// <exception cref="ArgumentException">The connection string cannot be read, or names no host.</exception>
    public PostgreSqlStore(string connectionString, TimeProvider time, ILogger logger)
    {
        Database = new PostgreSqlDatabase(connectionString, logger);
        Lane = new AcceptLane(Database, Epochs, time);
        Inbox = new PostgreSqlInbox(Database, Lane, Epochs, time);
        Ledger = new PostgreSqlLedger(Database, Epochs);
        History = new PostgreSqlHistory(Database, Epochs);
        Records = new PostgreSqlSiteRecords(Database, Epochs, time);
        Jobs = new PostgreSqlJobs(Database, time);
        WorkerRole = new PostgreSqlWorkerRole(Database, Epochs, time, logger);
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

    /// <summary>Which accounts this process works.</summary>
    public PostgreSqlWorkerRole WorkerRole { get; }

    /// <inheritdoc/>
    public IWorkerRole Role => WorkerRole;

    /// <summary>The way to the server.</summary>
    internal PostgreSqlDatabase Database { get; }

    /// <summary>Stores what arrives, and counts commits.</summary>
    internal AcceptLane Lane { get; }

    /// <summary>By what right this process works its sites.</summary>
    internal Epochs Epochs { get; } = new();

    /// <summary>Stores what waits, gives the accounts up and closes all connections. Claims stay claimed, for <see cref="IInbox.Release"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await Lane.DisposeAsync();
        await WorkerRole.DisposeAsync();
        await Database.DisposeAsync();
    }
}
