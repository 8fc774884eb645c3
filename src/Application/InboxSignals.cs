using System.Collections.Concurrent;
using System.Threading.Channels;

namespace CleanSync.Application;

/// <summary>Tells the workers of this process that something arrived, and those who wait that something ended.</summary>
internal sealed class InboxSignals(TimeProvider time)
{
    private static readonly TimeSpan LongestGather = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Arrivals> _arrivals = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Site, long Contact), List<OutcomeWatch>> _watches = [];

    /// <summary>Says that a webhook arrived. Many calls before one look count as one.</summary>
    /// <param name="site">The site.</param>
    /// <param name="contact">The contact that needs work.</param>
    public void Arrived(string site, long contact)
    {
        var arrivals = Of(site);
        arrivals.Add(contact, time.GetTimestamp(), isWebhook: true);
        arrivals.Wake.Writer.TryWrite(true);
    }

    /// <summary>Says that something arrived at another process: for whom, is not known.</summary>
    public void Heard(string site)
    {
        var arrivals = Of(site);
        arrivals.Add(contact: null, time.GetTimestamp(), isWebhook: false);
        arrivals.Wake.Writer.TryWrite(true);
    }

    /// <summary>When the latest webhook arrived here, in the clock's timestamps; null when none has since the process began.</summary>
    internal long? LatestArrival(string site) => Of(site).Latest;

    /// <summary>Lets a site look for work that did not come by a webhook.</summary>
    public void Wake(string site) => Of(site).Wake.Writer.TryWrite(true);

    /// <summary>Waits until a site has work.</summary>
    public async Task WaitForArrival(string site, CancellationToken cancellationToken) =>
        await Of(site).Wake.Reader.ReadAsync(cancellationToken);

    /// <summary>
    /// Lets a storm gather, so that a request to ActiveCampaign carries many contacts: when more than 5 webhooks arrived within
    /// the last second, it waits until a batch is together or a second is over. Otherwise returns at once.
    /// </summary>
    internal async Task Gather(string site, int batch, CancellationToken cancellationToken)
    {
        var arrivals = Of(site);
        if (arrivals.SixthLast is { } sixth && time.GetElapsedTime(sixth) <= LongestGather)
        {
            using var over = new CancellationTokenSource(LongestGather, time);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
            try
            {
                while (arrivals.Contacts < batch)
                    await arrivals.Wake.Reader.ReadAsync(enough.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // A second is over.
            }
        }
        arrivals.Restart();
    }

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

    private Arrivals Of(string site) => _arrivals.GetOrAdd(site, static _ => new Arrivals());

    private sealed class Arrivals
    {
        private const int MostCounted = 1000;

        public readonly Channel<bool> Wake = Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
        );

        // When the last six arrived, the oldest at Next. Guarded by the array.
        private readonly long[] _last = new long[6];
        private int _next;
        private long _all;
        private long? _latest;

        // Who needs work since the restart.
        private readonly HashSet<long> _contacts = [];

        /// <summary>When the sixth last webhook arrived; null when there were not so many.</summary>
        public long? SixthLast
        {
            get
            {
                lock (_last)
                    return _all < _last.Length ? null : _last[_next];
            }
        }

        /// <summary>When the last webhook arrived here; null when none did.</summary>
        public long? Latest
        {
            get
            {
                lock (_last)
                    return _latest;
            }
        }

        /// <summary>How many contacts need work since the restart.</summary>
        public int Contacts
        {
            get
            {
                lock (_last)
                    return _contacts.Count;
            }
        }

        public void Add(long? contact, long timestamp, bool isWebhook)
        {
            lock (_last)
            {
                _all++;
                if (isWebhook)
                    _latest = timestamp;
                _last[_next] = timestamp;
                _next = (_next + 1) % _last.Length;
                // Nobody waits for more than a batch.
                if (_contacts.Count < MostCounted)
                    // Each of those who are not known counts as another.
                    _contacts.Add(contact ?? -_all);
            }
        }

        public void Restart()
        {
            lock (_last)
                _contacts.Clear();
        }
    }
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
