using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CleanSync.Identity;

/// <summary>
/// The number by which CleanSync knows a user: his key where keys are numbers, else the first 63 bits of the SHA-256 of the key's text,
/// which he carries as a claim so that he can be found by it.
/// </summary>
internal static class UserNumber
{
    /// <summary>The type of that claim.</summary>
    public const string ClaimType = "cleansync_user";

    /// <summary>The largest key of a type; null when keys of that type are no numbers.</summary>
    public static long? LargestKey(Type key) =>
        Type.GetTypeCode(key) switch
        {
            TypeCode.Int16 => short.MaxValue,
            TypeCode.Int32 => int.MaxValue,
            TypeCode.UInt32 => uint.MaxValue,
            TypeCode.Int64 => long.MaxValue,
            _ => null,
        };

    /// <summary>The number of a user whose key is a number.</summary>
    public static long Parse(string key) => long.Parse(key, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>The number of a user whose key is no number; greater than zero.</summary>
    public static long Hash(string key) =>
        (long)(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(key))) >> 1);
}
