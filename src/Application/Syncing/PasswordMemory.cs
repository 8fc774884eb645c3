using System.Collections.Concurrent;
using CleanSync.Domain;

namespace CleanSync.Application.Syncing;

/// <summary>
/// Generated passwords that are not yet returned, for as long as this process lives. They are never stored, so a process that
/// takes over makes new ones.
/// </summary>
internal sealed class PasswordMemory
{
    private readonly ConcurrentDictionary<(string Site, long Contact), Remembered> _passwords = new();

    public Remembered? Find(string site, long contact) => _passwords.GetValueOrDefault((site, contact));

    public void Keep(string site, long contact, Remembered remembered) => _passwords[(site, contact)] = remembered;

    public void Forget(string site, long contact) => _passwords.TryRemove((site, contact), out _);

    /// <param name="Token">The token of the creation that it belongs to; empty for a password made afterwards.</param>
    /// <param name="Password">The password.</param>
    /// <param name="UserHasIt">
    /// True when the user, if this creation made him, has exactly this password: no create with this token carried another one.
    /// </param>
    /// <param name="FieldMayHaveIt">True once it was about to be written into the contact's field.</param>
    internal sealed record Remembered(
        string Token,
        GeneratedPassword Password,
        bool UserHasIt,
        bool FieldMayHaveIt = false
    );
}
