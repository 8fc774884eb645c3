using CleanSync.AspNetCore;
using CleanSync.AspNetCore.Webhooks;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoints of CleanSync.</summary>
public static class CleanSyncEndpointRouteBuilderExtensions
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Post];

    /// <summary>
    /// Maps the webhook to <c>/webhooks/activecampaign</c>, to <c>/wp-content/plugins/wp-fusion/api.php</c>, and to <c>/</c> for
    /// requests that carry <c>wpf_action</c>; every other request for <c>/</c> stays the application's own.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <returns>A builder for conventions of all three, for instance a host name.</returns>
    /// <exception cref="InvalidOperationException"><c>UseWebhooks</c> was not called.</exception>
    public static IEndpointConventionBuilder MapCleanSync(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var webhook =
            endpoints.ServiceProvider.GetService<WebhookEndpoint>()
            ?? throw new InvalidOperationException(
                "Call AddCleanSync(...).UseWebhooks() on the services before app.MapCleanSync()."
            );
        RequestDelegate handle = webhook.Handle;
        var group = endpoints.MapGroup("");
        group.MapMethods("/webhooks/activecampaign", Methods, handle);
        group.MapMethods("/wp-content/plugins/wp-fusion/api.php", Methods, handle);
        // Before the application's own page, which it lets through.
        group.Map("/", handle).WithMetadata(SharesItsPath.Instance).WithOrder(int.MinValue);
        return group.WithDisplayName("CleanSync webhook").AllowAnonymous();
    }

    /// <summary>
    /// Maps <c>/health/live</c>, 200 as long as the process answers, and <c>/health/ready</c>, 200 when webhooks can be stored,
    /// else 503; its answer names the sites that are held, and why.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <returns>A builder for conventions of both.</returns>
    public static IEndpointConventionBuilder MapCleanSyncHealth(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var group = endpoints.MapGroup("/health");
        group.MapHealthChecks("/live", new HealthCheckOptions { Predicate = _ => false });
        group.MapHealthChecks(
            "/ready",
            new HealthCheckOptions
            {
                Predicate = check => check.Tags.Contains(CleanSyncWebhookExtensions.ReadyTag),
                ResponseWriter = SitesHealth.Write,
            }
        );
        return group.AllowAnonymous();
    }
}
