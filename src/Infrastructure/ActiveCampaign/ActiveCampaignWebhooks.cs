using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>
/// The webhooks of one ActiveCampaign account. An account does not say which ones it has turned off because a receiver once answered
/// 410: such a webhook looks as it should and sends nothing.
/// </summary>
internal sealed class ActiveCampaignWebhooks : IWebhooks
{
    // What an account calls no list.
    private const string NoList = "0";

    private static readonly string[] TagEvents = ["contact_tag_added", "contact_tag_removed"];

    private readonly AccountClient _client;

    /// <summary>Makes the adapter.</summary>
    /// <param name="http">A client of the account, see <see cref="AccountHttp.Create"/>; not disposed here.</param>
    /// <param name="limiter">The account's speed limit, shared by all its sites.</param>
    /// <param name="time">The clock.</param>
    /// <param name="timings">Other waits than the usual ones; for tests.</param>
    public ActiveCampaignWebhooks(
        HttpClient http,
        AccountLimiter limiter,
        TimeProvider time,
        AccountTimings? timings = null
    ) => _client = new AccountClient(http, limiter, time, timings ?? AccountTimings.Usual);

    /// <inheritdoc/>
    /// <remarks>
    /// <c>update</c> tells of properties and custom fields, which of them it does not say. Tags have events of their own. No event
    /// tells that a contact was made; <c>subscribe</c>, a contact comes to a list, is the nearest, so it goes with
    /// <see cref="SyncAction.Add"/>. To users that exist it brings nothing: it changes neither a field nor a tag.
    /// </remarks>
    public IReadOnlyList<string> EventsFor(SyncAction action) =>
        action switch
        {
            SyncAction.Add => ["subscribe", "update", .. TagEvents],
            SyncAction.Update => ["update", .. TagEvents],
            _ => TagEvents,
        };

    /// <inheritdoc/>
    /// <remarks>
    /// The contact himself, a user of the account, the API, and automations. With <c>api</c> CleanSync hears of the fields that it
    /// writes itself, and finds nothing to do.
    /// </remarks>
    public IReadOnlyList<string> Sources { get; } = ["public", "admin", "api", "system"];

    /// <inheritdoc/>
    /// <remarks>All are read and looked through here: whether the account's filter finds parts of a URL is not known.</remarks>
    public async Task<IReadOnlyList<RegisteredWebhook>> ListTo(string host, CancellationToken cancellationToken)
    {
        var rows = await Paging.All(_client, "webhooks", "webhooks", cancellationToken);
        return
        [
            .. rows.Where(row =>
                    Uri.TryCreate(row.Text("url"), UriKind.Absolute, out var url)
                    && string.Equals(url.IdnHost, host, StringComparison.OrdinalIgnoreCase)
                )
                .Select(Read),
        ];
    }

    /// <inheritdoc/>
    public async Task<string> Create(RegisteredWebhook webhook, CancellationToken cancellationToken)
    {
        var answer = await _client.Post("webhooks", Body(webhook), cancellationToken);
        return answer.Succeeded().Body.At("webhook")?.Text("id") is { Length: > 0 } id
            ? id
            : throw AccountFault.Unreadable(writing: true);
    }

    /// <inheritdoc/>
    public async Task<bool> Update(RegisteredWebhook webhook, CancellationToken cancellationToken)
    {
        var answer = await _client.Put(PathOf(webhook.Id), Body(webhook), cancellationToken);
        return IsThere(answer);
    }

    /// <inheritdoc/>
    public async Task<bool> Remove(string id, CancellationToken cancellationToken) =>
        IsThere(await _client.Delete(PathOf(id), cancellationToken));

    private static bool IsThere(AccountAnswer answer) => !answer.NotFound && answer.Succeeded() is not null;

    private static string PathOf(string id) => "webhooks/" + Uri.EscapeDataString(id);

    private static RegisteredWebhook Read(JsonElement row) =>
        new(row.Text("id"), row.Text("name"), row.Text("url"), Texts(row, "events"), Texts(row, "sources"))
        {
            OnlyForList = row.Text("listid") is not ("" or NoList) and var list ? list : null,
        };

    private static IReadOnlyList<string> Texts(JsonElement row, string name) =>
        [.. (row.Rows(name) ?? []).Select(text => text.AsText())];

    private static byte[] Body(RegisteredWebhook webhook) =>
        Encoding.UTF8.GetBytes(
            new JsonObject
            {
                ["webhook"] = new JsonObject
                {
                    ["name"] = webhook.Name,
                    ["url"] = webhook.Url,
                    ["events"] = Texts(webhook.Events),
                    ["sources"] = Texts(webhook.Sources),
                    ["listid"] = webhook.OnlyForList ?? NoList,
                },
            }.ToJsonString()
        );

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
