using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Sandbox;

/// <summary>A user of the sandbox and the hash of his password.</summary>
/// <param name="User">The user.</param>
/// <param name="Salt">Random, his own.</param>
/// <param name="Hash">What the password comes to.</param>
internal sealed record SandboxLogin(User User, ImmutableArray<byte> Salt, ImmutableArray<byte> Hash)
{
    // Play money: the sandbox guards nothing, but it does not keep a readable password either.
    private const int Rounds = 1000;

    /// <summary>Makes an account.</summary>
    public static SandboxLogin Of(User user, string password)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return new SandboxLogin(user, [.. salt], [.. Digest(password, salt)]);
    }

    /// <summary>Whether this is the password.</summary>
    public bool Accepts(string password) =>
        CryptographicOperations.FixedTimeEquals(Hash.AsSpan(), Digest(password, Salt.AsSpan()));

    private static byte[] Digest(string password, ReadOnlySpan<byte> salt) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, Rounds, HashAlgorithmName.SHA256, 32);
}
