using System.Security.Cryptography;
using CleanSync.Domain;

namespace CleanSync.Application;

/// <summary>A cryptographic source of random bytes; replaced in tests that need the same bytes twice.</summary>
internal class Randomness
{
    /// <summary>Fills the buffer with random bytes.</summary>
    public virtual void Fill(Span<byte> buffer) => RandomNumberGenerator.Fill(buffer);

    /// <summary>A random number.</summary>
    public uint Number()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Fill(bytes);
        return BitConverter.ToUInt32(bytes);
    }

    /// <summary>A random token of 128 bits, as 32 hexadecimal digits.</summary>
    public string Token()
    {
        Span<byte> bytes = stackalloc byte[16];
        Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>A random password.</summary>
    public GeneratedPassword Password()
    {
        Span<byte> bytes = stackalloc byte[GeneratedPassword.RandomBytes];
        Fill(bytes);
        return GeneratedPassword.From(bytes);
    }
}
