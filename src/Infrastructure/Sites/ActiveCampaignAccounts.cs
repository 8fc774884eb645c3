using System.Collections.Concurrent;
using CleanSync.Application.Ports;
using CleanSync.Infrastructure.ActiveCampaign;
using CleanSync.Infrastructure.Configuration;
using Microsoft.Extensions.Logging;

namespace CleanSync.Infrastructure.Sites;

/// <summary>Makes the accounts of sites. Sites may share one, and it counts all of their requests together.</summary>
internal sealed class ActiveCampaignAccounts(
    IHttpClientFactory http,
    IHttpMessageHandlerFactory handlers,
    IWorkerRole role,
    TimeProvider time,
    ILogger<ActiveCampaignContacts> logger
)
{
    private readonly ConcurrentDictionary<Uri, AccountLimiter> _limiters = new();

    /// <summary>Makes the account of a site. Of several sites that name a rate for it the lowest holds.</summary>
    public SiteAccount Make(string site, ActiveCampaignOptions options)
    {
        var url = new Uri(options.Url!);
        var limiter = _limiters.GetOrAdd(
            AccountHttp.Root(url),
            _ => new AccountLimiter(time, options.RequestsPerSecond)
        );
        limiter.RequestsPerSecond = Math.Min(limiter.RequestsPerSecond, options.RequestsPerSecond);
        // Webhooks are managed by commands, whoever works the site.
        var open = AccountHttp.Configure(http.CreateClient(AccountHttp.Name), url, options.ApiToken!);
        var fence = new WriteFence(role, site) { InnerHandler = handlers.CreateHandler(AccountHttp.Name) };
        return new SiteAccount(
            AccountHttp.Root(url).AbsoluteUri,
            new ActiveCampaignContacts(AccountHttp.Create(url, options.ApiToken!, fence), limiter, time, logger),
            new ActiveCampaignWebhooks(open, limiter, time)
        );
    }
}

/// <summary>The account of a site.</summary>
/// <param name="Name">What tells it from others (<see cref="Site.Account"/>).</param>
/// <param name="Contacts">Its contacts.</param>
/// <param name="Webhooks">Its webhooks; null when they cannot be managed.</param>
internal sealed record SiteAccount(string Name, IContacts Contacts, IWebhooks? Webhooks);
