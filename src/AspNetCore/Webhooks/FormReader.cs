using System.Buffers;
using System.Text;

namespace CleanSync.AspNetCore.Webhooks;

/// <summary>
/// Reads <c>a=b&amp;c=d</c>, keys flat, in one pass and without a copy of what is of no interest. Never fails: a percent sign that
/// escapes nothing stands for itself, bytes that are no UTF-8 become replacement characters.
/// </summary>
internal static class FormReader
{
    // Every byte of a name may be escaped.
    private const int LongestRawName = WebhookParameters.LongestName * 3;

    /// <summary>Reads a form or the query, without its question mark.</summary>
    /// <param name="form">The bytes.</param>
    /// <param name="cut">Whether the bytes end before the form does, so that the last value may not be whole.</param>
    /// <param name="parameters">Gets what is found.</param>
    public static void Read(ReadOnlySpan<byte> form, bool cut, WebhookParameters parameters)
    {
        while (!form.IsEmpty)
        {
            var end = form.IndexOf((byte)'&');
            if (end < 0 && cut)
                return;
            ReadPair(end < 0 ? form : form[..end], parameters);
            form = end < 0 ? [] : form[(end + 1)..];
        }
    }

    /// <summary>Reads the query as the server gives it, in ASCII with escapes.</summary>
    public static void ReadQuery(string query, WebhookParameters parameters)
    {
        if (query.Length < 2)
            return;
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(query.Length));
        try
        {
            var length = Encoding.UTF8.GetBytes(query, bytes);
            Read(bytes.AsSpan(1, length - 1), cut: false, parameters);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes, clearArray: true);
        }
    }

    private static void ReadPair(ReadOnlySpan<byte> pair, WebhookParameters parameters)
    {
        var equals = pair.IndexOf((byte)'=');
        var rawName = equals < 0 ? pair : pair[..equals];
        if (rawName.IsEmpty || rawName.Length > LongestRawName)
            return;
        Span<byte> name = stackalloc byte[LongestRawName];
        name = name[..Unescape(rawName, name)];
        ToLower(name);
        if (WebhookParameters.Knows(name))
            parameters.Set(name, equals < 0 ? "" : Text(pair[(equals + 1)..]));
    }

    private static string Text(ReadOnlySpan<byte> raw)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(raw.Length);
        try
        {
            return Encoding.UTF8.GetString(bytes.AsSpan(0, Unescape(raw, bytes)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes, clearArray: true);
        }
    }

    private static int Unescape(ReadOnlySpan<byte> raw, Span<byte> plain)
    {
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '+')
                plain[length++] = (byte)' ';
            else if (
                raw[i] == '%'
                && i + 2 < raw.Length
                && Hex(raw[i + 1]) is var high and >= 0
                && Hex(raw[i + 2]) is var low and >= 0
            )
            {
                plain[length++] = (byte)((high << 4) | low);
                i += 2;
            }
            else
                plain[length++] = raw[i];
        }
        return length;
    }

    private static int Hex(byte digit) =>
        digit switch
        {
            >= (byte)'0' and <= (byte)'9' => digit - '0',
            >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
            >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
            _ => -1,
        };

    /// <summary>Puts ASCII letters in lower case, in place.</summary>
    internal static void ToLower(Span<byte> name)
    {
        foreach (ref var letter in name)
            if (letter is >= (byte)'A' and <= (byte)'Z')
                letter |= 0x20;
    }
}
