using System.Collections.Concurrent;
using CleanSync.Application.Ports;
using CleanSync.Application.Pumping;
using CleanSync.Infrastructure.ActiveCampaign;
using CleanSync.Infrastructure.Configuration;
using CleanSync.Infrastructure.Inbox;
using CleanSync.Infrastructure.Inbox.PostgreSql;
using CleanSync.Infrastructure.Inbox.Sqlite;
using CleanSync.Infrastructure.Mail;
using CleanSync.Infrastructure.Sites;
using CleanSync.Infrastructure.WordPress;
using CleanSync.Infrastructure.WordPress.CoreRest;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers CleanSync.</summary>
public static class CleanSyncServiceCollectionExtensions
{
    /// <summary>
    /// Registers everything that keeps users in step: commands, inbox, adapters, and the worker that runs while the host does. Whatever is
    /// registered before is kept, so any port can be replaced.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The whole configuration; its section <c>CleanSync</c> is read.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddCleanSync(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddCleanSyncOptions(configuration)
            .AddCleanSyncSettings()
            .AddCleanSyncApplication()
            .AddCleanSyncStore()
            .AddCleanSyncActiveCampaign()
            .AddCleanSyncWordPress()
            .AddCleanSyncSites()
            .AddCleanSyncWorker();

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
        services.TryAddSingleton<IStore>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<CleanSyncOptions>>().Value.Inbox;
            var time = provider.GetRequiredService<TimeProvider>();
            return options.Provider switch
            {
                InboxProvider.PostgreSql => new PostgreSqlStore(
                    options.ConnectionString,
                    time,
                    provider.GetRequiredService<ILogger<PostgreSqlStore>>()
                ),
                _ => SqliteStore.Open(
                    options.ConnectionString,
                    time,
                    provider.GetRequiredService<ILogger<SqliteStore>>()
                ),
            };
        });
        services.TryAddSingleton(provider => provider.GetRequiredService<IStore>().Inbox);
        services.TryAddSingleton(provider => provider.GetRequiredService<IStore>().Ledger);
        services.TryAddSingleton(provider => provider.GetRequiredService<IStore>().History);
        services.TryAddSingleton(provider => provider.GetRequiredService<IStore>().Records);
        services.TryAddSingleton(provider => provider.GetRequiredService<IStore>().Jobs);
        services.TryAddSingleton(provider => provider.GetRequiredService<IStore>().Role);
        services.AddHostedService<PostgreSqlListener>();
        return services;
    }

    private static IServiceCollection AddCleanSyncActiveCampaign(this IServiceCollection services)
    {
        // Its own log lines would hold addresses with emails in them.
        services
            .AddHttpClient(AccountHttp.Name)
            .ConfigurePrimaryHttpMessageHandler(AccountHttp.CreateHandler)
            .RemoveAllLoggers();
        services.TryAddSingleton<AccountFactory>(provider =>
        {
            var limiters = new ConcurrentDictionary<Uri, AccountLimiter>();
            var http = provider.GetRequiredService<IHttpClientFactory>();
            var handlers = provider.GetRequiredService<IHttpMessageHandlerFactory>();
            var role = provider.GetRequiredService<IWorkerRole>();
            var time = provider.GetRequiredService<TimeProvider>();
            var logger = provider.GetRequiredService<ILogger<ActiveCampaignContacts>>();
            return (name, options) =>
            {
                var url = new Uri(options.Url!);
                // Sites may share an account, and it counts all of their requests together. The lowest rate named for it holds.
                var limiter = limiters.GetOrAdd(
                    AccountHttp.Root(url),
                    _ => new AccountLimiter(time, options.RequestsPerSecond)
                );
                limiter.RequestsPerSecond = Math.Min(limiter.RequestsPerSecond, options.RequestsPerSecond);
                // Webhooks are managed by commands, whoever works the site.
                var open = AccountHttp.Configure(http.CreateClient(AccountHttp.Name), url, options.ApiToken!);
                var fenced = AccountHttp.Create(url, options.ApiToken!, Fenced(handlers, AccountHttp.Name, role, name));
                return new SiteAccount(
                    new ActiveCampaignContacts(fenced, limiter, time, logger),
                    new ActiveCampaignWebhooks(open, limiter, time)
                );
            };
        });
        return services;
    }

    private static IServiceCollection AddCleanSyncWordPress(this IServiceCollection services)
    {
        services
            .AddHttpClient(WordPressHttp.Name)
            .ConfigurePrimaryHttpMessageHandler(WordPressHttp.Handler)
            .RemoveAllLoggers();
        services.TryAddSingleton<DirectoryFactory>(provider =>
            (name, options) => WordPressDirectory(provider, name, options)
        );
        return services;
    }

    private static SiteDirectory WordPressDirectory(IServiceProvider provider, string name, SiteOptions options)
    {
        var site = new WordPressSite(
            new Uri(options.WordPress.Url!),
            options.WordPress.Username!,
            options.WordPress.ApplicationPassword!,
            options.Tags.MetaKey,
            [.. SiteOptionsRules.ToRules(options).Fields.Select(field => field.Target), options.Link.MetaKey],
            options.WordPress.MaxConcurrency,
            options.Tags.Protected,
            options.Link.MetaKey,
            options.WordPress.Blog
        );
        var role = provider.GetRequiredService<IWorkerRole>();
        var handlers = provider.GetRequiredService<IHttpMessageHandlerFactory>();
        var http = WordPressHttp.Client(Fenced(handlers, WordPressHttp.Name, role, name));
        var time = provider.GetRequiredService<TimeProvider>();
        var users = new WordPressUsers(http, site, time, provider.GetRequiredService<ILogger<CoreRestUsers>>());
        IWelcomeMail mail =
            options.WelcomeMail.Via == MailRoute.WordPress
                ? new WordPressMail(users, new WordPressWelcomeMail(http, site, time))
                : new SmtpWelcomeMail(
                    provider.GetRequiredService<IOptionsMonitor<CleanSyncOptions>>().CurrentValue.Smtp,
                    WelcomeTemplate.Read(options.WelcomeMail.Template, out _)!,
                    site.Url,
                    () => WriteFence.Check(role, name),
                    provider.GetRequiredService<ILogger<SmtpWelcomeMail>>()
                );
        return new SiteDirectory(users, mail);
    }

    private static WriteFence Fenced(
        IHttpMessageHandlerFactory handlers,
        string client,
        IWorkerRole role,
        string site
    ) => new(role, site) { InnerHandler = handlers.CreateHandler(client) };

    private static IServiceCollection AddCleanSyncSites(this IServiceCollection services)
    {
        services.TryAddSingleton<ISites, ConfiguredSites>();
        return services;
    }
}
