using System.Collections.Concurrent;
using System.Threading.Channels;

namespace CleanSync.Application;

/// <summary>Tells the workers of this process that something arrived, and those who wait that something ended.</summary>
public sealed class InboxSignals
{
    private readonly ConcurrentDictionary<string, Channel<bool>> _arrivals = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Site, long Contact), List<OutcomeWatch>> _watches = [];

    /// <summary>Says that a site has work. Many calls before one look count as one.</summary>
    public void Arrived(string site) => ChannelOf(site).Writer.TryWrite(true);

    /// <summary>Waits until a site has work.</summary>
    public async Task WaitForArrival(string site, CancellationToken cancellationToken) =>
        await ChannelOf(site).Reader.ReadAsync(cancellationToken);

    /// <summary>Says how the work up to a receipt ended.</summary>
    public void Ended(string site, long contact, long receipt, SyncOutcome outcome)
    {
        lock (_lock)
        {
            if (_watches.TryGetValue((site, contact), out var watches))
                foreach (var watch in watches)
                    watch.Ended(receipt, outcome);
        }
    }

    /// <summary>Starts to watch for the outcomes of a contact. Dispose it to stop.</summary>
    internal OutcomeWatch Watch(string site, long contact)
    {
        lock (_lock)
        {
            if (!_watches.TryGetValue((site, contact), out var watches))
                _watches[(site, contact)] = watches = [];
            var watch = new OutcomeWatch(watch => Forget((site, contact), watch));
            watches.Add(watch);
            return watch;
        }
    }

    private void Forget((string, long) key, OutcomeWatch watch)
    {
        lock (_lock)
        {
            if (_watches.TryGetValue(key, out var watches) && watches.Remove(watch) && watches.Count == 0)
                _watches.Remove(key);
        }
    }

    private Channel<bool> ChannelOf(string site) =>
        _arrivals.GetOrAdd(
            site,
            static _ =>
                Channel.CreateBounded<bool>(
                    new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
                )
        );
}

/// <summary>One who waits for the outcome of a request that he is about to hand in.</summary>
internal sealed class OutcomeWatch(Action<OutcomeWatch> forget) : IDisposable
{
    private readonly Channel<(long Receipt, SyncOutcome Outcome)> _ends = Channel.CreateUnbounded<(
        long,
        SyncOutcome
    )>();

    public void Ended(long receipt, SyncOutcome outcome) => _ends.Writer.TryWrite((receipt, outcome));

    /// <summary>The first outcome that covers the receipt, or null when the time is over.</summary>
    public async Task<SyncOutcome?> For(
        long receipt,
        TimeSpan wait,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        using var timeout = new CancellationTokenSource(wait, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            while (true)
            {
                var end = await _ends.Reader.ReadAsync(both.Token);
                if (end.Receipt >= receipt)
                    return end.Outcome;
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose() => forget(this);
}
