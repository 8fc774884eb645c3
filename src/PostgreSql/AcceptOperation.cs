using CleanSync.Domain;

namespace CleanSync.PostgreSql;

/// <summary>One request to store, and the one who waits for it to be durable.</summary>
internal sealed class AcceptOperation(
    string site,
    long contact,
    SyncRequest request,
    CancellationToken cancellationToken
)
{
    // The continuations of a group must not run in the loop that has the next group to commit.
    private readonly TaskCompletionSource<long> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public (string Site, long Contact) Row => (site, contact);

    public SyncRequest Request => request;

    /// <summary>Ends with the receipt when the request is durable, or has failed.</summary>
    public Task<long> End => _end.Task;

    /// <summary>Whether it is still wanted. One that is not is answered here and must not be stored.</summary>
    public bool IsWanted() => !cancellationToken.IsCancellationRequested || !_end.TrySetCanceled(cancellationToken);

    /// <summary>Says that it is durable.</summary>
    public void Committed(long receipt) => _end.TrySetResult(receipt);

    /// <summary>Says that it failed.</summary>
    public void Failed(Exception error) => _end.TrySetException(error);
}
