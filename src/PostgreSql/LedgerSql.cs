namespace CleanSync.PostgreSql;

/// <summary>The statements of the ledger. $1 is the site and $2 the contact, unless said otherwise.</summary>
internal static class LedgerSql
{
    private const string AllButKey = """
        user_id, applied_update, read_at, lagging_reads, password_return, welcome_mail,
        intent_token, intent_login, intent_email, intent_site_date, intent_sent_at, intent_answered, intent_generated,
        password_applied_at, gone, discarded, merged_into
        """;

    public const string Find = $"SELECT {AllButKey} FROM cleansync.ledger WHERE site = $1 AND contact = $2";

    /// <summary>$2 is a list of contacts.</summary>
    public const string FindAll =
        $"SELECT {AllButKey}, contact FROM cleansync.ledger WHERE site = $1 AND contact = ANY($2)";

    /// <summary>$2 the contact after which to begin, $3 limit.</summary>
    public const string Linked = """
        SELECT contact FROM cleansync.ledger WHERE site = $1 AND contact > $2 AND user_id IS NOT NULL
        ORDER BY contact LIMIT $3
        """;

    public const string CountLinked = "SELECT count(*) FROM cleansync.ledger WHERE site = $1 AND user_id IS NOT NULL";

    /// <summary>$2 the user.</summary>
    public const string LinkedContacts =
        "SELECT contact FROM cleansync.ledger WHERE site = $1 AND user_id = $2 ORDER BY contact";

    /// <summary>Settles what an outcome tells the end of (<see cref="Application.Ports.Settled"/>), unless that is settled already. $3 the password's return, $4 the mail.</summary>
    public const string Settle = """
        UPDATE cleansync.ledger SET
            password_return = CASE WHEN $3 AND password_return = 1 THEN 3 ELSE password_return END,
            welcome_mail = CASE WHEN $4 AND welcome_mail = 2 THEN 3 ELSE welcome_mail END
        WHERE site = $1 AND contact = $2
        """;

    /// <summary>A page of the contacts whose field holds a returned password. $2 the contact after which to begin, $3 limit.</summary>
    public const string PasswordsReturned = $"""
        SELECT {AllButKey}, contact FROM cleansync.ledger WHERE site = $1 AND contact > $2 AND password_return = 2
        ORDER BY contact LIMIT $3
        """;

    /// <summary>$3 and on: the other columns, in their order.</summary>
    public const string Save = $"""
        INSERT INTO cleansync.ledger (site, contact, {AllButKey})
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
        ON CONFLICT (site, contact) DO UPDATE SET
            user_id = excluded.user_id,
            applied_update = excluded.applied_update,
            read_at = excluded.read_at,
            lagging_reads = excluded.lagging_reads,
            password_return = excluded.password_return,
            welcome_mail = excluded.welcome_mail,
            intent_token = excluded.intent_token,
            intent_login = excluded.intent_login,
            intent_email = excluded.intent_email,
            intent_site_date = excluded.intent_site_date,
            intent_sent_at = excluded.intent_sent_at,
            intent_answered = excluded.intent_answered,
            intent_generated = excluded.intent_generated,
            password_applied_at = excluded.password_applied_at,
            gone = excluded.gone,
            discarded = excluded.discarded,
            merged_into = excluded.merged_into
        """;

    // Who has no user any more owes him nothing.
    private const string LetGo =
        "user_id = NULL, password_return = 0, password_applied_at = NULL, welcome_mail = 0, merged_into = $2";

    /// <summary>Takes the link to a user, and what is owed to him, from every contact but the survivor. $2 the survivor, $3 the user.</summary>
    public const string UnlinkOthers =
        $"UPDATE cleansync.ledger SET {LetGo} WHERE site = $1 AND contact <> $2 AND user_id = $3";

    /// <summary>Takes the link, and what is owed to the user, from a contact that was merged into the survivor. $2 the survivor, $3 the contact.</summary>
    public const string Unlink = $"""
        INSERT INTO cleansync.ledger (site, contact, merged_into) VALUES ($1, $3, $2)
        ON CONFLICT (site, contact) DO UPDATE SET {LetGo}
        """;

    /// <summary>Notes for a contact without a user that it was merged into the survivor. $2 the survivor, $3 the contact.</summary>
    public const string NoteMerged = """
        INSERT INTO cleansync.ledger AS kept (site, contact, merged_into) VALUES ($1, $3, $2)
        ON CONFLICT (site, contact) DO UPDATE SET merged_into = excluded.merged_into WHERE kept.user_id IS NULL
        """;

    /// <summary>
    /// Gives a user to the contact that his was merged into, and what the gone one owes him with him, unless that has another user or has
    /// been owed something for this one. $3 the user, $4 the contact that is gone.
    /// </summary>
    public const string HandOver = """
        INSERT INTO cleansync.ledger AS kept (site, contact, user_id, password_return, password_applied_at, welcome_mail)
        SELECT $1, $2, $3, coalesce(gone.password_return, 0), gone.password_applied_at, coalesce(gone.welcome_mail, 0)
        FROM (SELECT 1) AS one LEFT JOIN cleansync.ledger AS gone ON gone.site = $1 AND gone.contact = $4 AND gone.user_id = $3
        ON CONFLICT (site, contact) DO UPDATE SET
            user_id = excluded.user_id,
            merged_into = NULL,
            password_return = excluded.password_return,
            password_applied_at = CASE WHEN kept.user_id IS NULL THEN excluded.password_applied_at
                ELSE coalesce(kept.password_applied_at, excluded.password_applied_at) END,
            welcome_mail = excluded.welcome_mail
        WHERE kept.user_id IS NULL
            OR (kept.user_id = excluded.user_id AND kept.password_return = 0 AND kept.welcome_mail = 0)
        """;
}
