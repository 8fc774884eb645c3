using System.Net;
using System.Text.Json;

namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>An answer of the account that could be read.</summary>
/// <param name="Status">The status: 2xx, 400, 404 or 422; everything else is an exception.</param>
/// <param name="Body">The body, a JSON object; undefined when there is none to speak of.</param>
/// <param name="Date">The sender's clock when it answered; null when it did not say.</param>
internal sealed record AccountAnswer(HttpStatusCode Status, JsonElement Body, DateTimeOffset? Date)
{
    /// <summary>Whether what was asked for does not exist.</summary>
    public bool NotFound => Status == HttpStatusCode.NotFound;

    /// <summary>This answer, when it is a success; a refusal is permanent.</summary>
    public AccountAnswer Succeeded() => (int)Status < 300 ? this : throw AccountFault.Refused(Status);
}
