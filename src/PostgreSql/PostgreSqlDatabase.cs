using CleanSync.Application.Ports;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanSync.PostgreSql;

/// <summary>
/// The way to the server. The database need not be there at start: whoever comes first after it is brings its schema up to date.
/// </summary>
internal sealed class PostgreSqlDatabase : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly Lock _lock = new();

    // The attempt that is under way, or the last one. Guarded by the lock.
    private Task _upgrade = Task.CompletedTask;
    private readonly ILogger _logger;
    private volatile bool _ready;
    private int _failing;

    /// <summary>Reads the connection string; connects to nothing.</summary>
    /// <exception cref="ArgumentException">The connection string cannot be read, or names no host.</exception>
    public PostgreSqlDatabase(string connectionString, ILogger logger)
    {
        ConnectionString = Prepare(connectionString);
        _source = NpgsqlDataSource.Create(ConnectionString);
        _logger = logger;
    }

    /// <summary>Whether a connection string can be read and names a host.</summary>
    public static bool CanRead(string connectionString)
    {
        try
        {
            return !string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(connectionString).Host);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>With which everything connects. Holds the password.</summary>
    public string ConnectionString { get; }

    /// <summary>Runs work on a connection.</summary>
    /// <param name="work">The work. A write must not give up once begun: whoever did would not know what happened.</param>
    /// <param name="cancellationToken">Cancels the wait for a connection.</param>
    /// <exception cref="TransientException">The store does not work now. Whether the work is durable is not known.</exception>
    public async Task<T> Run<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await Upgrade(cancellationToken);
            T result;
            await using (var connection = await _source.OpenConnectionAsync(cancellationToken))
                result = await work(connection);
            if (Interlocked.Exchange(ref _failing, 0) == 1)
                Log.Recovered(_logger);
            return result;
        }
        catch (Exception error) when (PostgreSqlFault.IsOfTheStore(error))
        {
            // After a restart of the server each idle connection would fail once more.
            _source.Clear();
            if (Interlocked.Exchange(ref _failing, 1) == 0)
                Log.Failed(_logger, PostgreSqlFault.Describe(error));
            throw PostgreSqlFault.OfTheStore(error);
        }
    }

    /// <summary>Runs work in a transaction and ends when it is durable.</summary>
    /// <inheritdoc cref="Run{T}" path="/param"/>
    /// <inheritdoc cref="Run{T}" path="/exception"/>
    public Task<T> Transact<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken) =>
        Run(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
                var result = await work(connection);
                await transaction.CommitAsync(CancellationToken.None);
                return result;
            },
            cancellationToken
        );

    /// <summary>All rows of a query.</summary>
    /// <exception cref="TransientException">The store does not work now.</exception>
    public Task<IReadOnlyList<T>> All<T>(
        string sql,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken,
        params object?[] values
    ) => Run(connection => connection.All(sql, read, cancellationToken, values), cancellationToken);

    /// <summary>Runs one statement, which is a transaction of its own.</summary>
    /// <returns>The number of rows changed.</returns>
    /// <exception cref="TransientException">The store does not work now. Whether the change is durable is not known.</exception>
    public Task<int> Execute(string sql, CancellationToken cancellationToken, params object?[] values) =>
        Run(connection => connection.Execute(sql, values), cancellationToken);

    /// <summary>Brings the schema up to date, once.</summary>
    /// <exception cref="SchemaException">It cannot be made.</exception>
    /// <exception cref="NpgsqlException">The server does not answer, or refuses.</exception>
    public async Task Upgrade(CancellationToken cancellationToken)
    {
        if (_ready)
            return;
        Task attempt;
        lock (_lock)
        {
            // One for all who ask meanwhile: one after the other, they would wait for a server that hangs each for all before.
            if (!_ready && _upgrade.IsCompleted)
                // DbUp knows no asynchronous way.
                _upgrade = Task.Run(
                    () =>
                    {
                        PostgreSqlSchema.Upgrade(ConnectionString, _logger);
                        _ready = true;
                    },
                    CancellationToken.None
                );
            attempt = _upgrade;
        }
        await attempt.WaitAsync(cancellationToken);
    }

    /// <summary>Closes all connections.</summary>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    // What the operator sets holds. A sender waits for its answer, so a server that hangs is given up early.
    private static string Prepare(string connectionString)
    {
        if (!CanRead(connectionString))
            throw new ArgumentException("It cannot be read, or names no host.", nameof(connectionString));
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        SetUnlessNamed("Application Name", "CleanSync");
        SetUnlessNamed("Timeout", 5);
        SetUnlessNamed("Command Timeout", 10);
        // A server lets in 100 by default, and several nodes share it.
        SetUnlessNamed("Maximum Pool Size", 20);
        // A node that freezes within a transaction must not keep its locks.
        builder.Options = $"-c idle_in_transaction_session_timeout=5000 {builder.Options}".TrimEnd();
        return builder.ConnectionString;

        void SetUnlessNamed(string key, object value)
        {
            // Unlike ContainsKey, this tells what was named, by whatever synonym.
            if (!builder.ShouldSerialize(key))
                builder[key] = value;
        }
    }
}
