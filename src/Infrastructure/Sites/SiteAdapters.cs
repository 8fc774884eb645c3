using CleanSync.Application.Ports;
using CleanSync.Infrastructure.Configuration;

namespace CleanSync.Infrastructure.Sites;

/// <summary>Makes the account of a site. One account's limit is shared by all its sites.</summary>
/// <param name="name">The site's name.</param>
/// <param name="options">The account.</param>
internal delegate SiteAccount AccountFactory(string name, ActiveCampaignOptions options);

/// <summary>The account of a site: its contacts, and its webhooks if they can be managed.</summary>
internal sealed record SiteAccount(IContacts Contacts, IWebhooks? Webhooks = null);

/// <summary>Makes the user directory of a site, and the mail that goes with it.</summary>
/// <param name="name">The site's name.</param>
/// <param name="options">The site.</param>
internal delegate SiteDirectory DirectoryFactory(string name, SiteOptions options);

/// <summary>The user directory of a site, and the mail that goes with it.</summary>
internal sealed record SiteDirectory(IUsers Users, IWelcomeMail Mail);
