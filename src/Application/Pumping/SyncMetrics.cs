using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using CleanSync.Application.Ports;

namespace CleanSync.Application.Pumping;

/// <summary>The figures of the meter <c>CleanSync</c>. Tags: site, outcome. Never a contact.</summary>
internal sealed class SyncMetrics
{
    private readonly ConcurrentDictionary<string, (InboxDepth Depth, DateTimeOffset At)> _depths = new(
        StringComparer.Ordinal
    );
    private readonly Counter<long> _outcomes;
    private readonly Counter<long> _retries;
    private readonly Histogram<double> _duration;

    public SyncMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("CleanSync");
        _outcomes = meter.CreateCounter<long>("cleansync.outcomes", description: "Outcomes");
        _retries = meter.CreateCounter<long>("cleansync.retries", description: "Attempts that will be made again");
        _duration = meter.CreateHistogram<double>("cleansync.work.duration", "s", "From claim to end");
        meter.CreateObservableGauge(
            "cleansync.inbox.waiting",
            () => All(depth => depth.Waiting),
            description: "Contacts that wait"
        );
        meter.CreateObservableGauge(
            "cleansync.inbox.parked",
            () => All(depth => depth.Parked),
            description: "Contacts that wait for a person"
        );
        meter.CreateObservableGauge(
            "cleansync.inbox.oldest",
            () =>
                _depths.Select(site =>
                    Of(site.Key, site.Value.Depth.Oldest is { } oldest ? (site.Value.At - oldest).TotalSeconds : 0)
                ),
            "s",
            "Age of the oldest request that waits"
        );
    }

    public void Ended(string site, string outcome, TimeSpan duration)
    {
        _outcomes.Add(1, new("site", site), new("outcome", outcome));
        _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("site", site));
    }

    public void Retried(string site) => _retries.Add(1, new KeyValuePair<string, object?>("site", site));

    /// <summary>Takes down how full a site's inbox is.</summary>
    public void Measured(string site, InboxDepth depth, DateTimeOffset now) => _depths[site] = (depth, now);

    private IEnumerable<Measurement<double>> All(Func<InboxDepth, long> figure) =>
        _depths.Select(site => Of(site.Key, figure(site.Value.Depth)));

    private static Measurement<double> Of(string site, double value) =>
        new(value, new KeyValuePair<string, object?>("site", site));
}
