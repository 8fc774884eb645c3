using System.Runtime.InteropServices;
using CleanSync.Application.Ports;

namespace CleanSync.Application.Syncing;

/// <summary>
/// One writer per person in this process: by contact, and for whoever looks for a user of his by email also by that, since WordPress has no
/// unique index. Who holds a contact waits for an email and for nothing else, and who holds an email waits for nothing: no circle.
/// </summary>
internal sealed class PersonLocks
{
    private readonly Dictionary<(string Site, string Person), Entry> _entries = [];

    /// <summary>Waits for the contact; dispose to let the next one in.</summary>
    public Task<IDisposable> Contact(string site, long contact, CancellationToken cancellationToken) =>
        Take((site, $"contact {contact}"), cancellationToken);

    /// <summary>As <see cref="Contact"/>, for who holds another contact: never waits, so that nobody waits in a circle.</summary>
    /// <exception cref="TransientException">It is being worked.</exception>
    public IDisposable ContactNow(string site, long contact) =>
        TryTake((site, $"contact {contact}"))
        ?? throw new TransientException("another contact of the same user is being worked", spendsAttempt: false);

    /// <summary>Waits for the email; dispose to let the next one in.</summary>
    public Task<IDisposable> Email(string site, string email, CancellationToken cancellationToken) =>
        Take((site, $"email {email.ToUpperInvariant()}"), cancellationToken);

    /// <summary>As <see cref="Email"/>, for who may hold another email: never waits.</summary>
    /// <exception cref="TransientException">Somebody with it is being worked.</exception>
    public IDisposable EmailNow(string site, string email) =>
        TryTake((site, $"email {email.ToUpperInvariant()}"))
        ?? throw new TransientException("a contact with the same email is being worked", spendsAttempt: false);

    private async Task<IDisposable> Take((string, string) key, CancellationToken cancellationToken)
    {
        var entry = Join(key);
        try
        {
            await entry.Turn.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(key, entry);
            throw;
        }
        return Held(key, entry);
    }

    private Releaser? TryTake((string, string) key)
    {
        var entry = Join(key);
        if (entry.Turn.Wait(0))
            return Held(key, entry);
        Leave(key, entry);
        return null;
    }

    private Releaser Held((string, string) key, Entry entry) =>
        new(() =>
        {
            entry.Turn.Release();
            Leave(key, entry);
        });

    private Entry Join((string, string) key)
    {
        lock (_entries)
        {
            ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, key, out _);
            var entry = slot ??= new Entry();
            entry.Users++;
            return entry;
        }
    }

    private void Leave((string, string) key, Entry entry)
    {
        lock (_entries)
        {
            if (--entry.Users > 0)
                return;
            _entries.Remove(key);
            entry.Dispose();
        }
    }

    private sealed class Entry : IDisposable
    {
        public readonly SemaphoreSlim Turn = new(1, 1);

        // Holders and waiters; the entry lives as long as there is one. Guarded by the dictionary.
        public int Users;

        public void Dispose() => Turn.Dispose();
    }

    private sealed class Releaser(Action release) : IDisposable
    {
        private Action? _release = release;

        public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
    }
}
