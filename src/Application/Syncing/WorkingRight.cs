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
        // As good as always: the pump has it.
        if (!_shared.TryGetValue(account, out var shared) && role.Holds(site))
            return Nothing.Instance;
        shared ??= _shared.GetOrAdd(account, _ => new Shared());
        await shared.Gate.WaitAsync(cancellationToken);
        try
        {
            if (shared.Right is null && !role.Holds(site))
                shared.Right = await Take(site, account, cancellationToken);
            if (shared.Right is null)
                return Nothing.Instance;
            shared.Users++;
            return new Share(shared);
        }
        finally
        {
            shared.Gate.Release();
        }
    }

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
