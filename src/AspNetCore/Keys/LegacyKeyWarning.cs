using CleanSync.Infrastructure.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanSync.AspNetCore.Keys;

/// <summary>Warns at each start of keys that are short enough to be guessed. Names the site, never the key.</summary>
internal sealed partial class LegacyKeyWarning(
    IOptionsMonitor<CleanSyncOptions> options,
    ILogger<LegacyKeyWarning> logger
) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (name, site) in options.CurrentValue.Sites)
            if (site.LegacyAccessKeys.Count is > 0 and var count)
                Log.Legacy(logger, name, count);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "The site {Site} has {Count} legacy access keys, which can be guessed. Make one with the command key new, "
                + "add it to AccessKeys, change the webhooks' URLs to it, then empty LegacyAccessKeys."
        )]
        public static partial void Legacy(ILogger logger, string site, int count);
    }
}
