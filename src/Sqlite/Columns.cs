using CleanSync.Domain;
using Microsoft.Data.Sqlite;

namespace CleanSync.Sqlite;

/// <summary>Columns that may be null, and requests, which take five columns.</summary>
internal static class Columns
{
    public static long? LongOrNull(this SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetInt64(column);

    public static string? TextOrNull(this SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset? TimeOrNull(this SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetDateTimeOffset(column);

    /// <summary>The request in the columns action, role, notify, imported and urgency, the first of them given; null when there is none.</summary>
    public static SyncRequest? Request(this SqliteDataReader row, int first) =>
        row.IsDBNull(first)
            ? null
            : new SyncRequest(
                (SyncAction)row.GetInt32(first),
                row.TextOrNull(first + 1),
                row.IsDBNull(first + 2) ? null : row.GetBoolean(first + 2),
                !row.IsDBNull(first + 3) && row.GetBoolean(first + 3),
                (Urgency)row.GetInt32(first + 4)
            );
}
