using CleanSync.AspNetCore;
using CleanSync.AspNetCore.Keys;
using CleanSync.AspNetCore.Webhooks;
using CleanSync.Infrastructure.Sites;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what receiving webhooks needs.</summary>
public static class CleanSyncWebhookExtensions
{
    /// <summary>The tag of the health check that tells whether webhooks can be stored.</summary>
    public const string ReadyTag = "cleansync-ready";

    /// <summary>
    /// Receives webhooks: registers the endpoint that <c>MapCleanSync</c> maps, asks each site for a key, and makes the whole application hide
    /// access keys, which are taken out of the URL before the server logs or traces a request.
    /// </summary>
    /// <param name="builder">What <c>AddCleanSync</c> returned.</param>
    public static CleanSyncBuilder UseWebhooks(this CleanSyncBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddCleanSyncWebhooks();
        return builder;
    }

    internal static IServiceCollection AddCleanSyncWebhooks(this IServiceCollection services)
    {
        services.TryAddSingleton<ReceivesWebhooks>();
        services.AddRouting();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<KeyCheck>();
        services.TryAddSingleton<WebhookEndpoint>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, RootPolicy>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, ForwardedAddresses>());
        // They keep what the store said from one question to the next.
        services.TryAddSingleton<InboxHealth>();
        services.TryAddSingleton<SitesHealth>();
        services
            .AddHealthChecks()
            .AddCheck<InboxHealth>("cleansync inbox", tags: [ReadyTag])
            .AddCheck<SitesHealth>("cleansync sites", tags: [ReadyTag]);
        services.Replace(ServiceDescriptor.Singleton<IHttpContextFactory, KeyRedaction>());
        services.AddHostedService<LegacyKeyWarning>();
        services.PostConfigure<LoggerFilterOptions>(HideMalformedRequests);
        return services;
    }

    // The server quotes malformed request lines, query included, at Debug. Last and for every provider that has rules of its own,
    // so that no configured level turns it on.
    private static void HideMalformedRequests(LoggerFilterOptions options)
    {
        foreach (
            var provider in options
                .Rules.Select(rule => rule.ProviderName)
                .Append(null)
                .ToHashSet(StringComparer.Ordinal)
        )
            options.Rules.Add(
                new LoggerFilterRule(
                    provider,
                    "Microsoft.AspNetCore.Server.Kestrel.BadRequests",
                    LogLevel.Information,
                    null
                )
            );
    }
}
