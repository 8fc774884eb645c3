namespace CleanSync.Sqlite;

/// <summary>The statements of the sites' records.</summary>
internal static class SiteSql
{
    public static readonly Sql Find = new(
        "SELECT watermark, last_webhook, paused_since, paused_because, stopped, held_since, held_because FROM sites WHERE site = $site",
        "$site"
    );

    public static readonly Sql Verdicts = new(
        "SELECT loss, let_through, up_to, decided FROM verdicts WHERE site = $site ORDER BY loss",
        "$site"
    );

    public static readonly Sql WebhookArrived = new(
        """
        INSERT INTO sites (site, last_webhook) VALUES ($site, $when)
        ON CONFLICT (site) DO UPDATE SET last_webhook = max(coalesce(last_webhook, 0), excluded.last_webhook)
        """,
        "$site",
        "$when"
    );

    public static readonly Sql CaughtUp = new(
        """
        INSERT INTO sites (site, watermark) VALUES ($site, $watermark)
        ON CONFLICT (site) DO UPDATE SET watermark = excluded.watermark
        """,
        "$site",
        "$watermark"
    );

    public static readonly Sql Held = new(
        """
        INSERT INTO sites (site, held_since, held_because) VALUES ($site, $since, $because)
        ON CONFLICT (site) DO UPDATE SET held_since = excluded.held_since, held_because = excluded.held_because
        """,
        "$site",
        "$since",
        "$because"
    );

    public static readonly Sql Pause = new(
        """
        INSERT INTO sites (site, paused_since, paused_because, stopped) VALUES ($site, $since, $because, $stopped)
        ON CONFLICT (site) DO UPDATE SET
            paused_since = coalesce(paused_since, excluded.paused_since),
            paused_because = iif(coalesce(paused_because, '') = '', excluded.paused_because, paused_because),
            stopped = stopped | excluded.stopped
        """,
        "$site",
        "$since",
        "$because",
        "$stopped"
    );

    public static readonly Sql Resume = new(
        "UPDATE sites SET paused_since = NULL, paused_because = NULL, stopped = 0 WHERE site = $site",
        "$site"
    );

    public static readonly Sql Decide = new(
        """
        INSERT OR REPLACE INTO verdicts (site, loss, let_through, up_to, decided)
        VALUES ($site, $loss, $letThrough, $upTo, $now)
        """,
        "$site",
        "$loss",
        "$letThrough",
        "$upTo",
        "$now"
    );
}
