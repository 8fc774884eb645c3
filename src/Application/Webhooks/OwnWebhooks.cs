using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Webhooks;

/// <summary>
/// The webhooks of an account that are a site's own: those sent to its address with a known action. The key does not matter, so that
/// a webhook is known by its old key too. Not own are webhooks that are limited to one mailing list, and those of another site,
/// which may share account and address: they carry its key, or its name and no key of this site.
/// </summary>
internal sealed class OwnWebhooks
{
    private readonly Site _site;
    private readonly Uri _address;
    private readonly HashSet<string> _otherKeys;
    private readonly HashSet<string> _otherNames;

    private OwnWebhooks(Site site, IWebhooks account, Uri address, IReadOnlyCollection<Site> others)
    {
        (_site, Account, _address) = (site, account, address);
        _otherKeys = others.SelectMany(other => other.WebhookAddress.AccessKeys).ToHashSet(StringComparer.Ordinal);
        _otherNames = others.Select(other => NameOf(other.Name)).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The account's webhooks, all of them.</summary>
    public IWebhooks Account { get; }

    private string Key => _site.WebhookAddress.AccessKeys[0];

    /// <summary>The own webhooks of a site.</summary>
    /// <exception cref="PermanentException">The configuration does not say what is needed.</exception>
    public static OwnWebhooks Of(ISites sites, string name)
    {
        var site = sites.Find(name) ?? throw new PermanentException("configuration: there is no such site");
        if (site.WebhookAddress.Url is not { } address)
            throw new PermanentException(
                $"CleanSync:Sites:{name}:Webhook:Url is not set: write the address of the webhook endpoint as seen from "
                    + "outside, for instance https://sync.example/webhooks/activecampaign"
            );
        if (site.WebhookAddress.AccessKeys.Count == 0)
            throw new PermanentException(
                $"CleanSync:Sites:{name}:AccessKeys:0 is not set; make one with the command: key new"
            );
        var account =
            site.Webhooks ?? throw new PermanentException("the account of this site has no webhooks to manage");
        var others = sites.Names.Except([name], StringComparer.Ordinal).Select(sites.Find).OfType<Site>().ToList();
        return new OwnWebhooks(site, account, address, others);
    }

    /// <summary>Asks the account for them.</summary>
    public async Task<IReadOnlyList<OwnWebhook>> Find(CancellationToken cancellationToken) =>
        [.. (await Account.ListTo(_address.IdnHost, cancellationToken)).Select(Own).OfType<OwnWebhook>()];

    /// <summary>What a new one is to be.</summary>
    /// <param name="action">What it asks for.</param>
    /// <param name="role">The role that it names; null for none.</param>
    public OwnWebhook New(SyncAction action, string? role)
    {
        var url = WebhookUrl.Of(_address, action, Key, role);
        return new OwnWebhook(
            new RegisteredWebhook("", NameOf(_site.Name), url.Secret, Account.EventsFor(action), Account.Sources),
            url,
            action
        );
    }

    /// <summary>What one lacks; empty when it is as it should be. More events than needed do no harm.</summary>
    /// <param name="own">The webhook.</param>
    /// <param name="role">The role that it should name; null for any or none.</param>
    public IReadOnlyList<string> Lacks(OwnWebhook own, string? role = null) =>
        [
            .. string.Equals(own.Url.AccessKey, Key, StringComparison.Ordinal) ? Array.Empty<string>() : ["access key"],
            .. role is null || string.Equals(own.Url.Role, role, StringComparison.Ordinal)
                ? Array.Empty<string>()
                : ["role"],
            .. Missing(Account.EventsFor(own.Action), own.Registered.Events).Select(name => $"event {name}"),
            .. Missing(Account.Sources, own.Registered.Sources).Select(name => $"source {name}"),
        ];

    /// <summary>The same webhook with everything that it lacks; what a person added to it stays.</summary>
    /// <inheritdoc cref="Lacks"/>
    public OwnWebhook Mended(OwnWebhook own, string? role)
    {
        var url = own.Url.At(_address, Key, role);
        return own with
        {
            Url = url,
            Registered = own.Registered with
            {
                Url = url.Secret,
                Events = [.. own.Registered.Events, .. Missing(Account.EventsFor(own.Action), own.Registered.Events)],
                Sources = [.. own.Registered.Sources, .. Missing(Account.Sources, own.Registered.Sources)],
            },
        };
    }

    private OwnWebhook? Own(RegisteredWebhook webhook) =>
        webhook.OnlyForList is null
        && WebhookUrl.Parse(webhook.Url) is { Action: { } action } url
        && url.IsTo(_address)
        && !IsOfAnother(webhook.Name, url.AccessKey ?? "")
            ? new OwnWebhook(webhook, url, action)
            : null;

    private bool IsOfAnother(string name, string key) =>
        _otherKeys.Contains(key)
        || (_otherNames.Contains(name) && !_site.WebhookAddress.AccessKeys.Contains(key, StringComparer.Ordinal));

    private static IEnumerable<string> Missing(IEnumerable<string> wanted, IEnumerable<string> there) =>
        wanted.Except(there, StringComparer.OrdinalIgnoreCase);

    private static string NameOf(string site) => $"CleanSync {site}";
}

/// <summary>A webhook of a site's own.</summary>
internal sealed record OwnWebhook(RegisteredWebhook Registered, WebhookUrl Url, SyncAction Action);
