using System.CommandLine;
using CleanSync.Application;
using CleanSync.Application.Webhooks;

namespace CleanSync.Host.Web.Commands;

/// <summary>
/// <c>webhooks install</c>, <c>check</c> and <c>remove</c>: the webhook of a whole account, through its API. What they print never holds a
/// key.
/// </summary>
internal static class WebhooksCommand
{
    private const string UrlOfEndpoint =
        "CleanSync:Sites:(site):Webhook:Url names the address of the webhook endpoint as seen from outside";

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var action = new Option<string>("--action")
        {
            Description =
                "What the webhook asks for: update (users that exist), add (creates users too), or update_tags (tags only).",
            HelpName = "ACTION",
            DefaultValueFactory = _ => ActionNames.Of(InstallWebhook.UsualAction),
        };
        action.AcceptOnlyFromAmong([.. ActionNames.All]);
        var role = new Option<string?>("--role")
        {
            Description =
                "The role that the webhook names, by slug or title. Left out: none, or the one that it names already.",
            HelpName = "ROLE",
        };
        return new Command(
            "webhooks",
            $"The webhook that ActiveCampaign sends for every contact of the account. {UrlOfEndpoint}."
        )
        {
            SiteCommand.Create(
                "install",
                "Make ActiveCampaign send its webhook to this host, or mend the one that is there. Never doubles it; run it again after a change of the first access key.",
                (run, cancellation) =>
                    Install(
                        run,
                        new InstallWebhook(
                            run.Site,
                            ActionNames.Find(run.Line.GetValue(action)),
                            run.Line.GetValue(role)
                        ),
                        cancellation
                    ),
                action,
                role
            ),
            SiteCommand.Create(
                "check",
                "Say whether the webhook is there and as it should be. Changes nothing. Exit code 1 if it is not.",
                Check
            ),
            SiteCommand.Create(
                "remove",
                "Remove the webhook that install made. Leaves those of other addresses, other actions, other sites and single lists alone.",
                (run, cancellation) =>
                    Remove(run, new RemoveWebhook(run.Site, ActionNames.Find(run.Line.GetValue(action))), cancellation),
                action
            ),
        };
    }

    private static async Task<int> Install(SiteRun run, InstallWebhook command, CancellationToken cancellationToken)
    {
        switch (await run.Mediator.Send(command, cancellationToken))
        {
            case WebhookInstallation.Installed made:
                run.Say($"installed, sent to {made.Url} on {string.Join(", ", made.Events)}");
                break;
            case WebhookInstallation.AlreadyThere there:
                run.Say($"there already, sent to {there.Url}");
                break;
            case WebhookInstallation.Updated updated:
                run.Say($"mended ({Mended(updated)}), sent to {updated.Url}");
                break;
        }
        return 0;
    }

    private static string Mended(WebhookInstallation.Updated updated) =>
        string.Join(", ", updated.Doubles > 0 ? [.. updated.Lacked, $"{updated.Doubles} doubled"] : updated.Lacked);

    private static async Task<int> Check(SiteRun run, CancellationToken cancellationToken)
    {
        switch (await run.Mediator.Send(new CheckWebhook(run.Site), cancellationToken))
        {
            case WebhookCondition.Fine fine:
                run.Say($"as it should be, sent to {string.Join(" and ", fine.Urls)}");
                return 0;
            case WebhookCondition.Missing:
                run.Say("missing; make it with: webhooks install");
                return 1;
            case WebhookCondition.Changed changed:
                run.Say($"lacks {string.Join(", ", changed.What)}; mend it with: webhooks install");
                return 1;
            case WebhookCondition.Doubled doubled:
                run.Say(
                    $"there {doubled.Count} times, so that each change arrives as often; mend it with: webhooks install"
                );
                return 1;
            case var other:
                throw new InvalidOperationException($"{other} has no text.");
        }
    }

    private static async Task<int> Remove(SiteRun run, RemoveWebhook command, CancellationToken cancellationToken)
    {
        var removed = await run.Mediator.Send(command, cancellationToken);
        run.Say(
            removed switch
            {
                0 => $"there was none with the action {ActionNames.Of(command.Action!.Value)}",
                1 => "removed",
                _ => $"removed, {removed} that asked for the same",
            }
        );
        return 0;
    }
}
