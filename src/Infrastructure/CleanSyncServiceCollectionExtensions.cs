using System.Diagnostics.CodeAnalysis;
using CleanSync.Application.Ports;
using CleanSync.Application.Pumping;
using CleanSync.Infrastructure.ActiveCampaign;
using CleanSync.Infrastructure.Configuration;
using CleanSync.Infrastructure.Sites;
using CleanSync.Infrastructure.WordPress;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers CleanSync.</summary>
public static class CleanSyncServiceCollectionExtensions
{
    /// <summary>
    /// Registers everything that keeps users in step: use cases, adapters, and the worker that runs while the host does. A store must be
    /// chosen on the builder (<c>UseSqlite</c>, <c>UsePostgreSql</c>). Whatever is registered before is kept, so that any port can be replaced.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">
    /// The whole configuration; its section <c>CleanSync</c> is read, also when it changes, and checked when the host starts, with all mistakes at
    /// once.
    /// </param>
    /// <returns>A builder for everything else.</returns>
    [RequiresUnreferencedCode(
        "Settings are read by reflection. A trimmed application fills them by code: AddCleanSync(options => ...)."
    )]
    public static CleanSyncBuilder AddCleanSync(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddCleanSyncOptions(configuration).AddCleanSync();
    }

    /// <summary>As the other one, with settings made by code.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">
    /// Fills the settings. They are checked in the same way; <c>file:</c> means nothing here, since a program can read a file itself.
    /// </param>
    /// <returns>A builder for everything else.</returns>
    public static CleanSyncBuilder AddCleanSync(this IServiceCollection services, Action<CleanSyncOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddCleanSyncOptions().Configure(configure).Services.AddCleanSync();
    }

    private static CleanSyncBuilder AddCleanSync(this IServiceCollection services) =>
        new(
            services
                .AddCleanSyncSettings()
                .AddCleanSyncApplication()
                .AddCleanSyncStore()
                .AddCleanSyncActiveCampaign()
                .AddCleanSyncWordPress()
                .AddCleanSyncSites()
                .AddCleanSyncWorker()
        );

    private static IServiceCollection AddCleanSyncSettings(this IServiceCollection services)
    {
        services.TryAddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<CleanSyncOptions>>().Value;
            return new SyncSettings { RetryFor = options.Inbox.RetryFor, KeepHistory = options.History.Keep };
        });
        return services;
    }

    private static IServiceCollection AddCleanSyncStore(this IServiceCollection services)
    {
        if (services.All(service => service.ServiceType != typeof(IStore)))
        {
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CleanSyncOptions>, ValidateStore>());
            services.AddSingleton<IStore>(provider =>
            {
                // The validation, which runs at the latest here, leaves no choice that is not there.
                var named = provider.GetRequiredService<IOptions<CleanSyncOptions>>().Value.Inbox.Provider;
                return provider.GetRequiredService<SiteAdapters>().Store(named)!.Open(provider);
            });
        }
        services.TryAddSingleton(provider => provider.GetRequiredService<IStore>().Inbox);
        services.TryAddSingleton(provider => provider.GetRequiredService<IStore>().Ledger);
        services.TryAddSingleton(provider => provider.GetRequiredService<IStore>().History);
        services.TryAddSingleton(provider => provider.GetRequiredService<IStore>().Records);
        services.TryAddSingleton(provider => provider.GetRequiredService<IStore>().Jobs);
        services.TryAddSingleton(provider => provider.GetRequiredService<IStore>().Role);
        return services;
    }

    private static IServiceCollection AddCleanSyncActiveCampaign(this IServiceCollection services)
    {
        // Its own log lines would hold addresses with emails in them.
        services
            .AddHttpClient(AccountHttp.Name)
            .ConfigurePrimaryHttpMessageHandler(AccountHttp.CreateHandler)
            .RemoveAllLoggers();
        services.TryAddSingleton<ActiveCampaignAccounts>();
        return services;
    }

    private static IServiceCollection AddCleanSyncWordPress(this IServiceCollection services)
    {
        services
            .AddHttpClient(WordPressHttp.Name)
            .ConfigurePrimaryHttpMessageHandler(WordPressHttp.Handler)
            .RemoveAllLoggers();
        services.TryAddSingleton<WordPressDirectories>();
        return services;
    }

    private static IServiceCollection AddCleanSyncSites(this IServiceCollection services)
    {
        services.TryAddSingleton<ISites, ConfiguredSites>();
        return services;
    }
}
