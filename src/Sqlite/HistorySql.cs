using System.Text.Json;
using CleanSync.Application.Ports;

namespace CleanSync.Sqlite;

/// <summary>The statements of the history.</summary>
internal static class HistorySql
{
    public static readonly Sql Latest = new(
        """
        SELECT ended, contact, action, outcome, warnings, duration, attempt, losses
        FROM history WHERE site = $site ORDER BY id DESC LIMIT $limit
        """,
        "$site",
        "$limit"
    );

    public static readonly Sql Planned = new(
        """
        SELECT contact, max(ended), 0 FROM history INDEXED BY history_ended
        WHERE ended >= $since AND site = $site AND losses IS NOT NULL
        GROUP BY contact
        UNION ALL
        SELECT contact, noted, loss FROM losses WHERE noted >= $since AND site = $site
        ORDER BY 2
        """,
        "$site",
        "$since"
    );

    public static readonly Sql NoteLoss = new(
        "INSERT OR REPLACE INTO losses (site, contact, loss, noted) VALUES ($site, $contact, $loss, $noted)",
        "$site",
        "$contact",
        "$loss",
        "$noted"
    );

    /// <summary>There is one of each kind for a contact.</summary>
    public static readonly Sql PruneLosses = new("DELETE FROM losses WHERE noted < $before", "$before");

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
        INSERT INTO history (ended, site, contact, action, outcome, warnings, duration, attempt, losses)
        VALUES ($ended, $site, $contact, $action, $outcome, $warnings, $duration, $attempt, $losses)
        """,
        "$ended",
        "$site",
        "$contact",
        "$action",
        "$outcome",
        "$warnings",
        "$duration",
        "$attempt",
        "$losses"
    );

    /// <summary>Writes an outcome, inside the transaction that ends the claim.</summary>
    public static int Append(SqliteSession session, HistoryEntry entry)
    {
        if (entry.Settled is var settled and not Settled.Nothing)
            session.Execute(
                LedgerSql.Settle,
                entry.Site,
                entry.Contact,
                settled.HasFlag(Settled.PasswordReturn),
                settled.HasFlag(Settled.WelcomeMail)
            );
        return session.Execute(
            Insert,
            UnixTime.Floor(entry.When),
            entry.Site,
            entry.Contact,
            (int)entry.Action,
            entry.Outcome,
            entry.Warnings.Count == 0
                ? null
                : JsonSerializer.Serialize(entry.Warnings, SqliteJson.Default.IReadOnlyListString),
            entry.Duration.Ticks / TimeSpan.TicksPerMicrosecond,
            entry.Attempt,
            (int?)entry.Losses
        );
    }
}
