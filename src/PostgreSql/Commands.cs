using System.Diagnostics.CodeAnalysis;
using System.Text;
using CleanSync.Domain;
using Npgsql;

namespace CleanSync.PostgreSql;

/// <summary>Statements with values for <c>$1</c> and on, and columns as the store's types.</summary>
internal static class Commands
{
    /// <summary>Runs a statement.</summary>
    /// <returns>The number of rows changed.</returns>
    public static async Task<int> Execute(this NpgsqlConnection connection, string sql, params object?[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        Add(command.Parameters, values);
        return await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>All rows of a query.</summary>
    public static async Task<IReadOnlyList<T>> All<T>(
        this NpgsqlConnection connection,
        string sql,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken,
        params object?[] values
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        Add(command.Parameters, values);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var all = new List<T>();
        while (await rows.ReadAsync(cancellationToken))
            all.Add(read(rows));
        return all;
    }

    /// <summary>A statement of a batch.</summary>
    public static NpgsqlBatchCommand Statement(string sql, params object?[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        Add(command.Parameters, values);
        return command;
    }

    /// <summary>A number or nothing.</summary>
    public static long? LongOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetInt64(column);

    /// <summary>A text or nothing.</summary>
    public static string? TextOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>A time that is kept to the tick.</summary>
    public static DateTimeOffset Time(this NpgsqlDataReader row, int column) =>
        new(row.GetInt64(column), TimeSpan.Zero);

    /// <summary>A time that is kept to the tick, or nothing.</summary>
    public static DateTimeOffset? TimeOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.Time(column);

    /// <summary>The request in the columns action, role, notify, imported and urgency, the first of them given; null when there is none.</summary>
    public static SyncRequest? Request(this NpgsqlDataReader row, int first) =>
        row.IsDBNull(first)
            ? null
            : new SyncRequest(
                (SyncAction)row.GetInt16(first),
                row.TextOrNull(first + 1),
                row.IsDBNull(first + 2) ? null : row.GetBoolean(first + 2),
                !row.IsDBNull(first + 3) && row.GetBoolean(first + 3),
                (Urgency)row.GetInt16(first + 4)
            );

    private static void Add(NpgsqlParameterCollection parameters, object?[] values)
    {
        foreach (var value in values)
            parameters.Add(
                new NpgsqlParameter
                {
                    Value = value switch
                    {
                        null => DBNull.Value,
                        string text => Storable(text),
                        string[] texts => Array.ConvertAll(texts, Storable),
                        _ => value,
                    },
                }
            );
    }

    // A text holds neither NUL nor half a surrogate pair: the server, or the driver, refuses the whole statement, however often it is tried.
    [return: NotNullIfNotNull(nameof(text))]
    private static string? Storable(string? text) =>
        text is null
        || !(text.Contains('\0', StringComparison.Ordinal) || text.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
            ? text
            : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');
}
