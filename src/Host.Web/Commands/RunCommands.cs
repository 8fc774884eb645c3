using System.CommandLine;
using CleanSync.Application;
using CleanSync.Application.Ports;

namespace CleanSync.Host.Web.Commands;

/// <summary><c>import</c> and <c>sweep</c>: runs through many contacts. They are stored here, and worked by a host.</summary>
internal static class RunCommands
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    public static Command Import()
    {
        var tag = new Option<string?>("--tag") { Description = "Contacts with this tag.", HelpName = "NAME" };
        var list = new Option<string?>("--list") { Description = "Contacts on this list.", HelpName = "NAME|ID" };
        var everyone = new Option<bool>("--everyone") { Description = "All contacts of the account." };
        var role = new Option<string?>("--role")
        {
            Description = "The role of the users, by slug or title. Left out: the site's default.",
            HelpName = "ROLE",
        };
        var notify = new Option<bool>("--notify")
        {
            Description = "Mail a welcome to users who are created. Left out: nobody is mailed.",
        };
        var (cancel, follow) = (Cancel(), Follow());
        return SiteCommand.Create(
            "import",
            "Make users of contacts, below webhooks in urgency. Goes on by itself after a restart of the host.",
            async (run, cancellation) =>
            {
                if (run.Line.GetValue(cancel))
                    return await Cancel(run, JobKind.Import, cancellation);
                var (named, on, all) = (run.Line.GetValue(tag), run.Line.GetValue(list), run.Line.GetValue(everyone));
                if ((named is null ? 0 : 1) + (on is null ? 0 : 1) + (all ? 1 : 0) != 1)
                    throw new CommandException("Name one of --tag, --list and --everyone.");
                var import = new StartImport(run.Site, named, on, run.Line.GetValue(role), run.Line.GetValue(notify));
                var started = await run.Mediator.Send(import, cancellation);
                return await Started(run, JobKind.Import, started, run.Line.GetValue(follow), cancellation);
            },
            tag,
            list,
            everyone,
            role,
            notify,
            cancel,
            follow
        );
    }

    public static Command Sweep()
    {
        var (cancel, follow) = (Cancel(), Follow());
        return SiteCommand.Create(
            "sweep",
            "Look every linked user through, below everything else in urgency.",
            async (run, cancellation) =>
            {
                if (run.Line.GetValue(cancel))
                    return await Cancel(run, JobKind.Sweep, cancellation);
                var started = await run.Mediator.Send(new StartSweep(run.Site), cancellation);
                return await Started(run, JobKind.Sweep, started, run.Line.GetValue(follow), cancellation);
            },
            cancel,
            follow
        );
    }

    private static Option<bool> Cancel() =>
        new("--cancel") { Description = "Cancel the one that runs. A few hundred contacts at most are still worked." };

    private static Option<bool> Follow() =>
        new("--follow") { Description = "Say how far it is until it ends. Interrupted, it runs on." };

    private static async Task<int> Cancel(SiteRun run, JobKind kind, CancellationToken cancellationToken)
    {
        var cancelled = await run.Mediator.Send(new CancelJob(run.Site, kind), cancellationToken);
        run.Say(cancelled is null ? "none is running" : StatusCommand.Line(cancelled, run.Time.GetUtcNow()));
        return cancelled is null ? 1 : 0;
    }

    private static async Task<int> Started(
        SiteRun run,
        JobKind kind,
        Job? started,
        bool follow,
        CancellationToken cancellationToken
    )
    {
        run.Say(
            started is null
                ? "one is running already; see the command status"
                : "started; a host that runs works it, and goes on with it after a restart"
        );
        if (!follow)
            return started is null ? 1 : 0;
        var said = "";
        while (true)
        {
            var status = await run.Mediator.Send(new ReadStatus(run.Site), cancellationToken);
            var job = kind == JobKind.Import ? status.Import! : status.Sweep!;
            var line = StatusCommand.Line(job, run.Time.GetUtcNow());
            if (!string.Equals(line, said, StringComparison.Ordinal))
                run.Say(said = line);
            if (job.State != JobState.Running)
                return job.State == JobState.Done ? 0 : 1;
            try
            {
                await Task.Delay(LookEvery, run.Time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                run.Say("it runs on; see the command status");
                return 0;
            }
        }
    }
}
