using CleanSync.Application.Ports;
using CleanSync.Domain;
using Microsoft.Data.Sqlite;

namespace CleanSync.Sqlite;

/// <summary>The sites' records in SQLite.</summary>
internal sealed class SqliteSiteRecords(SqliteWriter writer, SqliteReader reader) : ISiteRecords
{
    public async Task<SiteRecord> Find(string site, CancellationToken cancellationToken)
    {
        var found = await reader.All(
            SiteSql.Find,
            row => new SiteRecord(site)
            {
                Watermark = row.TimeOrNull(0),
                LastWebhook = row.LongOrNull(1) is { } last ? UnixTime.Read(last) : null,
                Pause = PauseOf(row, 2),
                Hold = row.LongOrNull(5) is { } held ? new SiteHold(UnixTime.Read(held), row.GetString(6)) : null,
            },
            cancellationToken,
            site
        );
        var verdicts = await reader.All(
            SiteSql.Verdicts,
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
        writer.Write(session => session.Execute(SiteSql.WebhookArrived, site, UnixTime.Floor(when)), cancellationToken);

    public Task CaughtUp(string site, DateTimeOffset watermark, CancellationToken cancellationToken) =>
        writer.Write(
            session => session.Execute(SiteSql.CaughtUp, site, watermark.ToUniversalTime()),
            cancellationToken
        );

    public Task Held(string site, SiteHold? hold, CancellationToken cancellationToken) =>
        writer.Write(
            session =>
                session.Execute(SiteSql.Held, site, hold is null ? null : UnixTime.Floor(hold.Since), hold?.Because),
            cancellationToken
        );

    public Task Pause(string site, SitePause pause, CancellationToken cancellationToken) =>
        writer.Write(
            session =>
                session.Execute(SiteSql.Pause, site, UnixTime.Floor(pause.Since), pause.Because, (int)pause.Stopped),
            cancellationToken
        );

    public Task<SitePause?> Resume(string site, bool? letThrough, CancellationToken cancellationToken) =>
        writer.Write(
            session =>
            {
                var pause = PauseOf(session, site);
                if (pause is { Stopped: not Losses.None } && letThrough is null)
                    return pause;
                foreach (var loss in pause?.Stopped.Kinds() ?? [])
                    session.Execute(SiteSql.Decide, site, (int)loss, letThrough, session.LastReceipt, session.Now);
                session.Execute(SiteSql.Resume, site);
                return pause;
            },
            cancellationToken
        );

    private static SitePause? PauseOf(SqliteSession session, string site)
    {
        using var row = session.Query(SiteSql.Find, site);
        return row.Read() ? PauseOf(row, 2) : null;
    }

    private static SitePause? PauseOf(SqliteDataReader row, int first) =>
        row.LongOrNull(first) is { } since
            ? new SitePause(UnixTime.Read(since), row.GetString(first + 1), (Losses)row.GetInt32(first + 2))
            : null;
}
