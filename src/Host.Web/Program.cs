using System.CommandLine;
using CleanSync.Host.Web;
using CleanSync.Host.Web.Commands;

var root = new RootCommand(
    "Keeps WordPress users in step with ActiveCampaign contacts. Without a command: run the host."
)
{
    KeyCommand.Create(),
    WebhooksCommand.Create(),
    StatusCommand.Create(),
    PauseCommands.Pause(),
    PauseCommands.Resume(),
    PauseCommands.Retry(),
    RunCommands.Import(),
    RunCommands.Sweep(),
};

// Settings of the host, such as --urls, are its own to read.
root.TreatUnmatchedTokensAsErrors = false;
root.SetAction((line, cancellation) => WebHost.Run(args, line.UnmatchedTokens, cancellation));
return await root.Parse(args).InvokeAsync();
