using CleanSync.Application.Ports;

namespace CleanSync.PostgreSql;

/// <summary>The runs through many contacts in PostgreSQL.</summary>
internal sealed class PostgreSqlJobs(PostgreSqlDatabase database, TimeProvider time) : IJobs
{
    private const string FindSql = """
        SELECT started, tag, list, role, notify, state, after, seen, total, ended, reason
        FROM cleansync.jobs WHERE site = $1 AND kind = $2
        """;

    // Takes the place of one that has ended.
    private static readonly string StartSql = $"""
        INSERT INTO cleansync.jobs AS before (site, kind, started, tag, list, role, notify, state, after, seen, total, ended, reason)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (site, kind) DO UPDATE SET
            started = excluded.started,
            tag = excluded.tag,
            list = excluded.list,
            role = excluded.role,
            notify = excluded.notify,
            state = excluded.state,
            after = excluded.after,
            seen = excluded.seen,
            total = excluded.total,
            ended = excluded.ended,
            reason = excluded.reason
        WHERE before.state <> {(int)JobState.Running}
        """;

    private static readonly string SaveSql = $"""
        UPDATE cleansync.jobs SET state = $4, after = $5, seen = $6, total = $7, ended = $8, reason = $9
        WHERE site = $1 AND kind = $2 AND started = $3 AND state = {(int)JobState.Running}
        """;

    private static readonly string CancelSql = $"""
        UPDATE cleansync.jobs SET state = {(int)JobState.Cancelled}, ended = $3
        WHERE site = $1 AND kind = $2 AND state = {(int)JobState.Running}
        """;

    public async Task<bool> Start(Job job, CancellationToken cancellationToken) =>
        await database.Execute(
            StartSql,
            cancellationToken,
            job.Site,
            (short)job.Kind,
            job.Started.UtcTicks,
            job.Tag,
            job.List,
            job.Role,
            job.SendNotification,
            (short)job.State,
            job.After,
            job.Seen,
            job.Total,
            job.Ended?.UtcTicks,
            job.Reason
        ) > 0;

    public async Task<Job?> Find(string site, JobKind kind, CancellationToken cancellationToken)
    {
        var found = await database.All(
            FindSql,
            row => new Job(site, kind, row.Time(0))
            {
                Tag = row.TextOrNull(1),
                List = row.TextOrNull(2),
                Role = row.TextOrNull(3),
                SendNotification = row.GetBoolean(4),
                State = (JobState)row.GetInt16(5),
                After = row.GetInt64(6),
                Seen = row.GetInt64(7),
                Total = row.LongOrNull(8),
                Ended = row.TimeOrNull(9),
                Reason = row.GetString(10),
            },
            cancellationToken,
            site,
            (short)kind
        );
        return found.Count == 0 ? null : found[0];
    }

    public async Task<bool> Save(Job job, CancellationToken cancellationToken) =>
        await database.Execute(
            SaveSql,
            cancellationToken,
            job.Site,
            (short)job.Kind,
            job.Started.UtcTicks,
            (short)job.State,
            job.After,
            job.Seen,
            job.Total,
            job.Ended?.UtcTicks,
            job.Reason
        ) > 0;

    public async Task<bool> Cancel(string site, JobKind kind, CancellationToken cancellationToken) =>
        await database.Execute(CancelSql, cancellationToken, site, (short)kind, time.GetUtcNow().UtcTicks) > 0;
}
