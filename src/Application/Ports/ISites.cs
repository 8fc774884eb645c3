using CleanSync.Domain;

namespace CleanSync.Application.Ports;

/// <summary>The sites of this host.</summary>
public interface ISites
{
    /// <summary>Names of all sites, in the order of the configuration.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The site of that name with its present rules, or null.</summary>
    Site? Find(string name);
}

/// <summary>One pairing of an ActiveCampaign account with a user directory.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rules">Its rules, as configured now.</param>
/// <param name="Contacts">The account.</param>
/// <param name="Users">The directory.</param>
/// <param name="Mail">Its welcome mail.</param>
public sealed record Site(string Name, SiteRules Rules, IContacts Contacts, IUsers Users, IWelcomeMail Mail)
{
    /// <summary>The account that its contacts are in: sites of one account are worked by one process, which keeps to its rate limit.</summary>
    public string Account { get; init; } = Name;

    /// <summary>How it catches up.</summary>
    public CatchUpSettings CatchUp { get; init; } = new();

    /// <summary>The webhooks of the account; null when it does not let them be managed. Default null.</summary>
    public IWebhooks? Webhooks { get; init; }

    /// <summary>How webhooks of this site come in. Default unknown.</summary>
    public WebhookAddress WebhookAddress { get; init; } = WebhookAddress.Unknown;
}
