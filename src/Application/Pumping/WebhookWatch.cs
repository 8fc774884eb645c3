using CleanSync.Application.Ports;
using CleanSync.Domain;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CleanSync.Application.Pumping;

/// <summary>
/// Tells the owner of a site when webhooks do not come in as they should. Only for sites whose address is configured. What it finds is logged
/// once, and stands in <see cref="SiteStates"/> until it is mended.
/// </summary>
internal sealed partial class WebhookWatch(
    ISites sites,
    IServiceScopeFactory scopes,
    SiteStates states,
    ILogger<WebhookWatch> logger
)
{
    /// <summary>Looks whether the account still sends its webhook.</summary>
    public async Task LookAfter(string site, CancellationToken cancellationToken)
    {
        IReadOnlyList<Warning> notices = [];
        try
        {
            if (sites.Find(site)?.WebhookAddress.Url is not null)
                notices = Notices(await Check(site, cancellationToken));
        }
        // Credentials that are good for contacts may not be for webhooks: that is told, and holds nothing up.
        catch (Exception fault) when (fault is TransientException or PermanentException)
        {
            Log.NotChecked(logger, site, fault.Message);
            return;
        }
        var before = states.Of(site).WebhookNotices;
        states.WebhookChecked(site, notices);
        foreach (var notice in notices.Except(before))
            Log.Notice(logger, site, notice);
    }

    private async Task<WebhookCondition> Check(string site, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope
            .ServiceProvider.GetRequiredService<IMediator>()
            .Send(new CheckWebhook(site), cancellationToken);
    }

    private static IReadOnlyList<Warning> Notices(WebhookCondition condition) =>
        condition switch
        {
            WebhookCondition.Missing => [new Warning("webhook_missing")],
            WebhookCondition.Changed changed => [new Warning("webhook_changed", string.Join(", ", changed.What))],
            WebhookCondition.Doubled => [new Warning("webhook_doubled")],
            _ => [],
        };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Site}: {Notice}")]
        public static partial void Notice(ILogger logger, string site, Warning notice);

        [LoggerMessage(
            2,
            LogLevel.Warning,
            "{Site}: whether its webhook is there could not be found out now: {Reason}"
        )]
        public static partial void NotChecked(ILogger logger, string site, string reason);
    }
}
