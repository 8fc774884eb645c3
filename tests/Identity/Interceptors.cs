using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace CleanSync.Identity.Tests;

/// <summary>A disk that fails at the commands that hold a text.</summary>
internal sealed class Faults : DbCommandInterceptor
{
    public string? At { get; set; }

    /// <summary>How often it fails.</summary>
    public int Times { get; set; } = int.MaxValue;

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default
    ) => Fails(command) ? throw new SqliteException("ann@example.test", 10) : new(result);

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    ) => Fails(command) ? throw new SqliteException("ann@example.test", 10) : new(result);

    private bool Fails(DbCommand command) =>
        At is { } at && command.CommandText.Contains(at, StringComparison.Ordinal) && Times-- > 0;
}

/// <summary>A connection that is lost when the commit is done and before it is answered.</summary>
internal sealed class LostCommits : DbTransactionInterceptor
{
    public bool Lose { get; set; }

    public int Lost { get; private set; }

    public override Task TransactionCommittedAsync(
        DbTransaction transaction,
        TransactionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        if (!Lose)
            return Task.CompletedTask;
        Lost++;
        throw new IOException("the connection is gone");
    }
}
