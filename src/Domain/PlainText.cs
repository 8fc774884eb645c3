using System.Net;
using System.Text;

namespace CleanSync.Domain;

/// <summary>
/// Makes of a contact's text what WordPress stores and gives back unchanged, entities aside. Anything else would differ from what stands
/// there at every synchronisation, and be written for ever.
/// </summary>
internal static class PlainText
{
    // More rounds than any honest text needs: an entity of an entity of an entity.
    private const int MostRounds = 8;

    /// <summary>The text of a meta value: no markup, entities decoded, no outer blanks.</summary>
    public static string Of(string raw) => UntilStable(raw, text => text);

    /// <summary>A text of several lines that WordPress filters (<c>wp_filter_kses</c>).</summary>
    public static string Paragraphs(string raw) => UntilStable(raw, Filtered);

    /// <summary>A text that WordPress makes one line of (<c>sanitize_text_field</c>): no line breaks, no percent-encoded bytes.</summary>
    public static string Line(string raw) => UntilStable(raw, text => Filtered(OneLine(text)));

    /// <summary>A web address as WordPress stores it; null when it would store another, or none.</summary>
    public static string? WebAddress(string raw)
    {
        var text = Of(raw);
        if (text.Length == 0)
            return text;
        if (!text.Contains("://", StringComparison.Ordinal))
            text = "http://" + text;
        var stored =
            text.All(c => char.IsAsciiLetterOrDigit(c) || c > '\u007f' || "-~+_.?#=!&;,/:%@$|*'()".Contains(c))
            && !text.Contains("%0", StringComparison.Ordinal)
            && !text.Contains(";//", StringComparison.Ordinal);
        return
            stored
            && Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https"
            && address.Host.Length > 0
            ? text
            : null;
    }

    private static string UntilStable(string text, Func<string, string> form)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            var next = form(Markup.Remove(WebUtility.HtmlDecode(text)).Trim()).Trim();
            if (string.Equals(next, text, StringComparison.Ordinal))
                return text;
            text = next;
        }
        return form(Markup.Remove(text.Replace("&", "", StringComparison.Ordinal)).Trim()).Trim();
    }

    private static string OneLine(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            var next = c is '\t' or '\r' or '\n' ? ' ' : c;
            if (next == ' ' && (result.Length == 0 || result[^1] == ' '))
                continue;
            result.Append(next);
            if (EndsEncoded(result))
                result.Length -= 3;
        }
        return string.Join(' ', result.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static bool EndsEncoded(StringBuilder text) =>
        text.Length >= 3 && char.IsAsciiHexDigit(text[^1]) && char.IsAsciiHexDigit(text[^2]) && text[^3] == '%';

    // What WordPress's filter would take for a tag, even "< 5 and >", and the escaped null that it removes.
    private static string Filtered(string text)
    {
        var lastClosing = text.LastIndexOf('>');
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '<' && i < lastClosing)
                continue;
            if (text[i] != '0' || result.Length == 0 || result[^1] != '\\')
            {
                result.Append(text[i]);
                continue;
            }
            while (result.Length > 0 && result[^1] == '\\')
                result.Length--;
            while (i + 1 < text.Length && text[i + 1] == '0')
                i++;
        }
        return result.ToString();
    }
}
