namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>
/// The speed limit of one ActiveCampaign account, shared by all its sites and all work: never more than
/// <see cref="RequestsPerSecond"/> starts in any rolling second, first come first served, and nobody before the end of a pause
/// that the account asked for.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="requestsPerSecond">The configured limit; 5 is what ActiveCampaign documents for every account.</param>
internal sealed class AccountLimiter(TimeProvider time, int requestsPerSecond = AccountLimiter.DefaultRequestsPerSecond)
    : IDisposable
{
    /// <summary>What ActiveCampaign documents for every account.</summary>
    public const int DefaultRequestsPerSecond = 5;

    // A little over a second, for requests that overtake each other on their way.
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(1020);

    // A start counts from its arrival at the account, which is not known: at most this much later than it was let through.
    private static readonly TimeSpan LongestWay = TimeSpan.FromMilliseconds(500);

    // So many answers must be seen before the quickest of them says how long a request takes at least.
    private const int AnswersToKnow = 10;

    // A longer pause is asked for once more afterwards: a broken header must not stop an account for a day.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(15);

    private readonly Lock _lock = new();
    private readonly List<Start> _starts = [];
    private readonly LinkedList<Waiter> _waiters = new();
    private readonly long _origin = time.GetTimestamp();
    private ITimer? _timer;
    private TimeSpan _pausedUntil;
    private int _configured = Math.Max(1, requestsPerSecond);
    private int _announced = int.MaxValue;
    private int _answers;
    private TimeSpan _quickest = TimeSpan.MaxValue;
    private long _started;
    private bool _disposed;

    /// <summary>The configured limit. The account may announce a lower one, which then holds; a higher one never does.</summary>
    public int RequestsPerSecond
    {
        get => _configured;
        set
        {
            lock (_lock)
                _configured = Math.Max(1, value);
            Admit();
        }
    }

    /// <summary>The limit that holds now.</summary>
    public int Effective => Math.Min(_configured, _announced);

    /// <summary>How many requests were let through so far.</summary>
    public long Started => Interlocked.Read(ref _started);

    /// <summary>How many wait now.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
                return _waiters.Count;
        }
    }

    /// <summary>Waits until one more request may start.</summary>
    /// <returns>The start, for <see cref="Answered"/>.</returns>
    public async Task<Start> Enter(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiter = new Waiter();
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _waiters.AddLast(waiter);
        }
        Admit();
        if (waiter.Task.IsCompletedSuccessfully)
            return await waiter.Task;
        await using var registration = cancellationToken.Register(() => Leave(waiter, cancellationToken));
        return await waiter.Task;
    }

    /// <summary>Lets nobody start before that time; an earlier end of a pause is not brought forward.</summary>
    public void PauseUntil(DateTimeOffset until)
    {
        var pause = until - time.GetUtcNow();
        PauseTo(Now() + (pause < LongestPause ? pause : LongestPause));
    }

    /// <summary>Notes that a request was answered, and heeds the speed that the account announced in the answer.</summary>
    /// <param name="start">The request that was answered.</param>
    /// <param name="limit"><c>RateLimit-Limit</c>. Its window is not documented, so it can only lower the configured limit.</param>
    /// <param name="remaining"><c>RateLimit-Remaining</c>; 0 means that the window of that request is used up.</param>
    public void Answered(Start start, int? limit = null, int? remaining = null)
    {
        lock (_lock)
        {
            start.Took = Now() - start.At;
            if (start.Took < _quickest)
                _quickest = start.Took.Value;
            _answers++;
            if (limit is > 0)
                _announced = limit.Value;
        }
        if (remaining is <= 0)
            PauseTo(start.At + Window);
        else
            Admit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        List<Waiter> left;
        lock (_lock)
        {
            _disposed = true;
            _timer?.Dispose();
            left = [.. _waiters];
            _waiters.Clear();
        }
        foreach (var waiter in left)
            waiter.TrySetException(new ObjectDisposedException(nameof(AccountLimiter)));
    }

    private void PauseTo(TimeSpan until)
    {
        lock (_lock)
        {
            if (until > _pausedUntil)
                _pausedUntil = until;
        }
        Admit();
    }

    private void Leave(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_lock)
            _waiters.Remove(waiter);
        waiter.TrySetCanceled(cancellationToken);
    }

    private void Admit()
    {
        List<(Waiter Waiter, Start Start)> admitted = [];
        lock (_lock)
        {
            while (!_disposed && _waiters.First is { } first)
            {
                var wait = UntilNextStart();
                if (wait > TimeSpan.Zero)
                {
                    WakeAfter(wait);
                    break;
                }
                _waiters.RemoveFirst();
                var start = new Start(Now());
                _starts.Add(start);
                Interlocked.Increment(ref _started);
                admitted.Add((first.Value, start));
            }
        }
        foreach (var (waiter, start) in admitted)
            waiter.TrySetResult(start);
    }

    private TimeSpan UntilNextStart()
    {
        var now = Now();
        _starts.RemoveAll(start => now - CountsFrom(start, now) >= Window);
        var wait = _pausedUntil - now;
        if (_starts.Count >= Effective)
        {
            // The limit may have been lowered: as many starts must have left the window as bring the count below it.
            var leaving = _starts.Select(start => CountsFrom(start, now)).Order().ElementAt(_starts.Count - Effective);
            var full = leaving + Window - now;
            wait = full > wait ? full : wait;
        }
        return wait;
    }

    // The account counts arrivals. A request that was slower than the quickest may have arrived later by the difference, and
    // the one after it, being quick, would then arrive within the same second.
    private TimeSpan CountsFrom(Start start, TimeSpan now)
    {
        var late = (start.Took ?? now - start.At) - (_answers < AnswersToKnow ? TimeSpan.Zero : _quickest);
        return start.At
            + (
                late < TimeSpan.Zero ? TimeSpan.Zero
                : late < LongestWay ? late
                : LongestWay
            );
    }

    private void WakeAfter(TimeSpan wait)
    {
        _timer ??= time.CreateTimer(
            static state => ((AccountLimiter)state!).Admit(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
        // Timers cut off below a millisecond and would fire too early, again and again.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    private TimeSpan Now() => time.GetElapsedTime(_origin);

    /// <summary>A request that was let through.</summary>
    /// <param name="at">When.</param>
    internal sealed class Start(TimeSpan at)
    {
        /// <summary>When it was let through, since the limiter was made.</summary>
        public TimeSpan At { get; } = at;

        /// <summary>How long its answer took; null while there is none.</summary>
        public TimeSpan? Took { get; set; }
    }

    private sealed class Waiter() : TaskCompletionSource<Start>(TaskCreationOptions.RunContinuationsAsynchronously);
}
