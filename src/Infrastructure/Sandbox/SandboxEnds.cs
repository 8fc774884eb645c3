using System.Security.Cryptography;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Sandbox;

/// <summary>
/// Both ends of a site in memory, for trying an application and for its tests: an ActiveCampaign account that the real adapter asks as it asks any
/// other, though no byte leaves the process, and a user directory that behaves like a WordPress with the connector.
/// </summary>
public sealed class SandboxEnds
{
    /// <summary>Makes both ends, empty but for one administrator.</summary>
    /// <param name="time">The clock.</param>
    internal SandboxEnds(TimeProvider time)
    {
        Account = new SandboxAccount(time);
        // Nobody waits for an account that is no one's.
        Account.Behaviour.RequestsPerSecond = 0;
        Directory = new SandboxUsers(time, RandomNumberGenerator.GetHexString(32));
    }

    /// <summary>The account: contacts, tags and fields are added and changed here.</summary>
    public SandboxAccount Account { get; }

    /// <summary>Everybody in the directory, by id; the first is its administrator.</summary>
    public IReadOnlyList<User> Users => Directory.All;

    /// <summary>The welcome mails, oldest first. They go nowhere.</summary>
    public IReadOnlyList<WelcomeMessage> Mails => Mail.Sent;

    internal SandboxUsers Directory { get; }

    internal SandboxMail Mail { get; } = new();

    /// <summary>Whether somebody could sign in with these.</summary>
    /// <param name="login">Username or email.</param>
    /// <param name="password">The password.</param>
    public bool SignsIn(string login, string password) => Directory.Login(login, password);
}
