using System.Net;
using CleanSync.Infrastructure.Configuration;
using Microsoft.Extensions.Options;

namespace CleanSync.AspNetCore.Keys;

/// <summary>Which site a key names, by the configuration as it is now, so that keys change without a restart.</summary>
internal sealed class KeyCheck(IOptionsMonitor<CleanSyncOptions> options, TimeProvider time)
{
    private readonly FailedKeys _failed = new(time);
    private volatile KeyRing? _ring;

    /// <summary>The keys as configured now.</summary>
    internal KeyRing Ring
    {
        get
        {
            var current = options.CurrentValue;
            var ring = _ring;
            return ring is not null && ReferenceEquals(ring.Options, current) ? ring : _ring = new KeyRing(current);
        }
    }

    /// <summary>The site; null for a wrong or missing key. A valid key is never throttled: senders share addresses.</summary>
    public string? Find(string? key, IPAddress? address, out TimeSpan? keepAway)
    {
        var ring = Ring;
        var site = ring.Find(key);
        keepAway = site is null ? _failed.Add(address, ring.HasLegacyKeys) : null;
        return site;
    }
}
