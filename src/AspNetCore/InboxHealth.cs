using CleanSync.Application.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CleanSync.AspNetCore;

/// <summary>Ready means that the inbox can be read.</summary>
internal sealed class InboxHealth(IServiceProvider services) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        // Asked for here and not by the constructor: a store that cannot even be opened is unhealthy, not an error.
        var inbox = services.GetRequiredService<IInbox>();
        var sites = services.GetRequiredService<ISites>();
        await inbox.NextDue(sites.Names.Count > 0 ? sites.Names[0] : "", cancellationToken);
        return HealthCheckResult.Healthy();
    }
}
