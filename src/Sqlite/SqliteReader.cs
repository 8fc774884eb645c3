using Microsoft.Data.Sqlite;

namespace CleanSync.Sqlite;

/// <summary>
/// Reads beside the writer: with a write-ahead log neither waits for the other. SQLite knows no asynchronous reads; these
/// are short, so they run on the caller's thread.
/// </summary>
internal sealed class SqliteReader(SqliteDatabase database)
{
    /// <summary>All rows of a query.</summary>
    /// <exception cref="Application.Ports.TransientException">The store does not work now.</exception>
    public Task<IReadOnlyList<T>> All<T>(
        Sql sql,
        Func<SqliteDataReader, T> read,
        CancellationToken cancellationToken,
        params ReadOnlySpan<object?> values
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            using var connection = database.OpenForReading();
            using var statement = new Statement(connection, sql);
            using var rows = statement.Query(values);
            var all = new List<T>();
            while (rows.Read())
                all.Add(read(rows));
            return Task.FromResult<IReadOnlyList<T>>(all);
        }
        catch (SqliteException error) when (!SqliteFault.IsOfOneOperation(error))
        {
            throw SqliteFault.OfTheStore(error);
        }
    }
}
