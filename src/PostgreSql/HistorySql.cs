using CleanSync.Application.Ports;
using Npgsql;

namespace CleanSync.PostgreSql;

/// <summary>The statements of the history.</summary>
internal static class HistorySql
{
    /// <summary>$1 site, $2 limit.</summary>
    public const string Latest = """
        SELECT ended, contact, action, outcome, warnings, duration, attempt, losses
        FROM cleansync.history WHERE site = $1 ORDER BY id DESC LIMIT $2
        """;

    /// <summary>$1 site, $2 since when.</summary>
    public const string Planned = """
        SELECT contact, max(ended), 0 FROM cleansync.history
        WHERE ended >= $2 AND site = $1 AND losses IS NOT NULL
        GROUP BY contact
        UNION ALL
        SELECT contact, noted, loss FROM cleansync.losses WHERE noted >= $2 AND site = $1
        ORDER BY 2
        """;

    /// <summary>$1 site, $2 contact, $3 a list of kinds, $4 now.</summary>
    public const string NoteLosses = """
        INSERT INTO cleansync.losses (site, contact, loss, noted) SELECT $1, $2, loss, $4 FROM unnest($3::integer[]) AS kind (loss)
        ON CONFLICT (site, contact, loss) DO UPDATE SET noted = excluded.noted
        """;

    /// <summary>There is one of each kind for a contact. $1 before.</summary>
    public const string PruneLosses = "DELETE FROM cleansync.losses WHERE noted < $1";

    /// <summary>Bounded, so that no transaction lasts. $1 before, $2 limit.</summary>
    public const string Prune = """
        DELETE FROM cleansync.history WHERE id IN (
            SELECT id FROM cleansync.history WHERE ended < $1 ORDER BY ended LIMIT $2 FOR UPDATE SKIP LOCKED)
        """;

    private const string Insert = """
        INSERT INTO cleansync.history (ended, site, contact, action, outcome, warnings, duration, attempt, losses)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """;

    /// <summary>Writes an outcome, inside the transaction that ends the claim.</summary>
    public static async Task<int> Append(NpgsqlConnection connection, HistoryEntry entry)
    {
        if (entry.Settled is var settled and not Settled.Nothing)
            await connection.Execute(
                LedgerSql.Settle,
                entry.Site,
                entry.Contact,
                settled.HasFlag(Settled.PasswordReturn),
                settled.HasFlag(Settled.WelcomeMail)
            );
        return await connection.Execute(
            Insert,
            UnixTime.Floor(entry.When),
            entry.Site,
            entry.Contact,
            (short)entry.Action,
            entry.Outcome,
            entry.Warnings.ToArray(),
            entry.Duration.Ticks / TimeSpan.TicksPerMicrosecond,
            entry.Attempt,
            (int?)entry.Losses
        );
    }
}
