namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>
/// Keeps a list of definitions for some minutes. A name that it does not hold has the list read once more; a name that was
/// sought in vain is not sought again for a while, so that a stray reference does not cost a request each time.
/// </summary>
/// <param name="load">Reads the list.</param>
/// <param name="knows">Whether the list holds a name.</param>
/// <param name="time">The clock.</param>
/// <param name="timings">How long what is believed.</param>
internal sealed class DefinitionCache<T>(
    Func<CancellationToken, Task<T>> load,
    Func<T, string, bool> knows,
    TimeProvider time,
    AccountTimings timings
) : IDisposable
    where T : class
{
    private readonly SemaphoreSlim _loading = new(1);
    private volatile Snapshot? _snapshot;

    /// <summary>The list, read anew when it is old or does not hold one of the names.</summary>
    public async Task<T> Get(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        if (_snapshot is { } kept && Suffices(kept, names))
            return kept.List;
        await _loading.WaitAsync(cancellationToken);
        try
        {
            if (_snapshot is { } meanwhile && Suffices(meanwhile, names))
                return meanwhile.List;
            var list = await load(cancellationToken);
            var now = time.GetTimestamp();
            var vain = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
            foreach (var (name, since) in _snapshot?.SoughtInVain ?? [])
            {
                if (time.GetElapsedTime(since, now) < timings.NotFoundAge && !knows(list, name))
                    vain[name] = since;
            }
            foreach (var name in names.Where(name => !knows(list, name)))
                vain[name] = now;
            _snapshot = new Snapshot(list, now, vain);
            return list;
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _loading.Dispose();

    private bool Suffices(Snapshot snapshot, IReadOnlyCollection<string> names) =>
        time.GetElapsedTime(snapshot.LoadedAt) < timings.DefinitionsAge
        && names.All(name =>
            knows(snapshot.List, name)
            || (
                snapshot.SoughtInVain.TryGetValue(name, out var since)
                && time.GetElapsedTime(since) < timings.NotFoundAge
            )
        );

    private sealed record Snapshot(T List, long LoadedAt, Dictionary<string, long> SoughtInVain);
}
