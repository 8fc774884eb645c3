using System.Diagnostics.Metrics;

namespace CleanSync.Application.Pumping;

/// <summary>The figures of the meter <c>CleanSync</c>. Tags: site, outcome. Never a contact.</summary>
internal sealed class SyncMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _outcomes = meters
        .Create("CleanSync")
        .CreateCounter<long>("cleansync.outcomes", description: "Outcomes");
    private readonly Counter<long> _retries = meters
        .Create("CleanSync")
        .CreateCounter<long>("cleansync.retries", description: "Attempts that will be made again");
    private readonly Histogram<double> _duration = meters
        .Create("CleanSync")
        .CreateHistogram<double>("cleansync.work.duration", "s", "From claim to end");

    public void Ended(string site, string outcome, TimeSpan duration)
    {
        _outcomes.Add(1, new("site", site), new("outcome", outcome));
        _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("site", site));
    }

    public void Retried(string site) => _retries.Add(1, new KeyValuePair<string, object?>("site", site));
}
