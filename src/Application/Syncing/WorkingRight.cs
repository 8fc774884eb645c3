using System.Collections.Concurrent;
using CleanSync.Application.Ports;

namespace CleanSync.Application.Syncing;

/// <summary>
/// The right to work a site's account for commands that no pump sends: where this process does not work the account anyway, it takes it for as
/// long as such commands run, so that no contact is ever worked by two processes at once (SPEC 5.1, 5.4).
/// </summary>
internal sealed class WorkingRight(ISites sites, IWorkerRole role, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, Shared> _shared = new(StringComparer.Ordinal);

    /// <summary>As the other one, for work that no pump sends. A pump has the right, and whoever lost it writes nothing more.</summary>
    public ValueTask<IAsyncDisposable> For(IContactWork work, CancellationToken cancellationToken) =>
        work.IsDirect ? For(work.Site, cancellationToken) : new(Nothing.Instance);

    /// <summary>Waits until this process may work the site. Dispose it when the work is done.</summary>
    /// <exception cref="TransientException">Another process works the account.</exception>
    public async ValueTask<IAsyncDisposable> For(string site, CancellationToken cancellationToken)
    {
        var account = sites.Find(site)?.Account ?? site;
        var shared = Of(account);
        while (true)
        {
            await shared.Gate.WaitAsync(cancellationToken);
            try
            {
                if (shared.Right is null && !role.Holds(site))
                    shared.Right = await Take(site, account, cancellationToken);
                if (shared.Right is not null)
                {
                    shared.Users++;
                    return new Share(shared);
                }
                if (shared.Guests.Enter() is { } guest)
                    return guest;
            }
            finally
            {
                shared.Gate.Release();
            }
            await shared.Guests.Opened().WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// For the worker that has the right, before it gives it back: waits until no command is under way that relies on it, and keeps others
    /// waiting until this is disposed.
    /// </summary>
    public async Task<IDisposable> Close(string account)
    {
        var guests = Of(account).Guests;
        await guests.Close();
        return guests;
    }

    private Shared Of(string account) => _shared.GetOrAdd(account, _ => new Shared());

    // Null when the worker of this process has taken it meanwhile.
    private async Task<IWorkerRight?> Take(string site, string account, CancellationToken cancellationToken)
    {
        var its = sites.Names.Where(name =>
            string.Equals(sites.Find(name)?.Account, account, StringComparison.Ordinal)
        );
        var began = time.GetTimestamp();
        while (!role.Holds(site))
        {
            using var look = new CancellationTokenSource(Look, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(look.Token, cancellationToken);
            try
            {
                return await role.Take(account, [.. its], either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                if (time.GetElapsedTime(began) >= Patience)
                    throw new TransientException(
                        "another process works this account; hand the work in with ReceiveWebhook, or try again later",
                        spendsAttempt: false
                    );
            }
        }
        return null;
    }

    /// <summary>A right that commands running side by side share; the last one gives it back.</summary>
    private sealed class Shared
    {
        public SemaphoreSlim Gate { get; } = new(1);

        /// <summary>Guarded by the gate.</summary>
        public IWorkerRight? Right { get; set; }

        /// <summary>Guarded by the gate.</summary>
        public int Users { get; set; }

        /// <summary>Those who rely on the right of the worker.</summary>
        public Guests Guests { get; } = new();
    }

    /// <summary>Commands that rely on a right that is not theirs. Disposing it opens it again.</summary>
    private sealed class Guests : IDisposable
    {
        private readonly Lock _lock = new();
        private int _number;
        private int _closers;

        // Not null from the first Close to the last Dispose; done when all have left, and when it is open again.
        private (TaskCompletionSource Left, TaskCompletionSource Opened)? _closed;

        /// <summary>Null while it is closed.</summary>
        public IAsyncDisposable? Enter()
        {
            lock (_lock)
            {
                if (_closed is not null)
                    return null;
                _number++;
                return new Guest(this);
            }
        }

        /// <summary>Ends when nobody is left.</summary>
        public Task Close()
        {
            lock (_lock)
            {
                _closers++;
                var (left, _) = _closed ??= (new(Continuing), new(Continuing));
                if (_number == 0)
                    left.TrySetResult();
                return left.Task;
            }
        }

        public Task Opened()
        {
            lock (_lock)
                return _closed?.Opened.Task ?? Task.CompletedTask;
        }

        public void Dispose()
        {
            lock (_lock)
            {
                if (--_closers > 0)
                    return;
                _closed?.Opened.SetResult();
                _closed = null;
            }
        }

        private static TaskCreationOptions Continuing => TaskCreationOptions.RunContinuationsAsynchronously;

        private sealed class Guest(Guests guests) : IAsyncDisposable
        {
            public ValueTask DisposeAsync()
            {
                lock (guests._lock)
                    if (--guests._number == 0)
                        guests._closed?.Left.TrySetResult();
                return ValueTask.CompletedTask;
            }
        }
    }

    private sealed class Share(Shared shared) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await shared.Gate.WaitAsync(CancellationToken.None);
            try
            {
                if (--shared.Users > 0)
                    return;
                var right = shared.Right!;
                shared.Right = null;
                await right.DisposeAsync();
            }
            finally
            {
                shared.Gate.Release();
            }
        }
    }

    private sealed class Nothing : IAsyncDisposable
    {
        public static readonly Nothing Instance = new();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
