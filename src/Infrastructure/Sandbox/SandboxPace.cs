namespace CleanSync.Infrastructure.Sandbox;

/// <summary>The account's limit of requests in a rolling second.</summary>
internal sealed class SandboxPace(TimeProvider time)
{
    private readonly Queue<long> _arrivals = new();

    /// <summary>How many more requests the second takes after this one; less than zero when this one is over the limit.</summary>
    public int Enter(int limit)
    {
        var now = time.GetTimestamp();
        while (_arrivals.TryPeek(out var first) && time.GetElapsedTime(first, now) >= TimeSpan.FromSeconds(1))
            _arrivals.Dequeue();
        if (_arrivals.Count >= limit)
            return -1;
        _arrivals.Enqueue(now);
        return limit - _arrivals.Count;
    }
}
