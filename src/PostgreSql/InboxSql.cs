using CleanSync.Domain;

namespace CleanSync.PostgreSql;

/// <summary>The statements of the inbox. On the right of an assignment stands the row as it was before.</summary>
internal static class InboxSql
{
    /// <summary>
    /// Stores requests: one each for different contacts, in the order of their sites and contacts, so that no two nodes wait for each other.
    /// Joins as SyncRequest.Join does: greatest and least pass over nulls. The receipt of a row that is there is drawn when the row is
    /// locked, so it only grows. What no webhook asked for brings nothing new to what waits: it keeps its receipt, and so what a person has
    /// decided about it.
    /// </summary>
    /// <remarks>$1 to $8 are lists: site, contact, action, role, notify, imported, urgency, webhooks. $9 is now.</remarks>
    public const string Accept = """
        INSERT INTO cleansync.inbox AS row
            (site, contact, action, role, notify, imported, urgency, webhooks, receipt, received, due)
        SELECT site, contact, action, role, notify, imported, urgency, webhooks, nextval('cleansync.inbox_receipts'), $9, $9
        FROM unnest($1::text[], $2::bigint[], $3::smallint[], $4::text[], $5::boolean[], $6::boolean[], $7::smallint[], $8::integer[])
            AS request (site, contact, action, role, notify, imported, urgency, webhooks)
        ON CONFLICT (site, contact) DO UPDATE SET
            action = greatest(row.action, excluded.action),
            role = coalesce(excluded.role, row.role),
            notify = greatest(row.notify, excluded.notify),
            imported = least(row.imported, excluded.imported),
            urgency = CASE WHEN row.action IS NULL THEN excluded.urgency ELSE least(row.urgency, excluded.urgency) END,
            received = CASE WHEN row.action IS NULL THEN excluded.received ELSE row.received END,
            webhooks = row.webhooks + excluded.webhooks,
            receipt = CASE WHEN excluded.urgency > 0 AND row.action IS NOT NULL AND row.parked IS NULL THEN row.receipt
                ELSE nextval('cleansync.inbox_receipts') END,
            due = CASE WHEN row.parked IS NULL THEN row.due ELSE excluded.due END,
            attempts = CASE WHEN row.parked IS NULL THEN row.attempts ELSE 0 END,
            failing_since = CASE WHEN row.parked IS NULL THEN row.failing_since END,
            parked = NULL
        RETURNING site, contact, receipt
        """;

    /// <summary>Writes something. $1 is now.</summary>
    public const string Probe =
        "INSERT INTO cleansync.probe (id, probed) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET probed = excluded.probed";

    /// <summary>Tells the other nodes that these sites have work. $1 is a list.</summary>
    public const string Notify =
        $"SELECT pg_notify('{PostgreSqlListener.Inbox}', site) FROM unnest($1::text[]) AS changed (site)";

    /// <summary>
    /// Rows that arrived after now, or wait longer than anything does: the clock was set back since, or another node's is ahead. They arrive
    /// now instead, and are due: what they had to wait is not known any more. As many as a claim takes, so that none of them takes long.
    /// </summary>
    /// <remarks>$1 site, $2 now, $3 limit, $4 the latest that anything is due.</remarks>
    public static readonly string BringBack = $"""
        WITH ahead AS MATERIALIZED (
            SELECT contact FROM cleansync.inbox
            WHERE site = $1 AND claimed_action IS NULL AND parked IS NULL AND received > $2
            ORDER BY received LIMIT $3 FOR UPDATE SKIP LOCKED
        ), {string.Join(
            ", ",
            Urgencies.Select(urgency =>
                $"""
                far{urgency} AS MATERIALIZED (
                    SELECT contact FROM cleansync.inbox WHERE {Waits(urgency)} AND due > $4
                    ORDER BY due DESC LIMIT $3 FOR UPDATE SKIP LOCKED
                )
                """
            )
        )}
        UPDATE cleansync.inbox AS row SET due = $2, received = least(received, $2)
        FROM (SELECT contact FROM ahead {string.Concat(
            Urgencies.Select(urgency => $"UNION SELECT contact FROM far{urgency} ")
        )}) AS late
        WHERE row.site = $1 AND row.contact = late.contact
        """;

    /// <summary>
    /// Locks the first rows that are due, of each urgency. Rows that are due at the same time go in the order of their contacts. A statement
    /// of its own: one that also changed them would be begun anew for each row that a webhook joins meanwhile, and count differently.
    /// </summary>
    /// <remarks>$1 site, $2 now, $3 limit.</remarks>
    public static readonly string Pick =
        $"WITH {Picked()} {string.Join(" UNION ALL ", Urgencies.Select(urgency => $"SELECT contact FROM picked{urgency}"))}";

    /// <summary>Claims rows that are locked. $1 site, $2 a list of contacts.</summary>
    public const string Claim = """
        UPDATE cleansync.inbox AS row SET
            claimed_action = action,
            claimed_role = role,
            claimed_notify = notify,
            claimed_imported = imported,
            claimed_urgency = urgency,
            claimed_received = received,
            claimed_webhooks = webhooks,
            claimed_receipt = receipt,
            action = NULL,
            role = NULL,
            notify = NULL,
            imported = NULL,
            webhooks = 0,
            attempts = attempts + 1
        WHERE row.site = $1 AND row.contact = ANY($2)
        RETURNING row.contact, claimed_action, claimed_role, claimed_notify, claimed_imported, claimed_urgency,
            claimed_receipt, attempts, failing_since, due
        """;

    /// <summary>Success, and nothing has arrived meanwhile. $1 site, $2 contact, $3 receipt.</summary>
    public const string Remove =
        "DELETE FROM cleansync.inbox WHERE site = $1 AND contact = $2 AND claimed_receipt = $3 AND action IS NULL";

    /// <summary>Success, and what has arrived meanwhile starts afresh. $1 site, $2 contact, $3 receipt, $4 now.</summary>
    public const string StartAfresh = """
        UPDATE cleansync.inbox SET
            claimed_action = NULL,
            claimed_role = NULL,
            claimed_notify = NULL,
            claimed_imported = NULL,
            claimed_urgency = NULL,
            claimed_received = NULL,
            claimed_webhooks = NULL,
            claimed_receipt = NULL,
            due = $4,
            attempts = 0,
            failing_since = NULL,
            reason = ''
        WHERE site = $1 AND contact = $2 AND claimed_receipt = $3
        """;

    private const string JoinClaimed = """
            action = greatest(claimed_action, action),
            role = coalesce(role, claimed_role),
            notify = greatest(claimed_notify, notify),
            imported = least(claimed_imported, imported),
            urgency = CASE WHEN action IS NULL THEN claimed_urgency ELSE least(claimed_urgency, urgency) END,
            received = claimed_received,
            webhooks = claimed_webhooks + webhooks,
            claimed_action = NULL,
            claimed_role = NULL,
            claimed_notify = NULL,
            claimed_imported = NULL,
            claimed_urgency = NULL,
            claimed_received = NULL,
            claimed_webhooks = NULL,
            claimed_receipt = NULL,
        """;

    /// <summary>
    /// Failure: the claimed request goes back under the pending one. An attempt that was no fault is given back, and who need not wait keeps
    /// his place, which no clock that is set back takes from him.
    /// </summary>
    /// <remarks>$1 site, $2 contact, $3 receipt, $4 now, $5 due, $6 whether an attempt was spent, $7 reason.</remarks>
    public const string PutBack = $"""
        UPDATE cleansync.inbox SET
        {JoinClaimed}
            due = CASE WHEN $6::boolean OR $5 > $4 + 1 THEN $5 ELSE least(due, $5) END,
            attempts = attempts - CASE WHEN $6::boolean THEN 0 ELSE 1 END,
            failing_since = CASE WHEN $6::boolean THEN coalesce(failing_since, $4) ELSE failing_since END,
            reason = $7
        WHERE site = $1 AND contact = $2 AND claimed_receipt = $3
        """;

    /// <summary>Parks it, unless something has arrived meanwhile: that revives it before it is parked.</summary>
    /// <remarks>$1 site, $2 contact, $3 receipt, $4 now, $5 why it is parked, $6 reason.</remarks>
    public const string Park = $"""
        UPDATE cleansync.inbox SET
        {JoinClaimed}
            parked = CASE WHEN action IS NULL THEN $5::smallint END,
            due = $4,
            attempts = CASE WHEN action IS NULL THEN attempts ELSE 0 END,
            failing_since = CASE WHEN action IS NULL THEN failing_since END,
            reason = $6
        WHERE site = $1 AND contact = $2 AND claimed_receipt = $3
        """;

    /// <summary>The worker died at it. The attempt counts: the row may be what killed the worker. $1 site, $2 now.</summary>
    public const string Release = $"""
        WITH lost AS MATERIALIZED (
            SELECT contact FROM cleansync.inbox WHERE site = $1 AND claimed_action IS NOT NULL ORDER BY contact FOR UPDATE
        )
        UPDATE cleansync.inbox AS row SET
        {JoinClaimed}
            due = $2
        FROM lost WHERE row.site = $1 AND row.contact = lost.contact
        """;

    /// <summary>When the latest parked row was parked; null when none is. $1 site.</summary>
    public const string LatestParked = "SELECT max(due) FROM cleansync.inbox WHERE site = $1 AND parked IS NOT NULL";

    /// <summary>
    /// Bounded, so that webhooks are stored in between. A row that is parked again later is left alone. Retrying is a request of its own:
    /// what a person decided about earlier ones does not hold for it.
    /// </summary>
    /// <remarks>$1 site, $2 now, $3 parked before, $4 a contact or null, $5 why it is parked or null, $6 limit.</remarks>
    public const string Retry = """
        WITH chosen AS MATERIALIZED (
            SELECT contact FROM cleansync.inbox
            WHERE site = $1 AND parked IS NOT NULL AND due <= $3
                AND ($4::bigint IS NULL OR contact = $4::bigint) AND ($5::smallint IS NULL OR parked = $5::smallint)
            ORDER BY contact LIMIT $6 FOR UPDATE
        )
        UPDATE cleansync.inbox AS row SET
            parked = NULL,
            due = $2,
            attempts = 0,
            failing_since = NULL,
            receipt = nextval('cleansync.inbox_receipts')
        FROM chosen WHERE row.site = $1 AND row.contact = chosen.contact
        """;

    /// <summary>$1 site.</summary>
    public static readonly string NextDue =
        $"SELECT min(due) FROM ({EachUrgency(waiting => $"SELECT due FROM cleansync.inbox WHERE {waiting} ORDER BY due LIMIT 1")}) AS firsts";

    /// <summary>$1 site, $2 urgency.</summary>
    public const string Waiting = """
        SELECT count(*) FROM cleansync.inbox
        WHERE site = $1 AND urgency = $2 AND claimed_action IS NULL AND parked IS NULL
        """;

    /// <summary>A request that waits in a claimed row waits too. $1 site.</summary>
    public const string Depth = """
        SELECT coalesce(sum(waiting), 0)::bigint, coalesce(sum(claimed), 0)::bigint, coalesce(sum(parked), 0)::bigint, least(
            (SELECT min(received) FROM cleansync.inbox WHERE site = $1 AND claimed_action IS NULL AND parked IS NULL),
            (SELECT min(received) FROM cleansync.inbox WHERE site = $1 AND claimed_action IS NOT NULL AND action IS NOT NULL))
        FROM cleansync.inbox_depth WHERE site = $1
        """;

    /// <summary>The first rows of each state, found by its index, then put in order: never a sort of the whole inbox.</summary>
    /// <remarks>$1 site, $2 limit.</remarks>
    public static readonly string Rows = $"""
        SELECT contact, claimed_action, claimed_role, claimed_notify, claimed_imported, claimed_urgency,
            action, role, notify, imported, urgency,
            due, attempts, parked, reason, webhooks + coalesce(claimed_webhooks, 0)
        FROM (
            (SELECT * FROM cleansync.inbox WHERE site = $1 AND parked IS NOT NULL ORDER BY due, contact LIMIT $2)
            UNION ALL
            (SELECT * FROM cleansync.inbox WHERE site = $1 AND claimed_action IS NOT NULL ORDER BY due, contact LIMIT $2)
            UNION ALL
            {EachUrgency(waiting => $"SELECT * FROM cleansync.inbox WHERE {waiting} ORDER BY due, contact LIMIT $2")}
        ) AS firsts
        ORDER BY parked IS NULL,
            CASE WHEN parked IS NULL THEN least(CASE WHEN action IS NOT NULL THEN urgency END, claimed_urgency) END, due, contact
        LIMIT $2
        """;

    private static IEnumerable<int> Urgencies => Enum.GetValues<Urgency>().Select(urgency => (int)urgency);

    // One walk of the index for each urgency, the most urgent first: a single one would pass over every row that waits.
    private static string EachUrgency(Func<string, string> select) =>
        string.Join("\nUNION ALL\n", Urgencies.Select(urgency => $"({select(Waits(urgency))})"));

    private static string Picked() =>
        string.Join(
            ", ",
            Urgencies.Select(urgency =>
                $"""
                picked{urgency} AS MATERIALIZED (
                    SELECT contact FROM cleansync.inbox WHERE {Waits(urgency)} AND due <= $2
                    ORDER BY due, contact LIMIT $3{string.Concat(
                    Urgencies.Where(other => other < urgency).Select(other => $" - (SELECT count(*) FROM picked{other})")
                )}
                    FOR UPDATE SKIP LOCKED
                )
                """
            )
        );

    private static string Waits(int urgency) =>
        $"site = $1 AND urgency = {urgency} AND claimed_action IS NULL AND parked IS NULL";
}
