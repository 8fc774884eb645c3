using System.CommandLine;
using System.Globalization;
using CleanSync.Application;
using CleanSync.Domain;

namespace CleanSync.Host.Web.Commands;

/// <summary><c>pause</c>, <c>resume</c> and <c>retry</c>. A running host notices within a second or two.</summary>
internal static class PauseCommands
{
    public static Command Pause()
    {
        var because = new Option<string?>("--because")
        {
            Description = "Why, for whoever looks at the status later.",
            HelpName = "TEXT",
        };
        return SiteCommand.Create(
            "pause",
            "Stop working a site. Its webhooks are accepted and wait.",
            async (run, cancellation) =>
            {
                var pause = await run.Mediator.Send(new PauseSite(run.Site, run.Line.GetValue(because)), cancellation);
                run.Say(string.Create(CultureInfo.InvariantCulture, $"paused since {pause.Since:u}: {pause.Why}"));
                return 0;
            },
            because
        );
    }

    public static Command Resume()
    {
        var letThrough = new Option<bool>("--let-through")
        {
            Description = "Carry out what the guard stopped: everything of that kind that was accepted so far.",
        };
        var discard = new Option<bool>("--discard")
        {
            Description = "Drop what the guard stopped: users keep what they have until something changes again.",
        };
        return SiteCommand.Create(
            "resume",
            "Let a paused site go on. When the guard paused it, say what becomes of what it stopped.",
            async (run, cancellation) =>
            {
                var (through, drop) = (run.Line.GetValue(letThrough), run.Line.GetValue(discard));
                if (through && drop)
                    throw new CommandException("Name --let-through or --discard, not both.");
                var pause = (await run.Mediator.Send(new ReadStatus(run.Site), cancellation)).Record.Pause;
                if (pause is { Stopped: not Losses.None } && !through && !drop)
                    throw new CommandException(
                        $"{pause.Why}. Look into it, then add --let-through to carry it out for everything accepted so far, "
                            + "or --discard to drop it."
                    );
                var over = await run.Mediator.Send(
                    new ResumeSite(run.Site, through || drop ? through : null),
                    cancellation
                );
                run.Say(over is null ? "was not paused" : "goes on");
                return 0;
            },
            letThrough,
            discard
        );
    }

    public static Command Retry()
    {
        var contact = new Option<long?>("--contact") { Description = "One contact only.", HelpName = "ID" };
        var reason = new Option<ParkReason?>("--reason")
        {
            Description = $"Only those parked for this reason: {string.Join(", ", Enum.GetNames<ParkReason>())}.",
            HelpName = "REASON",
        };
        return SiteCommand.Create(
            "retry",
            "Try parked contacts again.",
            async (run, cancellation) =>
            {
                var retried = await run.Mediator.Send(
                    new RetryParked(run.Site, run.Line.GetValue(contact), run.Line.GetValue(reason)),
                    cancellation
                );
                run.Say(string.Create(CultureInfo.InvariantCulture, $"{retried} parked contacts are tried again"));
                return 0;
            },
            contact,
            reason
        );
    }
}
