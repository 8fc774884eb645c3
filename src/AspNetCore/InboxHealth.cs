using CleanSync.Application.Ports;
using CleanSync.Infrastructure.Batching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CleanSync.AspNetCore;

/// <summary>
/// Ready means that webhooks can be stored: a small write has become durable within the last seconds, and no webhook was refused within the
/// last half minute.
/// </summary>
internal sealed class InboxHealth : IHealthCheck
{
    // Anybody may ask, as often as he likes; the disk is asked once in that time.
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(5);

    // A disk with no room for a webhook may have some for the few bytes of a probe.
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromSeconds(30);

    // A store that hangs is no better than one that fails.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly Kept<Exception?> _probe;

    // The time stamp of the last refusal; null before the first.
    private object? _refusedAt;

    public InboxHealth(IServiceProvider services, TimeProvider time)
    {
        _time = time;
        _probe = new(Probe, Age, time);

        // Asked for here and not by the constructor: a store that cannot even be opened is unhealthy, not an error.
        async Task<Exception?> Probe()
        {
            try
            {
                await services.GetRequiredService<IInbox>().Probe(CancellationToken.None);
                return null;
            }
            catch (InboxUnavailableException error)
            {
                // Kept as well: a store that fails is asked no more often than one that works.
                return error;
            }
        }
    }

    /// <summary>Notes that the inbox could not store a webhook.</summary>
    public void Refused() => Volatile.Write(ref _refusedAt, (object)_time.GetTimestamp());

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        if (Volatile.Read(ref _refusedAt) is long refusedAt && _time.GetElapsedTime(refusedAt) < AfterRefusal)
            return HealthCheckResult.Unhealthy("A webhook could not be stored.");
        try
        {
            if (await _probe.Get(cancellationToken).WaitAsync(Limit, _time, cancellationToken) is null)
                return HealthCheckResult.Healthy();
        }
        catch (TimeoutException)
        {
            // As bad as a failure.
        }
        // The store has logged why.
        return HealthCheckResult.Unhealthy("The inbox cannot store requests.");
    }
}
