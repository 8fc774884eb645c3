using CleanSync.Application.Ports;

namespace CleanSync.Sqlite;

/// <summary>The statements of the runs through many contacts.</summary>
internal static class JobSql
{
    private static readonly string[] Values =
    [
        "$site",
        "$kind",
        "$started",
        "$tag",
        "$list",
        "$role",
        "$notify",
        "$state",
        "$after",
        "$seen",
        "$total",
        "$ended",
        "$reason",
    ];

    public static readonly Sql Find = new(
        """
        SELECT started, tag, list, role, notify, state, after, seen, total, ended, reason
        FROM jobs WHERE site = $site AND kind = $kind
        """,
        "$site",
        "$kind"
    );

    /// <summary>Takes the place of one that has ended.</summary>
    public static readonly Sql Start = new(
        $"""
        INSERT INTO jobs (site, kind, started, tag, list, role, notify, state, after, seen, total, ended, reason)
        VALUES ({string.Join(", ", Values)})
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
        WHERE state <> {(int)JobState.Running}
        """,
        Values
    );

    public static readonly Sql Save = new(
        $"""
        UPDATE jobs SET state = $state, after = $after, seen = $seen, total = $total, ended = $ended, reason = $reason
        WHERE site = $site AND kind = $kind AND started = $started AND state = {(int)JobState.Running}
        """,
        "$site",
        "$kind",
        "$started",
        "$state",
        "$after",
        "$seen",
        "$total",
        "$ended",
        "$reason"
    );

    public static readonly Sql Cancel = new(
        $"""
        UPDATE jobs SET state = {(int)JobState.Cancelled}, ended = $now
        WHERE site = $site AND kind = $kind AND state = {(int)JobState.Running}
        """,
        "$site",
        "$kind",
        "$now"
    );
}
