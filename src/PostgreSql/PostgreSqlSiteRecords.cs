using CleanSync.Application.Ports;
using CleanSync.Domain;
using Npgsql;

namespace CleanSync.PostgreSql;

/// <summary>The sites' records in PostgreSQL.</summary>
internal sealed class PostgreSqlSiteRecords(PostgreSqlDatabase database, Epochs epochs, TimeProvider time)
    : ISiteRecords
{
    private const string FindSql =
        "SELECT watermark, last_webhook, paused_since, paused_because, stopped, held_since, held_because FROM cleansync.sites WHERE site = $1";

    private const string VerdictsSql =
        "SELECT loss, let_through, up_to, decided FROM cleansync.verdicts WHERE site = $1 ORDER BY loss";

    private const string WebhookArrivedSql = """
        INSERT INTO cleansync.sites AS known (site, last_webhook) VALUES ($1, $2)
        ON CONFLICT (site) DO UPDATE SET last_webhook = greatest(known.last_webhook, excluded.last_webhook)
        """;

    private const string CaughtUpSql = """
        INSERT INTO cleansync.sites (site, watermark) VALUES ($1, $2)
        ON CONFLICT (site) DO UPDATE SET watermark = excluded.watermark
        """;

    private const string HeldSql = """
        INSERT INTO cleansync.sites (site, held_since, held_because) VALUES ($1, $2, $3)
        ON CONFLICT (site) DO UPDATE SET held_since = excluded.held_since, held_because = excluded.held_because
        """;

    private const string PauseSql = """
        INSERT INTO cleansync.sites AS known (site, paused_since, paused_because, stopped) VALUES ($1, $2, $3, $4)
        ON CONFLICT (site) DO UPDATE SET
            paused_since = coalesce(known.paused_since, excluded.paused_since),
            paused_because = coalesce(nullif(known.paused_because, ''), excluded.paused_because),
            stopped = known.stopped | excluded.stopped
        """;

    private const string ResumeSql =
        "UPDATE cleansync.sites SET paused_since = NULL, paused_because = NULL, stopped = 0 WHERE site = $1";

    // Receipts that were given out but not yet stored are lower than this: those requests had been made before.
    private const string DecideSql = """
        INSERT INTO cleansync.verdicts (site, loss, let_through, up_to, decided)
        SELECT $1, $2, $3, CASE WHEN is_called THEN last_value ELSE 0 END, $4 FROM cleansync.inbox_receipts
        ON CONFLICT (site, loss) DO UPDATE SET
            let_through = excluded.let_through,
            up_to = excluded.up_to,
            decided = excluded.decided
        """;

    public async Task<SiteRecord> Find(string site, CancellationToken cancellationToken)
    {
        var found = await database.All(
            FindSql,
            row => new SiteRecord(site)
            {
                Watermark = row.TimeOrNull(0),
                LastWebhook = row.LongOrNull(1) is { } last ? UnixTime.Read(last) : null,
                Pause = PauseOf(row),
                Hold = row.LongOrNull(5) is { } held ? new SiteHold(UnixTime.Read(held), row.GetString(6)) : null,
            },
            cancellationToken,
            site
        );
        var verdicts = await database.All(
            VerdictsSql,
            row => new GuardVerdict(
                (Losses)row.GetInt32(0),
                row.GetBoolean(1),
                row.GetInt64(2),
                UnixTime.Read(row.GetInt64(3))
            ),
            cancellationToken,
            site
        );
        return (found.Count == 0 ? new SiteRecord(site) : found[0]) with { Verdicts = verdicts };
    }

    public Task WebhookArrived(string site, DateTimeOffset when, CancellationToken cancellationToken) =>
        database.Execute(WebhookArrivedSql, cancellationToken, site, UnixTime.Floor(when));

    public Task CaughtUp(string site, DateTimeOffset watermark, CancellationToken cancellationToken) =>
        database.Execute(CaughtUpSql, cancellationToken, site, watermark.UtcTicks);

    public Task Held(string site, SiteHold? hold, CancellationToken cancellationToken) =>
        database.Transact(
            async connection =>
                // Who lost the account has nothing to say of its sites any more.
                await epochs.Holds(connection, site)
                    ? await connection.Execute(
                        HeldSql,
                        site,
                        hold is null ? null : UnixTime.Floor(hold.Since),
                        hold?.Because
                    )
                    : 0,
            cancellationToken
        );

    public Task Pause(string site, SitePause pause, CancellationToken cancellationToken) =>
        database.Execute(
            PauseSql,
            cancellationToken,
            site,
            UnixTime.Floor(pause.Since),
            pause.Because,
            (int)pause.Stopped
        );

    public Task<SitePause?> Resume(string site, bool? letThrough, CancellationToken cancellationToken) =>
        database.Transact(
            async connection =>
            {
                var pause = await PauseOf(connection, site);
                if (pause is { Stopped: not Losses.None } && letThrough is null)
                    return pause;
                foreach (var loss in pause?.Stopped.Kinds() ?? [])
                    await connection.Execute(DecideSql, site, (int)loss, letThrough, UnixTime.Floor(time.GetUtcNow()));
                await connection.Execute(ResumeSql, site);
                return pause;
            },
            cancellationToken
        );

    // Two who resume at once wait for each other: the second finds nothing paused.
    private static async Task<SitePause?> PauseOf(NpgsqlConnection connection, string site) =>
        (await connection.All($"{FindSql} FOR UPDATE", PauseOf, CancellationToken.None, site)) is [var pause]
            ? pause
            : null;

    private static SitePause? PauseOf(NpgsqlDataReader row) =>
        row.LongOrNull(2) is { } since
            ? new SitePause(UnixTime.Read(since), row.GetString(3), (Losses)row.GetInt32(4))
            : null;
}
