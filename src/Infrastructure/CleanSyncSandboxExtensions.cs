using CleanSync.Application.Ports;
using CleanSync.Infrastructure.ActiveCampaign;
using CleanSync.Infrastructure.Configuration;
using CleanSync.Infrastructure.Sandbox;
using CleanSync.Infrastructure.Sites;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses the sandbox.</summary>
public static class CleanSyncSandboxExtensions
{
    /// <summary>The access key of a sandbox that the settings give none. Known to everybody, as it opens nothing of worth.</summary>
    public const string SandboxAccessKey = "sandbox-key-for-this-machine-only";

    /// <summary>
    /// Puts both ends of a site into memory, for trying an application and for its tests: take <see cref="SandboxEnds"/> from the services. The site
    /// need not be configured; what the settings say of it (fields, roles, the password's return) holds. Give it a store that is as new as it is, a
    /// temporary file for instance: an older one knows other people by the same numbers.
    /// </summary>
    /// <param name="builder">What <c>AddCleanSync</c> returned.</param>
    /// <param name="site">The site's name.</param>
    public static CleanSyncBuilder UseSandbox(this CleanSyncBuilder builder, string site = "sandbox")
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton(services => new SandboxEnds(services.GetRequiredService<TimeProvider>()));
        builder.Services.PostConfigure<CleanSyncOptions>(options =>
        {
            if (!options.Sites.TryGetValue(site, out var named))
                options.Sites[site] = named = new SiteOptions();
            if (named.AccessKeys.Count + named.LegacyAccessKeys.Count == 0)
                named.AccessKeys.Add(SandboxAccessKey);
        });
        return builder
            .UseContacts(Contacts, site)
            .UseUserDirectory((services, _) => services.GetRequiredService<SandboxEnds>().Directory, site)
            .UseWelcomeMail((services, _) => services.GetRequiredService<SandboxEnds>().Mail, site);
    }

    private static ActiveCampaignContacts Contacts(IServiceProvider services, string site)
    {
        var account = services.GetRequiredService<SandboxEnds>().Account;
        var time = services.GetRequiredService<TimeProvider>();
        var fence = new WriteFence(services.GetRequiredService<IWorkerRole>(), site)
        {
            InnerHandler = new SandboxHandler(account),
        };
        return new ActiveCampaignContacts(
            AccountHttp.Create(new Uri("https://sandbox.invalid"), account.Token, fence),
            new AccountLimiter(time, 1000),
            time,
            services.GetRequiredService<ILogger<ActiveCampaignContacts>>()
        );
    }
}
