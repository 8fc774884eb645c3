using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using CleanSync.Infrastructure.Configuration;

namespace CleanSync.AspNetCore.Keys;

/// <summary>The keys of all sites, as digests. A look takes the same time whichever key matches, or none.</summary>
internal sealed class KeyRing
{
    private readonly (byte[] Digest, string Site)[] _keys;
    private long _comparisons;

    public KeyRing(CleanSyncOptions options)
    {
        Options = options;
        _keys =
        [
            .. options.Sites.SelectMany(site =>
                site.Value.AccessKeys.Concat(site.Value.LegacyAccessKeys)
                    .Select(key => (SHA256.HashData(Encoding.UTF8.GetBytes(key)), site.Key))
            ),
        ];
        HasLegacyKeys = options.Sites.Values.Any(site => site.LegacyAccessKeys.Count > 0);
    }

    /// <summary>The options that the ring was made of.</summary>
    public CleanSyncOptions Options { get; }

    /// <summary>Whether a key may be short enough to be guessed, so that guessing must be slow.</summary>
    public bool HasLegacyKeys { get; }

    /// <summary>How many digests were compared so far.</summary>
    internal long Comparisons => Interlocked.Read(ref _comparisons);

    /// <summary>The site that the key names; null for a wrong or missing key, after the same work.</summary>
    public string? Find(string? presented)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(presented ?? "", digest);
        string? site = null;
        // No way out of the loop before its end: the time must not tell where a key stands.
        foreach (var key in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(key.Digest, digest))
                site = key.Site;
        }
        Interlocked.Add(ref _comparisons, _keys.Length);
        return site;
    }

    private static void Hash(string text, Span<byte> digest)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            SHA256.HashData(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)), digest);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes, clearArray: true);
        }
    }
}
