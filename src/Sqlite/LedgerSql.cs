namespace CleanSync.Sqlite;

/// <summary>The statements of the ledger.</summary>
internal static class LedgerSql
{
    private const string AllButKey = """
        user_id, applied_update, read_at, lagging_reads, password_return, welcome_mail,
        intent_token, intent_login, intent_email, intent_site_date, intent_sent_at, intent_answered, intent_generated,
        password_applied_at, gone, discarded, merged_into
        """;

    public static readonly Sql Find = new(
        $"SELECT {AllButKey} FROM ledger WHERE site = $site AND contact = $contact",
        "$site",
        "$contact"
    );

    public static readonly Sql FindAll = new(
        $"""
        SELECT {AllButKey}, contact FROM ledger
        WHERE site = $site AND contact IN (SELECT value FROM json_each($contacts))
        """,
        "$site",
        "$contacts"
    );

    public static readonly Sql Linked = new(
        """
        SELECT contact FROM ledger INDEXED BY ledger_linked
        WHERE site = $site AND contact > $after AND user_id IS NOT NULL
        ORDER BY contact LIMIT $limit
        """,
        "$site",
        "$after",
        "$limit"
    );

    public static readonly Sql CountLinked = new(
        "SELECT count(*) FROM ledger INDEXED BY ledger_linked WHERE site = $site AND user_id IS NOT NULL",
        "$site"
    );

    public static readonly Sql LinkedContacts = new(
        "SELECT contact FROM ledger WHERE site = $site AND user_id = $user ORDER BY contact",
        "$site",
        "$user"
    );

    public static readonly Sql Save = new(
        $"""
        INSERT OR REPLACE INTO ledger (site, contact, {AllButKey})
        VALUES ($site, $contact, $user, $applied, $read, $lagging, $return, $mail,
            $token, $login, $email, $siteDate, $sentAt, $answered, $generated, $passwordAppliedAt, $gone, $discarded, $mergedInto)
        """,
        "$site",
        "$contact",
        "$user",
        "$applied",
        "$read",
        "$lagging",
        "$return",
        "$mail",
        "$token",
        "$login",
        "$email",
        "$siteDate",
        "$sentAt",
        "$answered",
        "$generated",
        "$passwordAppliedAt",
        "$gone",
        "$discarded",
        "$mergedInto"
    );

    /// <summary>Settles what an outcome tells the end of (<see cref="Application.Ports.Settled"/>), unless that is settled already.</summary>
    public static readonly Sql Settle = new(
        """
        UPDATE ledger SET
            password_return = CASE WHEN $return AND password_return = 1 THEN 3 ELSE password_return END,
            welcome_mail = CASE WHEN $mail AND welcome_mail = 2 THEN 3 ELSE welcome_mail END
        WHERE site = $site AND contact = $contact
        """,
        "$site",
        "$contact",
        "$return",
        "$mail"
    );

    /// <summary>A page of the contacts whose field holds a returned password.</summary>
    public static readonly Sql PasswordsReturned = new(
        $"""
        SELECT {AllButKey}, contact FROM ledger INDEXED BY ledger_returned
        WHERE site = $site AND contact > $after AND password_return = 2
        ORDER BY contact LIMIT $limit
        """,
        "$site",
        "$after",
        "$limit"
    );

    // Who has no user any more owes him nothing.
    private const string LetGo =
        "user_id = NULL, password_return = 0, password_applied_at = NULL, welcome_mail = 0, merged_into = $survivor";

    /// <summary>Takes the link to a user, and what is owed to him, from every contact but the survivor.</summary>
    public static readonly Sql UnlinkOthers = new(
        $"UPDATE ledger SET {LetGo} WHERE site = $site AND user_id = $user AND contact <> $survivor",
        "$site",
        "$user",
        "$survivor"
    );

    /// <summary>Takes the link, and what is owed to the user, from a contact that was merged into the survivor.</summary>
    public static readonly Sql Unlink = new(
        $"""
        INSERT INTO ledger (site, contact, merged_into) VALUES ($site, $contact, $survivor)
        ON CONFLICT (site, contact) DO UPDATE SET {LetGo}
        """,
        "$site",
        "$contact",
        "$survivor"
    );

    /// <summary>Notes for a contact without a user that it was merged into the survivor.</summary>
    public static readonly Sql NoteMerged = new(
        """
        INSERT INTO ledger (site, contact, merged_into) VALUES ($site, $contact, $survivor)
        ON CONFLICT (site, contact) DO UPDATE SET merged_into = excluded.merged_into WHERE user_id IS NULL
        """,
        "$site",
        "$contact",
        "$survivor"
    );

    /// <summary>
    /// Gives a user to the contact that his was merged into, and what the gone one owes him with him, unless that has another user or has
    /// been owed something for this one.
    /// </summary>
    public static readonly Sql HandOver = new(
        """
        INSERT INTO ledger (site, contact, user_id, password_return, password_applied_at, welcome_mail)
        SELECT $site, $contact, $user, coalesce(gone.password_return, 0), gone.password_applied_at, coalesce(gone.welcome_mail, 0)
        FROM (SELECT 1) LEFT JOIN ledger AS gone ON gone.site = $site AND gone.contact = $gone AND gone.user_id = $user
        WHERE true
        ON CONFLICT (site, contact) DO UPDATE SET
            user_id = excluded.user_id,
            merged_into = NULL,
            password_return = excluded.password_return,
            password_applied_at = CASE WHEN ledger.user_id IS NULL THEN excluded.password_applied_at
                ELSE coalesce(ledger.password_applied_at, excluded.password_applied_at) END,
            welcome_mail = excluded.welcome_mail
        WHERE user_id IS NULL
            OR (user_id = excluded.user_id AND password_return = 0 AND welcome_mail = 0)
        """,
        "$site",
        "$contact",
        "$user",
        "$gone"
    );
}
