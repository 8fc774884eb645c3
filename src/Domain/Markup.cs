using System.Text;

namespace CleanSync.Domain;

/// <summary>Removes markup from texts that strangers fill in, in one pass whose time grows with the text and not faster.</summary>
internal static class Markup
{
    /// <summary>
    /// Removes tags, comments, scripts and styles with what is in them, and control characters other than tabs and line breaks. A
    /// <c>&lt;</c> that opens no tag, or one that never ends, stays and is followed by a blank, so that neither WordPress nor a browser takes
    /// it for one, and no tag is put together by the removal of another. Percent signs, plus signs and line breaks stay.
    /// </summary>
    public static string Remove(string text)
    {
        text = Readable(text);
        if (!text.Contains('<', StringComparison.Ordinal))
            return text;
        var ends = new TagEnds(text);
        var result = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '<')
                result.Append(text[i]);
            else if (ends.Of(i) is var end and >= 0)
                i = end;
            else if (i + 1 < text.Length && !IsBlank(text[i + 1]))
                result.Append("< ");
            else
                result.Append('<');
        }
        return WithoutLastOpening(result.ToString());
    }

    /// <summary>The text as JSON, UTF-8 and a database carry it: no control characters but tabs and line breaks, no half characters.</summary>
    public static string Readable(string text)
    {
        if (!text.Any(c => c < ' ' || char.IsSurrogate(c)))
            return text;
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is >= ' ' or '\t' or '\r' or '\n')
                result.Append(rune.ToString());
        }
        return result.ToString();
    }

    // WordPress takes a < at the very end for a tag that never ends.
    private static string WithoutLastOpening(string text)
    {
        var last = text.Length;
        while (last > 0 && (text[last - 1] == '<' || IsBlank(text[last - 1])))
            last--;
        return text[..last] + text[last..].Replace("<", "", StringComparison.Ordinal);
    }

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\r' or '\n';

    // Finds where tags end. Every search goes forward only, so that no text makes it slow.
    private sealed class TagEnds(string text)
    {
        private readonly Forward _tag = new(text, ">");
        private readonly Forward _comment = new(text, "-->");
        private readonly Forward _script = new(text, "</script");
        private readonly Forward _style = new(text, "</style");

        // The index of the last character of the tag that opens here, or -1 when none does.
        public int Of(int open)
        {
            if (open + 1 >= text.Length || !(char.IsAsciiLetter(text[open + 1]) || text[open + 1] is '/' or '!' or '?'))
                return -1;
            var end = _tag.From(open);
            if (end < 0)
                return -1;
            if (Opens(open, "!--") && _comment.From(open + 2) is var comment and >= 0)
                return comment + 2;
            var close =
                Opens(open, "script") ? _script.From(end)
                : Opens(open, "style") ? _style.From(end)
                : -1;
            return close >= 0 && _tag.From(close) is var last and >= 0 ? last : end;
        }

        private bool Opens(int open, string name) =>
            text.AsSpan(open + 1).StartsWith(name, StringComparison.OrdinalIgnoreCase);
    }

    // Where a mark stands next. Asked from places that only move forward, except for one look ahead, it reads the text a few times at most.
    private sealed class Forward(string text, string mark)
    {
        private int _asked = -1;
        private int _found = -2;

        public int From(int start)
        {
            if (_asked >= 0 && start >= _asked && (_found < 0 || _found >= start))
                return _found;
            (_asked, _found) = (start, text.IndexOf(mark, start, StringComparison.OrdinalIgnoreCase));
            return _found;
        }
    }
}
