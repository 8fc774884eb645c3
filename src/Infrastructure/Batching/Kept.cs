namespace CleanSync.Infrastructure.Batching;

/// <summary>A fact about a remote side: asked for once by whoever needs it first, kept for some minutes, forgotten on failure.</summary>
/// <param name="fetch">Asks. It runs under nobody's cancellation, since others may wait for the same answer.</param>
/// <param name="lifetime">How long the answer holds.</param>
/// <param name="time">The clock.</param>
internal sealed class Kept<T>(Func<Task<T>> fetch, TimeSpan lifetime, TimeProvider time)
{
    private readonly Lock _lock = new();
    private Task<T>? _answer;
    private long _askedAt;

    /// <summary>The fact.</summary>
    public Task<T> Get(CancellationToken cancellationToken) => Get(lifetime, cancellationToken);

    /// <summary>The fact, asked for anew when what is known is older than that.</summary>
    public Task<T> Get(TimeSpan age, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var stale = _answer is null || _answer.IsFaulted || _answer.IsCanceled;
            if (stale || (_answer!.IsCompleted && time.GetElapsedTime(_askedAt) >= age))
            {
                _askedAt = time.GetTimestamp();
                _answer = fetch();
            }
            return _answer!.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Drops the answer, which has just shown that it holds no more.</summary>
    public void Forget()
    {
        lock (_lock)
            _answer = null;
    }
}
