using CleanSync.Application.Ports;

namespace CleanSync.Sqlite;

/// <summary>One thing to write, and the one who waits for it to be durable.</summary>
internal abstract class WriteOperation
{
    /// <summary>Whether it is still wanted. One that is not is answered here and must not run.</summary>
    public abstract bool IsWanted();

    /// <summary>Does the work inside the transaction. May be called again after a rollback: the last call counts.</summary>
    public abstract void Run(SqliteSession session);

    /// <summary>Says that it is durable.</summary>
    public abstract void Committed();

    /// <summary>Says that it failed: by itself, leaving no trace, or with the store, which leaves it open.</summary>
    public abstract void Failed(Exception error);
}

/// <summary>A write with a result.</summary>
internal sealed class WriteOperation<T>(
    Func<SqliteSession, T> work,
    Action? storeFailed,
    CancellationToken cancellationToken
) : WriteOperation
{
    // The continuations of a group must not run on the thread that has the next group to commit.
    private readonly TaskCompletionSource<T> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    /// <summary>Ends when the write is durable, or has failed.</summary>
    public Task<T> End => _end.Task;

    public override bool IsWanted()
    {
        if (!cancellationToken.IsCancellationRequested)
            return true;
        _end.TrySetCanceled(cancellationToken);
        return false;
    }

    public override void Run(SqliteSession session) => _result = work(session);

    public override void Committed() => _end.TrySetResult(_result);

    public override void Failed(Exception error)
    {
        if (error is TransientException)
            storeFailed?.Invoke();
        _end.TrySetException(error);
    }
}
