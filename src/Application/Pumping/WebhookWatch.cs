using CleanSync.Application.Ports;
using CleanSync.Domain;
using Microsoft.Extensions.Logging;

namespace CleanSync.Application.Pumping;

/// <summary>
/// Tells the owner of a site when webhooks do not come in as they should. Only for sites whose address is configured. What it finds is logged
/// once, and stands in <see cref="SiteStates"/> until it is mended.
/// </summary>
/// <remarks>One for the process: it remembers what it has stored.</remarks>
internal sealed partial class WebhookWatch(
    ISites sites,
    ISiteRecords records,
    UseCases useCases,
    InboxSignals signals,
    SiteStates states,
    TimeProvider time,
    ILogger<WebhookWatch> logger
)
{
    // The arrivals that are stored already, in the clock's timestamps.
    private readonly Dictionary<string, long> _stored = new(StringComparer.Ordinal);

    private readonly DateTimeOffset _start = time.GetUtcNow();

    /// <summary>
    /// Stores when the latest webhook of each site arrived here. Whoever accepts webhooks does this from time to time, whether or not he
    /// works them, so that accepting one costs nothing more. Not for concurrent calls.
    /// </summary>
    public async Task StoreArrivals(CancellationToken cancellationToken)
    {
        foreach (var site in sites.Names)
        {
            if (
                signals.LatestArrival(site) is not { } latest
                || (_stored.TryGetValue(site, out var stored) && stored == latest)
            )
                continue;
            await records.WebhookArrived(site, time.GetUtcNow() - time.GetElapsedTime(latest), cancellationToken);
            _stored[site] = latest;
        }
    }

    /// <summary>Looks whether a webhook has arrived lately, at whichever process. Before the first one ever, from this process's start on.</summary>
    public async Task Listen(string site, CancellationToken cancellationToken)
    {
        IReadOnlyList<Warning> notices = [];
        if (sites.Find(site)?.WebhookAddress is { Url: not null, WarnAfterSilence: { } longest })
        {
            var last = (await records.Find(site, cancellationToken)).LastWebhook;
            if (time.GetUtcNow() - (last ?? _start) >= longest)
                notices = [new Warning("webhook_silent", last is { } at ? $"since {at:u}" : "from the beginning")];
        }
        Tell(site, states.Of(site).SilenceNotices, notices);
        states.WebhooksHeard(site, notices);
    }

    /// <summary>Looks whether the account still sends its webhook.</summary>
    public async Task LookAfter(string site, CancellationToken cancellationToken)
    {
        IReadOnlyList<Warning> notices = [];
        try
        {
            if (sites.Find(site)?.WebhookAddress.Url is not null)
                notices = Notices(await useCases.Run(new CheckWebhook(site), cancellationToken));
        }
        // Credentials that are good for contacts may not be for webhooks: that is told, and holds nothing up.
        catch (Exception fault) when (fault is TransientException or PermanentException)
        {
            Log.NotChecked(logger, site, fault.Message);
            return;
        }
        Tell(site, states.Of(site).WebhookNotices, notices);
        states.WebhookChecked(site, notices);
    }

    private void Tell(string site, IEnumerable<Warning> before, IEnumerable<Warning> notices)
    {
        foreach (var notice in notices.Except(before))
            Log.Notice(logger, site, notice);
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
