using System.Text.Json.Nodes;
using CleanSync.Application.Ports;
using CleanSync.Application.Pumping;
using CleanSync.Domain;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CleanSync.AspNetCore;

/// <summary>
/// Says of each site whether it works, or why it waits. A held or paused site is degraded, not unhealthy: its webhooks are accepted and wait.
/// </summary>
internal sealed class SitesHealth(ISites sites, SiteStates states) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        var said = sites.Names.ToDictionary(name => name, name => (object)states.Of(name), StringComparer.Ordinal);
        var held = said.Values.Cast<SiteState>().Any(state => state.WhyWaiting is not null);
        return Task.FromResult(new HealthCheckResult(held ? HealthStatus.Degraded : HealthStatus.Healthy, data: said));
    }

    /// <summary>
    /// Writes the answer: the status, why sites are held, and what is wrong with their webhooks. Neither holds personal data; other notices
    /// are left out, since anybody may ask.
    /// </summary>
    public static Task Write(HttpContext context, HealthReport report)
    {
        var states = report
            .Entries.Values.SelectMany(entry => entry.Data)
            .Where(site => site.Value is SiteState)
            .Select(site => (Name: site.Key, State: (SiteState)site.Value))
            .ToList();
        var held = new JsonObject(
            states
                .Where(site => site.State.WhyWaiting is not null)
                .Select(site => KeyValuePair.Create(site.Name, (JsonNode?)site.State.WhyWaiting))
        );
        var webhooks = new JsonObject(
            states
                .Select(site =>
                    (site.Name, Notices: Texts(site.State.WebhookNotices.Concat(site.State.SilenceNotices)))
                )
                .Where(site => site.Notices.Count > 0)
                .Select(site => KeyValuePair.Create(site.Name, (JsonNode?)site.Notices))
        );
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(
            new JsonObject
            {
                ["status"] = report.Status.ToString(),
                ["held"] = held,
                ["webhooks"] = webhooks,
            }.ToJsonString(),
            context.RequestAborted
        );
    }

    private static JsonArray Texts(IEnumerable<Warning> notices) =>
        new([.. notices.Select(notice => JsonValue.Create(notice.ToString()))]);
}
