using System.Text;

namespace CleanSync.Domain;

/// <summary>Removes markup from texts that strangers fill in, the way WordPress would, and nothing else.</summary>
internal static class Markup
{
    /// <summary>
    /// Removes tags, comments, and scripts and styles with what is in them. A <c>&lt;</c> that opens no tag stays; so do percent signs, plus
    /// signs and line breaks. Repeats itself until nothing changes, so that no tag is put together by the removal of another.
    /// </summary>
    public static string Remove(string text)
    {
        while (text.Contains('<', StringComparison.Ordinal))
        {
            var removed = RemoveOnce(text);
            if (removed.Length == text.Length)
                return text;
            text = removed;
        }
        return text;
    }

    /// <summary>What WordPress's <c>sanitize_text_field</c> makes of a text without tags: one line, no percent-encoded bytes.</summary>
    public static string OneLine(string text)
    {
        text = string.Join(' ', text.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
        var length = -1;
        while (length != text.Length && text.Contains('%', StringComparison.Ordinal))
        {
            length = text.Length;
            text = WithoutEncodedBytes(text);
        }
        return length < 0 ? text : string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string RemoveOnce(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var end = text[i] == '<' ? EndOfTag(text, i) : -1;
            if (end < 0)
                result.Append(text[i]);
            else
                i = end;
        }
        return result.ToString();
    }

    // The index of the last character of the tag that opens here, or -1 when none does.
    private static int EndOfTag(string text, int open)
    {
        if (open + 1 >= text.Length || !(char.IsAsciiLetter(text[open + 1]) || text[open + 1] is '/' or '!' or '?'))
            return -1;
        var end = text.IndexOf('>', open);
        if (end < 0)
            return -1;
        foreach (var name in (ReadOnlySpan<string>)["script", "style"])
        {
            if (!text.AsSpan(open + 1).StartsWith(name, StringComparison.OrdinalIgnoreCase))
                continue;
            var close = text.IndexOf($"</{name}", end, StringComparison.OrdinalIgnoreCase);
            if (close >= 0 && text.IndexOf('>', close) is var last and >= 0)
                return last;
        }
        return end;
    }

    private static string WithoutEncodedBytes(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (
                text[i] == '%'
                && i + 2 < text.Length
                && char.IsAsciiHexDigit(text[i + 1])
                && char.IsAsciiHexDigit(text[i + 2])
            )
                i += 2;
            else
                result.Append(text[i]);
        }
        return result.ToString();
    }
}
