using CleanSync.Application.Ports;
using CleanSync.Infrastructure.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CleanSync.Infrastructure.Sites;

/// <summary>Says what stands behind a port, for one site or for all that are not named.</summary>
/// <typeparam name="TPort">The port.</typeparam>
/// <param name="Site">The site; null for all that no other choice names.</param>
/// <param name="Make">Makes the adapter of the site of that name; null for the one that comes with CleanSync.</param>
internal sealed record AdapterChoice<TPort>(string? Site, Func<IServiceProvider, string, TPort>? Make);

/// <summary>Opens a store.</summary>
/// <param name="Provider">By which name the configuration chooses it; null for a store of the application's own, which needs no name.</param>
/// <param name="Open">Opens it.</param>
internal sealed record StoreChoice(InboxProvider? Provider, Func<IServiceProvider, IStore> Open);

/// <summary>Sends the welcome mails of a site through the mail server, if the application has a package for that.</summary>
/// <param name="name">The site's name.</param>
/// <param name="options">The site.</param>
/// <param name="smtp">The mail server.</param>
internal delegate IWelcomeMail SmtpMailFactory(string name, SiteOptions options, SmtpOptions smtp);

/// <summary>Registered where webhooks are received, so that each site needs a key.</summary>
internal sealed class ReceivesWebhooks;

/// <summary>What the application chose. The last choice for a site holds, then the last one for all.</summary>
internal sealed class SiteAdapters(
    IEnumerable<AdapterChoice<IContacts>> contacts,
    IEnumerable<AdapterChoice<IUsers>> users,
    IEnumerable<AdapterChoice<IWelcomeMail>> mails,
    IEnumerable<StoreChoice> stores,
    IServiceProviderIsService services
)
{
    private readonly AdapterChoice<IContacts>[] _contacts = [.. contacts];
    private readonly AdapterChoice<IUsers>[] _users = [.. users];
    private readonly AdapterChoice<IWelcomeMail>[] _mails = [.. mails];
    private readonly StoreChoice[] _stores = [.. stores];

    /// <summary>Whether mails can go through a mail server.</summary>
    public bool HasSmtp { get; } = services.IsService(typeof(SmtpMailFactory));

    /// <summary>Whether webhooks are received.</summary>
    public bool HasWebhooks { get; } = services.IsService(typeof(ReceivesWebhooks));

    /// <summary>Whose contacts they are; null for ActiveCampaign's.</summary>
    public Func<IServiceProvider, string, IContacts>? Contacts(string site) => Chosen(_contacts, site);

    /// <summary>Whose users they are; null for those of the site's WordPress.</summary>
    public Func<IServiceProvider, string, IUsers>? Users(string site) => Chosen(_users, site);

    /// <summary>Who mails; null for what the settings say.</summary>
    public Func<IServiceProvider, string, IWelcomeMail>? Mail(string site) => Chosen(_mails, site);

    /// <summary>The store that holds everything; null when the application has none, or not the one that is named.</summary>
    /// <param name="named">The one that the configuration names; null when it names none.</param>
    public StoreChoice? Store(InboxProvider? named) =>
        Array.FindLast(_stores, store => store.Provider is null)
        ?? (
            named is null
                ? Array.Find(_stores, store => store.Provider == InboxProvider.Sqlite) ?? _stores.LastOrDefault()
                : Array.FindLast(_stores, store => store.Provider == named)
        );

    private static Func<IServiceProvider, string, TPort>? Chosen<TPort>(AdapterChoice<TPort>[] choices, string site) =>
        (
            Array.FindLast(choices, choice => string.Equals(choice.Site, site, StringComparison.Ordinal))
            ?? Array.FindLast(choices, choice => choice.Site is null)
        )?.Make;
}
