using System.Security.Cryptography;

namespace CleanSync.Application;

/// <summary>A cryptographic source of random bytes; replaced in tests that need the same bytes twice.</summary>
public class Randomness
{
    /// <summary>Fills the buffer with random bytes.</summary>
    public virtual void Fill(Span<byte> buffer) => RandomNumberGenerator.Fill(buffer);
}
