using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace CleanSync.AspNetCore.Keys;

/// <summary>
/// Counts requests without a valid key by address (IPv6 by its /64, which one sender can fill at will), in windows of ten
/// minutes. Its memory is bounded: when full, the address whose window began first is forgotten.
/// </summary>
internal sealed class FailedKeys(TimeProvider time)
{
    /// <summary>How many failures an address has per window before it is throttled.</summary>
    public const int Allowed = 30;

    /// <summary>The same while keys are configured that can be guessed.</summary>
    public const int AllowedWithLegacyKeys = 5;

    /// <summary>How many addresses are remembered at most.</summary>
    public const int Capacity = 10_000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, Count> _counts = [];

    // Windows in the order in which they began.
    private readonly LinkedList<UInt128> _order = [];

    /// <summary>How many addresses are remembered.</summary>
    internal int Remembered => _counts.Count;

    /// <summary>Counts a failure.</summary>
    /// <returns>How long the address is to keep away; null while it is within its allowance.</returns>
    public TimeSpan? Add(IPAddress? address, bool legacyKeys)
    {
        var key = KeyOf(address);
        var now = time.GetTimestamp();
        lock (_lock)
        {
            if (!_counts.TryGetValue(key, out var count) || time.GetElapsedTime(count.Since, now) >= Window)
                count = Begin(key, now);
            count.Failures++;
            return count.Failures > (legacyKeys ? AllowedWithLegacyKeys : Allowed)
                ? Window - time.GetElapsedTime(count.Since, now)
                : null;
        }
    }

    private Count Begin(UInt128 key, long now)
    {
        if (_counts.Remove(key, out var old))
            _order.Remove(old.Place);
        else if (_counts.Count >= Capacity)
        {
            _counts.Remove(_order.First!.Value);
            _order.RemoveFirst();
        }
        return _counts[key] = new Count(now, _order.AddLast(key));
    }

    private static UInt128 KeyOf(IPAddress? address)
    {
        if (address is null)
            return 0;
        Span<byte> bytes = stackalloc byte[16];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6)
            bytes[8..].Clear();
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private sealed class Count(long since, LinkedListNode<UInt128> place)
    {
        public long Since => since;

        public LinkedListNode<UInt128> Place => place;

        public int Failures { get; set; }
    }
}
