using CleanSync.Application.Ports;
using Microsoft.Extensions.Logging;

namespace CleanSync.Infrastructure.Inbox.Sqlite;

/// <summary>The right to work a SQLite inbox: the lock of its file, asked for every second until it is free.</summary>
internal sealed partial class SqliteWorkerRole(SqliteStore store, TimeProvider time, ILogger<SqliteWorkerRole> logger)
    : IWorkerRole
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);

    public async Task<IAsyncDisposable> Take(CancellationToken cancellationToken)
    {
        for (var told = false; !store.WorkerLock.TryAcquire(); told = true)
        {
            if (!told)
                Log.Waiting(logger);
            await Task.Delay(AskEvery, time, cancellationToken);
        }
        return new Held(store);
    }

    private sealed class Held(SqliteStore store) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            store.WorkerLock.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "Another process works this inbox; this one accepts webhooks and waits for its turn"
        )]
        public static partial void Waiting(ILogger logger);
    }
}
