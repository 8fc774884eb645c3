using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CustomUserDirectory;

/// <summary>PBKDF2, as <c>rounds.salt.hash</c>, so that later rounds may be more.</summary>
public static class PasswordHash
{
    public static string Of(string password, int rounds)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        var hash = Digest(password, salt, rounds);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{rounds}.{Convert.ToBase64String(salt)}.{Convert.ToBase64String(hash)}"
        );
    }

    public static bool Fits(string? hash, string password) =>
        hash?.Split('.') is [var rounds, var salt, var expected]
        && CryptographicOperations.FixedTimeEquals(
            Convert.FromBase64String(expected),
            Digest(password, Convert.FromBase64String(salt), int.Parse(rounds, CultureInfo.InvariantCulture))
        );

    private static byte[] Digest(string password, byte[] salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, rounds, HashAlgorithmName.SHA256, 32);
}
