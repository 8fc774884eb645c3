namespace CleanSync.Infrastructure.WordPress.Rest;

/// <summary>
/// How hard one site is worked. All requests to it, over whatever routes, take their turns here.
/// <list type="bullet">
/// <item>
/// Turns: from one to the configured number at a time. It begins with one; another is added after some requests in a row that were about as
/// fast as the fastest seen while others waited, and half of them go when requests become slow or fail.
/// </item>
/// <item>
/// Rest: after a request its turn owes a rest as long as that took, up to four times as long where the site is slow. A turn that stands idle pays
/// what is owed. Up to <see cref="Credit"/> may stay owed, so that a single contact on an idle site waits for nothing, and no rest is longer
/// than <see cref="LongestRest"/>. So a turn works half of the time at most, and visitors find processors free.
/// </item>
/// <item>Batches: see <see cref="KindPace"/>.</item>
/// </list>
/// Slow means: for each kind and size of request the best cost per entry is remembered and slowly forgotten; the ratio to it, averaged over
/// the last requests of all kinds, is above 1.5.
/// </summary>
/// <param name="mostAtOnce">The most requests at a time.</param>
/// <param name="time">The clock.</param>
internal sealed class SitePace(int mostAtOnce, TimeProvider time)
{
    /// <summary>How much rest may stay owed while requests go on.</summary>
    public static readonly TimeSpan Credit = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest rest after one request.</summary>
    public static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(2);

    private const double LeastShare = 1;
    private const double MostShare = 4;
    private const double Slow = 1.5;
    private const double Near = 1.25;
    private const int GoodBeforeMore = 4;

    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = new();
    private readonly Dictionary<RequestKind, KindPace> _kinds = Enum.GetValues<RequestKind>()
        .ToDictionary(kind => kind, KindPace.Of);
    private ITimer? _timer;
    private int _inFlight;
    private TimeSpan _owed;
    private long _paidAt = time.GetTimestamp();
    private double _strain = 1;
    private int _good;

    private int? _steadyEntries;

    /// <summary>A pace that learns nothing and rests never, to measure the other by.</summary>
    /// <param name="atOnce">How many requests run at a time.</param>
    /// <param name="entries">How many entries each holds.</param>
    /// <param name="time">The clock.</param>
    public static SitePace Steady(int atOnce, int entries, TimeProvider time) =>
        new(atOnce, time) { Turns = atOnce, _steadyEntries = entries };

    /// <summary>How many requests may run at a time now.</summary>
    public int Turns { get; private set; } = 1;

    /// <summary>How long a turn rests, as a multiple of its request's duration.</summary>
    public double Share { get; private set; } = LeastShare;

    /// <summary>How many entries the next request of this kind should hold.</summary>
    public int BatchSize(RequestKind kind)
    {
        lock (_lock)
            return _steadyEntries ?? _kinds[kind].Size;
    }

    /// <summary>Waits for a turn, first come first served. Each turn that was taken is given back by <see cref="Leave"/>.</summary>
    public Task Enter(CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource> waiter;
        lock (_lock)
        {
            Pay();
            if (_waiting.Count == 0 && IsFree)
            {
                _inFlight++;
                return Task.CompletedTask;
            }
            waiter = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            Admit();
        }
        if (cancellationToken.CanBeCanceled)
        {
            var leaving = cancellationToken.Register(() => GiveUp(waiter, cancellationToken));
            _ = waiter.Value.Task.ContinueWith(
                _ => leaving.Unregister(),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            );
        }
        return waiter.Value.Task;
    }

    /// <summary>Gives a turn back and learns from what it was used for.</summary>
    /// <param name="kind">What the request did.</param>
    /// <param name="entries">How many entries it held.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="end">How it ended.</param>
    public void Leave(RequestKind kind, int entries, TimeSpan duration, RequestEnd end)
    {
        lock (_lock)
        {
            Pay();
            _inFlight--;
            if (_steadyEntries is not null)
            {
                Admit();
                return;
            }
            _owed += TimeSpan.FromTicks(Math.Min((long)(duration.Ticks * Share), LongestRest.Ticks));
            if (end == RequestEnd.Failed)
            {
                _kinds[kind].Fail(entries);
                Slower();
            }
            else if (end == RequestEnd.Answered)
                Judge(_kinds[kind].Learn(entries, duration));
            var most = Credit + (LongestRest * Turns);
            _owed = _owed < most ? _owed : most;
            Admit();
        }
    }

    /// <summary>The site does not take that many entries in one request.</summary>
    public void TooLarge(RequestKind kind, int entries)
    {
        lock (_lock)
            _kinds[kind].TooLarge(entries);
    }

    private bool IsFree => _inFlight < Turns && _owed <= Credit;

    // Each turn that stands idle pays for as long as it does.
    private void Pay()
    {
        var paid = time.GetElapsedTime(_paidAt) * Math.Max(0, Turns - _inFlight);
        _paidAt = time.GetTimestamp();
        _owed = _owed > paid ? _owed - paid : TimeSpan.Zero;
    }

    private void Judge(double? ratio)
    {
        if (ratio is not { } strain)
            return;
        _strain = (0.7 * _strain) + (0.3 * strain);
        if (_strain > Slow)
            Slower();
        else if (_strain < Near && ++_good >= GoodBeforeMore)
        {
            _good = 0;
            Share = Math.Max(LeastShare, Share / 2);
            // More at once is worth something only where something waits.
            if (_waiting.Count > 0)
                Turns = Math.Min(mostAtOnce, Turns + 1);
        }
    }

    private void Slower()
    {
        Turns = Math.Max(1, Turns / 2);
        Share = Math.Min(MostShare, Share * 2);
        (_strain, _good) = (1, 0);
    }

    private void Admit()
    {
        while (_waiting.First is { } next && IsFree)
        {
            _waiting.RemoveFirst();
            _inFlight++;
            next.Value.TrySetResult();
        }
        // Where all turns are taken, the next one that is given back admits.
        if (_waiting.Count == 0 || _inFlight >= Turns)
            return;
        var wait = (_owed - Credit) / (Turns - _inFlight) + TimeSpan.FromMilliseconds(1);
        _timer ??= time.CreateTimer(
            static pace => ((SitePace)pace!).Wake(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void Wake()
    {
        lock (_lock)
        {
            Pay();
            Admit();
        }
    }

    private void GiveUp(LinkedListNode<TaskCompletionSource> waiter, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // Who was admitted in the same moment goes on, and gives his turn back as usual.
            if (waiter.List is null)
                return;
            _waiting.Remove(waiter);
        }
        waiter.Value.TrySetCanceled(cancellationToken);
    }
}
