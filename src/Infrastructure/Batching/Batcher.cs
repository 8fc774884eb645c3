using System.Diagnostics.CodeAnalysis;

namespace CleanSync.Infrastructure.Batching;

/// <summary>
/// Gathers items that are asked for at about the same time into one request. A batch goes out when it is full, when no item
/// has joined for <paramref name="quiet"/>, or when its first item has waited for <paramref name="ceiling"/>.
/// Nothing is kept afterwards. One item's failure is that item's alone, and no caller's cancellation ends the request that
/// others wait for: he only stops waiting.
/// </summary>
/// <param name="send">
/// Sends one batch and answers item by item, in the same order. An exception fails every item of the batch.
/// </param>
/// <param name="size">The most items a batch holds.</param>
/// <param name="quiet">How long a batch waits for one more item.</param>
/// <param name="ceiling">How long the first item waits at most.</param>
/// <param name="time">The clock.</param>
/// <typeparam name="TItem">What is asked for.</typeparam>
/// <typeparam name="TResult">What comes back for it.</typeparam>
internal sealed class Batcher<TItem, TResult>(
    Func<IReadOnlyList<TItem>, Task<IReadOnlyList<BatchAnswer<TResult>>>> send,
    int size,
    TimeSpan quiet,
    TimeSpan ceiling,
    TimeProvider time
)
{
    private readonly Lock _lock = new();
    private Batch? _open;

    /// <summary>Adds an item to the open batch and waits for its answer.</summary>
    public Task<TResult> Ask(TItem item, CancellationToken cancellationToken)
    {
        Batch? full = null;
        Task<TResult> answer;
        lock (_lock)
        {
            _open ??= new Batch(this, time.GetTimestamp());
            answer = _open.Add(item);
            if (_open.Count >= size)
                (full, _open) = (_open, null);
            else
                _open.Postpone();
        }
        full?.Go();
        return answer.WaitAsync(cancellationToken);
    }

    private void Close(Batch batch)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_open, batch))
                return;
            _open = null;
        }
        batch.Go();
    }

    private sealed class Batch
    {
        private readonly Batcher<TItem, TResult> _owner;
        private readonly long _openedAt;
        private readonly ITimer _timer;
        private readonly List<TItem> _items = [];
        private readonly List<TaskCompletionSource<TResult>> _answers = [];

        public Batch(Batcher<TItem, TResult> owner, long openedAt)
        {
            (_owner, _openedAt) = (owner, openedAt);
            _timer = owner.Time.CreateTimer(
                static state => ((Batch)state!)._owner.Close((Batch)state),
                this,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan
            );
        }

        public int Count => _items.Count;

        public Task<TResult> Add(TItem item)
        {
            var answer = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            _items.Add(item);
            _answers.Add(answer);
            return answer.Task;
        }

        public void Postpone()
        {
            var left = _owner.Ceiling - _owner.Time.GetElapsedTime(_openedAt);
            var wait = left < _owner.Quiet ? left : _owner.Quiet;
            _timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        [SuppressMessage(
            "Design",
            "CA1031",
            Justification = "Whatever went wrong belongs to those who wait for the batch."
        )]
        public async void Go()
        {
            _timer.Dispose();
            try
            {
                var results = await _owner.Send(_items);
                for (var i = 0; i < _answers.Count; i++)
                {
                    if (results[i].Error is { } error)
                        _answers[i].TrySetException(error);
                    else
                        _answers[i].TrySetResult(results[i].Result!);
                }
            }
            catch (Exception error)
            {
                foreach (var answer in _answers)
                    answer.TrySetException(error);
            }
        }
    }

    private TimeProvider Time => time;
    private TimeSpan Quiet => quiet;
    private TimeSpan Ceiling => ceiling;
    private Func<IReadOnlyList<TItem>, Task<IReadOnlyList<BatchAnswer<TResult>>>> Send => send;
}

/// <summary>The answer for one item of a batch: a result, or the error that is this item's alone.</summary>
internal readonly record struct BatchAnswer<TResult>(TResult? Result, Exception? Error = null);
