using System.Security.Cryptography;
using System.Text;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Sandbox;

/// <summary>A user of the sandbox, the hash of his password, and what CleanSync left on him.</summary>
/// <param name="User">The user.</param>
/// <param name="Own">The hash of his password.</param>
internal sealed record SandboxLogin(User User, SandboxLogin.Hash Own)
{
    /// <summary>The hash of the password that CleanSync gave him last; null when it gave him none.</summary>
    public Hash? Ours { get; init; }

    /// <summary>Whether he still has the password that CleanSync gave him last.</summary>
    public bool HasOurs => ReferenceEquals(Own, Ours);

    /// <summary>Makes an account.</summary>
    public static SandboxLogin Of(User user, string password) => new(user, new Hash(password));

    /// <summary>Whether this is the password.</summary>
    public bool Accepts(string password) => Own.Is(password);

    /// <summary>Whether this is his password, or the last one that CleanSync gave him.</summary>
    public bool Knows(string password) => Own.Is(password) || Ours?.Is(password) == true;

    /// <summary>With a password that he chose himself.</summary>
    public SandboxLogin With(string password) =>
        this with
        {
            User = User with { HasOurPassword = Ours is null ? null : false },
            Own = new Hash(password),
        };

    /// <summary>With a password that CleanSync gives him.</summary>
    public SandboxLogin WithOurs(string password)
    {
        var hash = new Hash(password);
        return this with { User = User with { HasOurPassword = true }, Own = hash, Ours = hash };
    }

    /// <summary>A salted hash.</summary>
    internal sealed class Hash
    {
        // Play money: the sandbox guards nothing, but it does not keep a readable password either.
        private const int Rounds = 1000;
        private readonly byte[] _salt = RandomNumberGenerator.GetBytes(16);
        private readonly byte[] _hash;

        public Hash(string password) => _hash = Digest(password);

        public bool Is(string password) => CryptographicOperations.FixedTimeEquals(_hash, Digest(password));

        private byte[] Digest(string password) =>
            Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), _salt, Rounds, HashAlgorithmName.SHA256, 32);
    }
}
