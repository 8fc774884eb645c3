using CleanSync.Domain;

namespace CleanSync.Sqlite;

/// <summary>The statements of the inbox. On the right of an assignment stands the row as it was before.</summary>
internal static class InboxSql
{
    private const string Insert = """
        INSERT INTO inbox (site, contact, action, role, notify, imported, urgency, receipt, received, due)
        VALUES ($site, $contact, $action, $role, $notify, $imported, $urgency, $receipt, $now, $now)
        ON CONFLICT (site, contact) DO UPDATE SET
        """;

    // As SyncRequest.Join does. SQLite's max of several values is null when one of them is, hence the coalesce. What no webhook asked for
    // brings nothing new to what waits: it keeps its receipt, and so what a person has decided about it.
    private const string Join = """
            action = coalesce(max(action, excluded.action), excluded.action),
            role = coalesce(excluded.role, role),
            notify = coalesce(max(notify, excluded.notify), notify, excluded.notify),
            imported = coalesce(min(imported, excluded.imported), imported, excluded.imported),
            webhooks = webhooks + 1,
            receipt = iif(excluded.urgency > 0 AND action IS NOT NULL AND parked IS NULL, receipt, excluded.receipt)
        """;

    private static readonly string[] Request =
    [
        "$site",
        "$contact",
        "$action",
        "$role",
        "$notify",
        "$imported",
        "$urgency",
        "$receipt",
        "$now",
    ];

    /// <summary>
    /// Stores a request for a new contact, or joins it to one that waits already and is as urgent. Changes no row when that is not the case:
    /// then <see cref="AcceptInto"/> does it. Names no column of an index, so that a join writes one page and no more.
    /// </summary>
    public static readonly Sql Accept = new(
        $"""
        {Insert}
        {Join}
        WHERE action IS NOT NULL AND parked IS NULL AND urgency <= excluded.urgency
        """,
        Request
    );

    /// <summary>Writes something.</summary>
    public static readonly Sql Probe = new(
        "INSERT INTO probe (id, probed) VALUES (1, $now) ON CONFLICT (id) DO UPDATE SET probed = excluded.probed",
        "$now"
    );

    /// <summary>As <see cref="Accept"/>, for a row that is parked, which it revives, claimed with nothing pending, or less urgent.</summary>
    public static readonly Sql AcceptInto = new(
        $"""
        {Insert}
        {Join},
            urgency = iif(action IS NULL, excluded.urgency, min(urgency, excluded.urgency)),
            received = iif(action IS NULL, excluded.received, received),
            due = iif(parked IS NULL, due, excluded.due),
            attempts = iif(parked IS NULL, attempts, 0),
            failing_since = iif(parked IS NULL, failing_since, NULL),
            parked = NULL
        """,
        Request
    );

    /// <summary>
    /// Rows that arrived after now, or wait longer than anything does: the clock was set back since. They arrive now instead, and are due:
    /// what they had to wait is not known any more. As many as a claim takes, so that none of them takes long.
    /// </summary>
    public static readonly Sql BringBack = new(
        $"""
        UPDATE inbox SET due = $now, received = min(received, $now)
        WHERE site = $site AND contact IN (
            SELECT * FROM (
                SELECT contact FROM inbox INDEXED BY inbox_received
                WHERE site = $site AND claimed_action IS NULL AND parked IS NULL AND received > $now
                ORDER BY received LIMIT $limit)
            UNION ALL
            {EachUrgency(
            "SELECT contact FROM inbox INDEXED BY inbox_due WHERE {0} AND due > $latest ORDER BY due DESC LIMIT $limit"
        )})
        """,
        "$site",
        "$now",
        "$limit",
        "$latest"
    );

    /// <summary>The first rows that are due, of each urgency. Rows that are due at the same time go in the order of their contacts.</summary>
    public static readonly Sql Claim = new(
        $"""
        UPDATE inbox SET
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
        WHERE site = $site AND contact IN (
            {EachUrgency(
            "SELECT contact FROM inbox INDEXED BY inbox_due WHERE {0} AND due <= $now ORDER BY due, contact LIMIT $limit"
        )}
            LIMIT $limit)
        RETURNING contact, claimed_action, claimed_role, claimed_notify, claimed_imported, claimed_urgency,
            claimed_receipt, attempts, failing_since, due
        """,
        "$site",
        "$now",
        "$limit"
    );

    /// <summary>Success, and nothing has arrived meanwhile.</summary>
    public static readonly Sql Remove = new(
        "DELETE FROM inbox WHERE site = $site AND contact = $contact AND claimed_receipt = $receipt AND action IS NULL",
        "$site",
        "$contact",
        "$receipt"
    );

    /// <summary>Success, and what has arrived meanwhile starts afresh.</summary>
    public static readonly Sql StartAfresh = new(
        """
        UPDATE inbox SET
            claimed_action = NULL,
            claimed_role = NULL,
            claimed_notify = NULL,
            claimed_imported = NULL,
            claimed_urgency = NULL,
            claimed_received = NULL,
            claimed_webhooks = NULL,
            claimed_receipt = NULL,
            due = $now,
            attempts = 0,
            failing_since = NULL,
            reason = ''
        WHERE site = $site AND contact = $contact AND claimed_receipt = $receipt
        """,
        "$site",
        "$contact",
        "$receipt",
        "$now"
    );

    private const string JoinClaimed = """
            action = coalesce(max(claimed_action, action), claimed_action),
            role = coalesce(role, claimed_role),
            notify = coalesce(max(claimed_notify, notify), claimed_notify, notify),
            imported = coalesce(min(claimed_imported, imported), claimed_imported, imported),
            urgency = iif(action IS NULL, claimed_urgency, min(claimed_urgency, urgency)),
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
    public static readonly Sql PutBack = new(
        $"""
        UPDATE inbox SET
        {JoinClaimed}
            due = iif($spent OR $due > $now + 1, $due, min(due, $due)),
            attempts = attempts - iif($spent, 0, 1),
            failing_since = iif($spent, coalesce(failing_since, $now), failing_since),
            reason = $reason
        WHERE site = $site AND contact = $contact AND claimed_receipt = $receipt
        """,
        "$site",
        "$contact",
        "$receipt",
        "$now",
        "$due",
        "$spent",
        "$reason"
    );

    /// <summary>Parks it, unless something has arrived meanwhile: that revives it before it is parked.</summary>
    public static readonly Sql Park = new(
        $"""
        UPDATE inbox SET
        {JoinClaimed}
            parked = iif(action IS NULL, $parked, NULL),
            due = $now,
            attempts = iif(action IS NULL, attempts, 0),
            failing_since = iif(action IS NULL, failing_since, NULL),
            reason = $reason
        WHERE site = $site AND contact = $contact AND claimed_receipt = $receipt
        """,
        "$site",
        "$contact",
        "$receipt",
        "$now",
        "$parked",
        "$reason"
    );

    /// <summary>The worker died at it. The attempt counts: the row may be what killed the worker.</summary>
    public static readonly Sql Release = new(
        $"UPDATE inbox SET {JoinClaimed} due = $now WHERE site = $site AND claimed_action IS NOT NULL",
        "$site",
        "$now"
    );

    /// <summary>When the latest parked row was parked; null when none is.</summary>
    public static readonly Sql LatestParked = new(
        "SELECT max(due) FROM inbox INDEXED BY inbox_parked WHERE site = $site AND parked IS NOT NULL",
        "$site"
    );

    /// <summary>
    /// Bounded, so that webhooks are stored in between. A row that is parked again later is left alone. Retrying is a request of its own:
    /// what a person decided about earlier ones does not hold for it.
    /// </summary>
    public static readonly Sql Retry = new(
        """
        UPDATE inbox SET parked = NULL, due = $now, attempts = 0, failing_since = NULL, receipt = $receipt
        WHERE site = $site AND contact IN (
            SELECT contact FROM inbox
            WHERE site = $site AND parked IS NOT NULL AND due <= $before
                AND ($contact IS NULL OR contact = $contact) AND ($reason IS NULL OR parked = $reason)
            LIMIT $limit)
        """,
        "$site",
        "$now",
        "$before",
        "$contact",
        "$reason",
        "$receipt",
        "$limit"
    );

    public static readonly Sql NextDue = new(
        $"SELECT min(due) FROM ({EachUrgency("SELECT due FROM inbox INDEXED BY inbox_due WHERE {0} ORDER BY due LIMIT 1")})",
        "$site"
    );

    public static readonly Sql Waiting = new(
        """
        SELECT count(*) FROM inbox INDEXED BY inbox_due
        WHERE site = $site AND urgency = $urgency AND claimed_action IS NULL AND parked IS NULL
        """,
        "$site",
        "$urgency"
    );

    /// <summary>A request that waits in a claimed row waits too.</summary>
    public static readonly Sql Depth = new(
        """
        SELECT waiting, claimed, parked, min(
            coalesce((SELECT min(received) FROM inbox INDEXED BY inbox_received
                WHERE site = $site AND claimed_action IS NULL AND parked IS NULL), 9223372036854775807),
            coalesce((SELECT min(received) FROM inbox INDEXED BY inbox_claimed
                WHERE site = $site AND claimed_action IS NOT NULL AND action IS NOT NULL), 9223372036854775807))
        FROM inbox_depth WHERE site = $site
        """,
        "$site"
    );

    /// <summary>The first rows of each state, found by its index, then put in order: never a sort of the whole inbox.</summary>
    public static readonly Sql Rows = new(
        $"""
        SELECT contact, claimed_action, claimed_role, claimed_notify, claimed_imported, claimed_urgency,
            action, role, notify, imported, urgency,
            due, attempts, parked, reason, webhooks + coalesce(claimed_webhooks, 0)
        FROM (
            SELECT * FROM (SELECT * FROM inbox INDEXED BY inbox_parked
                WHERE site = $site AND parked IS NOT NULL ORDER BY due, contact LIMIT $limit)
            UNION ALL
            SELECT * FROM (SELECT * FROM inbox INDEXED BY inbox_claimed
                WHERE site = $site AND claimed_action IS NOT NULL ORDER BY due, contact LIMIT $limit)
            UNION ALL
            {EachUrgency(
            "SELECT * FROM inbox INDEXED BY inbox_due WHERE {0} ORDER BY due, contact LIMIT $limit"
        )})
        ORDER BY parked IS NULL,
            iif(parked IS NOT NULL, 0, min(iif(action IS NULL, 3, urgency), coalesce(claimed_urgency, 3))), due, contact
        LIMIT $limit
        """,
        "$site",
        "$limit"
    );

    // One walk of the index for each urgency, the most urgent first: a single one would sort every row that waits.
    private static string EachUrgency(string select) =>
        string.Join(
            "\nUNION ALL\n",
            Enum.GetValues<Urgency>()
                .Select(urgency =>
                    $"site = $site AND urgency = {(int)urgency} AND claimed_action IS NULL AND parked IS NULL"
                )
                .Select(waiting => $"SELECT * FROM ({select.Replace("{0}", waiting, StringComparison.Ordinal)})")
        );
}
