using System.Text.Json.Nodes;
using CleanSync.Application.Ports;
using CleanSync.Application.Pumping;
using CleanSync.Domain;
using CleanSync.Infrastructure.Batching;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CleanSync.AspNetCore;

/// <summary>
/// Says of each site whether it works, or why it waits. A held or paused site is degraded, not unhealthy: its webhooks are accepted and wait.
/// </summary>
internal sealed class SitesHealth : IHealthCheck
{
    // Anybody may ask, as often as he likes; the store is asked once in that time.
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(1);

    // Whether webhooks can be stored is not for this to say: without the store it tells what this process knows.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly ISites _sites;
    private readonly SiteStates _states;
    private readonly TimeProvider _time;
    private readonly Kept<IReadOnlyList<SiteRecord>> _records;

    public SitesHealth(IServiceProvider services, ISites sites, SiteStates states, TimeProvider time)
    {
        (_sites, _states, _time) = (sites, states, time);
        _records = new(Read, Age, time);

        // Asked for here and not by the constructor: a store that cannot even be opened is unhealthy, not an error.
        async Task<IReadOnlyList<SiteRecord>> Read()
        {
            var records = services.GetRequiredService<ISiteRecords>();
            return await Task.WhenAll(sites.Names.Select(site => records.Find(site, CancellationToken.None)));
        }
    }

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        var said = (await Records(cancellationToken)).ToDictionary(
            record => record.Name,
            record => (object)Of(record),
            StringComparer.Ordinal
        );
        var held = said.Values.Cast<SiteState>().Any(state => state.WhyWaiting is not null);
        return new HealthCheckResult(held ? HealthStatus.Degraded : HealthStatus.Healthy, data: said);
    }

    private async Task<IEnumerable<SiteRecord>> Records(CancellationToken cancellationToken)
    {
        try
        {
            return await _records.Get(cancellationToken).WaitAsync(Limit, _time, cancellationToken);
        }
        catch (Exception error) when (error is TransientException or TimeoutException)
        {
            return _sites.Names.Select(site => new SiteRecord(site));
        }
    }

    // What another node works, this one knows from the store alone.
    private SiteState Of(SiteRecord record)
    {
        var state = _states.Of(record.Name);
        return state with { Hold = state.Hold ?? record.Hold, Pause = state.Pause ?? record.Pause };
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
