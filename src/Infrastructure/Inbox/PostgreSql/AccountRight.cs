using CleanSync.Application.Ports;
using Medallion.Threading.Postgres;

namespace CleanSync.Infrastructure.Inbox.PostgreSql;

/// <summary>The right to work one account, held by an advisory lock of the role's connection.</summary>
internal sealed class AccountRight(
    Epoch epoch,
    IReadOnlyList<string> sites,
    PostgresDistributedLockHandle handle,
    Func<AccountRight, Task> giveBack
) : IWorkerRight
{
    private readonly CancellationTokenSource _ends = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Epoch Epoch => epoch;

    public IReadOnlyList<string> Sites => sites;

    public PostgresDistributedLockHandle Handle => handle;

    /// <inheritdoc/>
    public CancellationToken Ends => _ends.Token;

    /// <summary>Ends when the lock is no longer held by this.</summary>
    public Task Over => _over.Task;

    /// <summary>No more work is to be begun.</summary>
    public Task End() => _ends.CancelAsync();

    /// <summary>The lock is given back, or lost with the connection.</summary>
    public void IsOver() => _over.TrySetResult();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await giveBack(this);
}
