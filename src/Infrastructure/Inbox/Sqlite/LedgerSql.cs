namespace CleanSync.Infrastructure.Inbox.Sqlite;

/// <summary>The statements of the ledger.</summary>
internal static class LedgerSql
{
    private const string AllButKey = """
        user_id, applied_update, read_at, lagging_reads, password_return, welcome_mail,
        intent_token, intent_login, intent_email, intent_site_date, intent_sent_at, intent_answered, intent_generated
        """;

    public static readonly Sql Find = new(
        $"SELECT {AllButKey} FROM ledger WHERE site = $site AND contact = $contact",
        "$site",
        "$contact"
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
            $token, $login, $email, $siteDate, $sentAt, $answered, $generated)
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
        "$generated"
    );

    /// <summary>Takes the link to a user from every contact but one.</summary>
    public static readonly Sql UnlinkOthers = new(
        "UPDATE ledger SET user_id = NULL WHERE site = $site AND user_id = $user AND contact <> $contact",
        "$site",
        "$user",
        "$contact"
    );

    /// <summary>Takes the link from a contact.</summary>
    public static readonly Sql Unlink = new(
        "UPDATE ledger SET user_id = NULL WHERE site = $site AND contact = $contact",
        "$site",
        "$contact"
    );

    /// <summary>Gives a contact a link, unless it has one.</summary>
    public static readonly Sql LinkIfFree = new(
        """
        INSERT INTO ledger (site, contact, user_id) VALUES ($site, $contact, $user)
        ON CONFLICT (site, contact) DO UPDATE SET user_id = coalesce(user_id, excluded.user_id)
        """,
        "$site",
        "$contact",
        "$user"
    );
}
