using System.Text.Json;
using CleanSync.Application.Ports;
using CleanSync.Application.Pumping;
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

    /// <summary>Writes the answer: the status, and why sites are held. Reasons hold no personal data.</summary>
    public static Task Write(HttpContext context, HealthReport report)
    {
        var held = report
            .Entries.Values.SelectMany(entry => entry.Data)
            .Where(site => site.Value is SiteState { WhyWaiting: not null })
            .ToDictionary(site => site.Key, site => ((SiteState)site.Value).WhyWaiting, StringComparer.Ordinal);
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(
            JsonSerializer.Serialize(new { status = report.Status.ToString(), held }),
            context.RequestAborted
        );
    }
}
