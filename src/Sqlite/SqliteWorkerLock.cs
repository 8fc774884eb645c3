using CleanSync.Application.Ports;

namespace CleanSync.Sqlite;

/// <summary>
/// Says which process works a database: the one that holds <c>DATABASE.lock</c> open. Every process may accept; only the
/// holder may release and claim (SPEC 5.4). The system takes the lock from a process that dies, however it dies.
/// </summary>
internal sealed class SqliteWorkerLock(string databasePath, TimeProvider time) : IWorkerRole, IDisposable
{
    // A waiting process takes over within this time.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private FileStream? _file;

    // Guarded by the lock.
    private int _rights;
    private bool _disposed;

    /// <summary>Whether this process is the worker.</summary>
    public bool IsHeld => Volatile.Read(ref _file) is not null;

    /// <summary>Takes the lock if nobody holds it; true when this process is the worker now.</summary>
    public bool TryAcquire()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_file is not null)
                return true;
            try
            {
                var options = new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                };
                if (!OperatingSystem.IsWindows())
                    options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                _file = new FileStream(databasePath + ".lock", options);
                return true;
            }
            // The sharing violation of another holder. A lock that cannot be opened for another reason is not held either.
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<IWorkerRight> Take(
        string account,
        IReadOnlyList<string> sites,
        CancellationToken cancellationToken
    )
    {
        while (!TryShare())
            await Task.Delay(Pause, time, cancellationToken);
        return new Right(this);
    }

    // In one go: whoever gives the last right back meanwhile must not give up the lock under a new one.
    private bool TryShare()
    {
        lock (_lock)
        {
            if (!TryAcquire())
                return false;
            _rights++;
            return true;
        }
    }

    /// <inheritdoc/>
    /// <remarks>For all sites alike: the system takes the lock from nobody who lives.</remarks>
    public bool Holds(string site) => IsHeld;

    /// <summary>Gives the lock up. The file stays: removing it would let two processes lock two files of one name.</summary>
    public void Release()
    {
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    /// <summary>Gives the lock up for good.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            Release();
        }
    }

    /// <summary>One account's share of the lock: the last one gives it up.</summary>
    private sealed class Right(SqliteWorkerLock held) : IWorkerRight
    {
        public CancellationToken Ends => CancellationToken.None;

        public ValueTask DisposeAsync()
        {
            lock (held._lock)
                if (--held._rights == 0)
                    held.Release();
            return ValueTask.CompletedTask;
        }
    }
}
