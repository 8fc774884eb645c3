using CleanSync.Domain;

namespace CleanSync.Application.Ports;

/// <summary>The webhooks that a site's account sends, to whomever. Those of other receivers are none of ours.</summary>
/// <remarks>Members that ask the account fail as those of <see cref="IContacts"/> do.</remarks>
public interface IWebhooks
{
    /// <summary>The kinds of events, in the account's words, after which a contact needs an action.</summary>
    /// <param name="action">The action.</param>
    IReadOnlyList<string> EventsFor(SyncAction action);

    /// <summary>Everything that can cause an event, in the account's words.</summary>
    IReadOnlyList<string> Sources { get; }

    /// <summary>Every webhook that is sent to a host, however many the account has.</summary>
    /// <param name="host">The name or address of the host, without regard to case.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<IReadOnlyList<RegisteredWebhook>> ListTo(string host, CancellationToken cancellationToken);

    /// <summary>Registers a webhook.</summary>
    /// <param name="webhook">The webhook; its id is not looked at.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Its id.</returns>
    Task<string> Create(RegisteredWebhook webhook, CancellationToken cancellationToken);

    /// <summary>Overwrites the webhook of that id.</summary>
    /// <returns>False when there is none any more.</returns>
    Task<bool> Update(RegisteredWebhook webhook, CancellationToken cancellationToken);

    /// <summary>Removes the webhook of that id.</summary>
    /// <returns>False when there is none any more.</returns>
    Task<bool> Remove(string id, CancellationToken cancellationToken);
}

/// <summary>A webhook as the account knows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name, for people.</param>
/// <param name="Url">Where it is sent, with the access key: never to be shown.</param>
/// <param name="Events">The kinds of events that send it, in the account's words.</param>
/// <param name="Sources">Which causes of an event count, in the account's words.</param>
public sealed record RegisteredWebhook(
    string Id,
    string Name,
    string Url,
    IReadOnlyList<string> Events,
    IReadOnlyList<string> Sources
)
{
    /// <summary>The one mailing list whose contacts send it; null when all contacts do. Default null.</summary>
    public string? OnlyForList { get; init; }

    /// <summary>Its id alone.</summary>
    public override string ToString() => $"webhook {Id}";
}

/// <summary>How the webhooks of a site come in, as configured.</summary>
/// <param name="Url">The address of the webhook endpoint as seen from outside, without query; null when it is not configured.</param>
/// <param name="AccessKeys">The keys that the site accepts; new URLs carry the first. Never to be shown.</param>
/// <param name="WarnAfterSilence">After how long without any webhook the owner is told; null for never.</param>
public sealed record WebhookAddress(Uri? Url, IReadOnlyList<string> AccessKeys, TimeSpan? WarnAfterSilence)
{
    /// <summary>Nothing is configured.</summary>
    public static WebhookAddress Unknown { get; } = new(null, [], null);
}
