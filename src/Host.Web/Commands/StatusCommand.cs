using System.CommandLine;
using System.Globalization;
using CleanSync.Application;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Host.Web.Commands;

/// <summary><c>status</c>: how a site stands, from what is stored, whether or not a host runs.</summary>
internal static class StatusCommand
{
    public static Command Create() =>
        SiteCommand.Create(
            "status",
            "Say what waits, what is parked and why, whether the site is paused or held, and how imports and sweeps stand.",
            Run
        );

    /// <summary>A run in one line, for instance <c>running, 300 of 1000 contacts, about 4 minutes left</c>.</summary>
    public static string Line(Job job, DateTimeOffset now)
    {
        var of = job.Total is { } total
            ? Invariant($"{job.Seen} of {total} contacts")
            : Invariant($"{job.Seen} contacts");
        return job.State switch
        {
            JobState.Running => Invariant($"running since {job.Started:u}, {of}{Left(job, now)}"),
            JobState.Failed => Invariant($"failed {job.Ended:u} after {of}: {job.Reason}"),
            JobState.Cancelled => Invariant($"cancelled {job.Ended:u} after {of}"),
            _ => Invariant($"done {job.Ended:u}, {of}"),
        };
    }

    private static string Left(Job job, DateTimeOffset now)
    {
        if (job.Total is not { } total || job.Seen == 0 || now <= job.Started)
            return "";
        var left = (now - job.Started) * ((double)Math.Max(0, total - job.Seen) / job.Seen);
        return left < TimeSpan.FromMinutes(1)
            ? ", less than a minute left"
            : Invariant($", about {Math.Ceiling(left.TotalMinutes)} minutes left");
    }

    private static async Task<int> Run(SiteRun run, CancellationToken cancellationToken)
    {
        var status = await run.Mediator.Send(new ReadStatus(run.Site), cancellationToken);
        var (record, depth) = (status.Record, status.Depth);
        run.Say(record.Pause is { } pause ? Invariant($"paused since {pause.Since:u}: {pause.Why}") : "not paused");
        if (record.Hold is { } hold)
            run.Say(Invariant($"held since {hold.Since:u}: {hold.Because}"));
        var behind = string.Join(
            ", ",
            status
                .Waiting.Where(waits => waits is { Key: not Urgency.Webhook, Value: > 0 })
                .Select(waits => Invariant($"{waits.Value} by {Words(waits.Key)}"))
        );
        run.Say(
            Invariant(
                $"{depth.Waiting} waiting{(behind.Length > 0 ? $" ({behind})" : "")}, {depth.Claimed} being worked, {depth.Parked} parked"
            )
        );
        if (depth.Oldest is { } oldest)
            run.Say(Invariant($"the oldest waits since {oldest:u}"));
        run.Say(record.LastWebhook is { } last ? Invariant($"last webhook {last:u}") : "no webhook yet");
        run.Say(record.Watermark is { } mark ? Invariant($"changes known up to {mark:u}") : "has not caught up yet");
        if (status.Import is { } import)
            run.Say("import " + Line(import, run.Time.GetUtcNow()));
        if (status.Sweep is { } sweep)
            run.Say("sweep " + Line(sweep, run.Time.GetUtcNow()));
        foreach (var row in status.Rows.Where(row => row.Parked is not null))
            run.Say(Invariant($"contact {row.Contact} is parked ({row.Parked}): {row.Reason}"));
        return 0;
    }

    private static string Words(Urgency urgency) =>
        urgency switch
        {
            Urgency.CatchUp => "catch-up",
            Urgency.Import => "import",
            _ => "sweep",
        };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
