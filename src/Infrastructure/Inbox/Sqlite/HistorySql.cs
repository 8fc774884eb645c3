using System.Text.Json;
using CleanSync.Application.Ports;

namespace CleanSync.Infrastructure.Inbox.Sqlite;

/// <summary>The statements of the history.</summary>
internal static class HistorySql
{
    public static readonly Sql Latest = new(
        """
        SELECT ended, contact, action, outcome, warnings, duration, attempt
        FROM history WHERE site = $site ORDER BY id DESC LIMIT $limit
        """,
        "$site",
        "$limit"
    );

    /// <summary>Bounded, so that webhooks are stored in between.</summary>
    public static readonly Sql Prune = new(
        """
        DELETE FROM history WHERE id IN (
            SELECT id FROM history INDEXED BY history_ended WHERE ended < $before ORDER BY ended LIMIT $limit)
        """,
        "$before",
        "$limit"
    );

    private static readonly Sql Insert = new(
        """
        INSERT INTO history (ended, site, contact, action, outcome, warnings, duration, attempt)
        VALUES ($ended, $site, $contact, $action, $outcome, $warnings, $duration, $attempt)
        """,
        "$ended",
        "$site",
        "$contact",
        "$action",
        "$outcome",
        "$warnings",
        "$duration",
        "$attempt"
    );

    /// <summary>Writes an outcome, inside the transaction that ends the claim.</summary>
    public static bool Append(SqliteSession session, HistoryEntry entry) =>
        session.Execute(
            Insert,
            UnixTime.Floor(entry.When),
            entry.Site,
            entry.Contact,
            (int)entry.Action,
            entry.Outcome,
            entry.Warnings.Count == 0 ? null : JsonSerializer.Serialize(entry.Warnings),
            entry.Duration.Ticks / TimeSpan.TicksPerMicrosecond,
            entry.Attempt
        ) > 0;
}
