using CleanSync.Application.Ports;

namespace CleanSync.Sqlite;

/// <summary>The runs through many contacts in SQLite.</summary>
internal sealed class SqliteJobs(SqliteWriter writer, SqliteReader reader, TimeProvider time) : IJobs
{
    public Task<bool> Start(Job job, CancellationToken cancellationToken) =>
        writer.Write(
            session =>
                session.Execute(
                    JobSql.Start,
                    job.Site,
                    (int)job.Kind,
                    job.Started.ToUniversalTime(),
                    job.Tag,
                    job.List,
                    job.Role,
                    job.SendNotification,
                    (int)job.State,
                    job.After,
                    job.Seen,
                    job.Total,
                    job.Ended?.ToUniversalTime(),
                    job.Reason
                ) > 0,
            cancellationToken
        );

    public async Task<Job?> Find(string site, JobKind kind, CancellationToken cancellationToken)
    {
        var found = await reader.All(
            JobSql.Find,
            row => new Job(site, kind, row.GetDateTimeOffset(0))
            {
                Tag = row.TextOrNull(1),
                List = row.TextOrNull(2),
                Role = row.TextOrNull(3),
                SendNotification = row.GetBoolean(4),
                State = (JobState)row.GetInt32(5),
                After = row.GetInt64(6),
                Seen = row.GetInt64(7),
                Total = row.LongOrNull(8),
                Ended = row.TimeOrNull(9),
                Reason = row.GetString(10),
            },
            cancellationToken,
            site,
            (int)kind
        );
        return found.Count == 0 ? null : found[0];
    }

    public Task<bool> Save(Job job, CancellationToken cancellationToken) =>
        writer.Write(
            session =>
                session.Execute(
                    JobSql.Save,
                    job.Site,
                    (int)job.Kind,
                    job.Started.ToUniversalTime(),
                    (int)job.State,
                    job.After,
                    job.Seen,
                    job.Total,
                    job.Ended?.ToUniversalTime(),
                    job.Reason
                ) > 0,
            cancellationToken
        );

    public Task<bool> Cancel(string site, JobKind kind, CancellationToken cancellationToken) =>
        writer.Write(
            session => session.Execute(JobSql.Cancel, site, (int)kind, time.GetUtcNow().ToUniversalTime()) > 0,
            cancellationToken
        );
}
