using CleanSync.Application.Ports;
using Medallion.Threading.Postgres;

namespace CleanSync.PostgreSql;

/// <summary>The right to work one account: it and each of its sites are locked by the role's connection.</summary>
internal sealed class AccountRight(string account, IReadOnlyList<TakenLock> locks, Func<AccountRight, Task> giveBack)
    : IWorkerRight
{
    private readonly CancellationTokenSource _ends = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Account => account;

    public IReadOnlyList<TakenLock> Locks => locks;

    /// <inheritdoc/>
    public CancellationToken Ends => _ends.Token;

    /// <summary>Ends when the locks are no longer held by this.</summary>
    public Task Over => _over.Task;

    /// <summary>No more work is to be begun.</summary>
    public Task End() => _ends.CancelAsync();

    /// <summary>The locks are given back, or lost with the connection.</summary>
    public void IsOver() => _over.TrySetResult();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await giveBack(this);
}

/// <summary>An advisory lock that was taken.</summary>
/// <param name="Name">Its name in the table of rights.</param>
/// <param name="Site">The site; null when it is the account's.</param>
/// <param name="Epoch">Greater than that of everybody who had it before.</param>
/// <param name="Handle">Unlocks it.</param>
internal sealed record TakenLock(string Name, string? Site, long Epoch, PostgresDistributedLockHandle Handle);
