using CleanSync.Application.Ports;
using Microsoft.Data.Sqlite;

namespace CleanSync.Sqlite;

/// <summary>The connection that writes, with its prepared statements. Used by the thread of the writer alone.</summary>
internal sealed class SqliteSession : IDisposable
{
    private static readonly Sql BeginSql = new("BEGIN IMMEDIATE");
    private static readonly Sql CommitSql = new("COMMIT");
    private static readonly Sql RollbackSql = new("ROLLBACK");
    private static readonly Sql SavepointSql = new("SAVEPOINT one");
    private static readonly Sql KeepSql = new("RELEASE one");
    private static readonly Sql UndoSql = new("ROLLBACK TO one");
    private static readonly Sql LastReceiptSql = new("SELECT last FROM inbox_receipts");
    private static readonly Sql KeepReceiptSql = new("UPDATE inbox_receipts SET last = $last", "$last");

    private readonly SqliteConnection _connection;
    private readonly TimeProvider _time;
    private readonly Dictionary<Sql, Statement> _statements = [];
    private long _receiptBefore;
    private long _receipt;

    public SqliteSession(SqliteDatabase database, TimeProvider time)
    {
        _connection = database.OpenForWriting();
        _time = time;
    }

    /// <summary>The present time, in milliseconds.</summary>
    public long Now => UnixTime.Floor(_time.GetUtcNow());

    /// <summary>Takes the right to write, and reads the last receipt: another process may have given some out.</summary>
    public void Begin()
    {
        Execute(BeginSql);
        using var row = Query(LastReceiptSql);
        row.Read();
        _receipt = _receiptBefore = row.GetInt64(0);
    }

    /// <summary>Makes everything since <see cref="Begin"/> durable.</summary>
    public void Commit()
    {
        if (_receipt != _receiptBefore)
            Execute(KeepReceiptSql, _receipt);
        Execute(CommitSql);
    }

    /// <summary>Undoes everything since <see cref="Begin"/>.</summary>
    public void Rollback() => Execute(RollbackSql);

    /// <summary>Marks a point to which <see cref="Undo"/> goes back.</summary>
    public void Mark() => Execute(SavepointSql);

    /// <summary>Keeps what was done since <see cref="Mark"/>.</summary>
    public void Keep() => Execute(KeepSql);

    /// <summary>Undoes what was done since <see cref="Mark"/>.</summary>
    public void Undo()
    {
        Execute(UndoSql);
        Execute(KeepSql);
    }

    /// <summary>The last receipt that was given out.</summary>
    public long LastReceipt => _receipt;

    /// <summary>A number greater than every earlier one, close to the time in microseconds.</summary>
    public long NextReceipt()
    {
        var microseconds = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return _receipt = Math.Max(_receipt + 1, microseconds);
    }

    /// <summary>Runs a statement.</summary>
    /// <returns>The number of rows changed.</returns>
    public int Execute(Sql sql, params ReadOnlySpan<object?> values) => Prepared(sql).Execute(values);

    /// <summary>Runs a statement for its rows.</summary>
    public SqliteDataReader Query(Sql sql, params ReadOnlySpan<object?> values) => Prepared(sql).Query(values);

    /// <summary>Closes the connection. What was not committed is gone.</summary>
    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _connection.Dispose();
    }

    private Statement Prepared(Sql sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
            _statements[sql] = statement = new Statement(_connection, sql);
        return statement;
    }
}
