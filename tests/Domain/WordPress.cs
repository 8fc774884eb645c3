using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace CleanSync.Domain.Tests;

/// <summary>
/// What WordPress makes of what is written, and what is read back. Written after its source, apart from the code under test: where its filters
/// do more than one thing, the harshest is taken.
/// </summary>
internal static partial class WordPress
{
    /// <summary>The user as he is read after the changes were written.</summary>
    public static User Applied(User user, UserChanges changes)
    {
        var values = user.Values.ToImmutableDictionary();
        foreach (var (target, content) in changes.Values)
            values = values.SetItem(target, Stored(target, content, user.Login));
        return user with
        {
            Email = changes.Email ?? user.Email,
            Roles = changes.Roles is { } roles ? roles : user.Roles,
            IsMember = user.IsMember || changes.Join,
            Tags = changes.Tags?.All.Select(Sent).ToImmutableHashSet() ?? user.Tags,
            Values = values,
        };
    }

    /// <summary>PHP's <c>strip_tags</c>: a <c>&lt;</c> before anything but a blank opens a tag, also one that never ends.</summary>
    public static string StripTags(string text)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '<' && !(i + 1 < text.Length && text[i + 1] is >= '\t' and <= '\r' or ' '))
                i = text.IndexOf('>', i) is var end and >= 0 ? end : text.Length;
            else if (text[i] != '\0')
                result.Append(text[i]);
        }
        return result.ToString();
    }

    /// <summary>Whether <c>validate_username</c> and <c>wp_insert_user</c> take it as it is.</summary>
    public static bool TakesLogin(string login) =>
        login.Length is > 0 and <= 60 && login != "0" && Login().IsMatch(login) && !login.EndsWith('\n');

    private static FieldContent Stored(string target, FieldContent content, string login)
    {
        if (content is FieldContent.Items items)
            return FieldContent.Of(items.Values.Select(item => WebUtility.HtmlDecode(Sent(item))));
        var text = Sent(((FieldContent.Text)content).Value);
        var stored = target switch
        {
            UserTarget.FirstName or UserTarget.LastName => Escaped(Kses(TextField(text))),
            UserTarget.DisplayName or UserTarget.Nickname => Escaped(Kses(TextField(text)))
                is var name
                    and not ("" or "0")
                ? name
                : login,
            UserTarget.Description => Kses(text),
            UserTarget.Url => Url(text),
            _ => text,
        };
        return FieldContent.Of(WebUtility.HtmlDecode(stored));
    }

    // Half characters do not survive UTF-8.
    private static string Sent(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    // _sanitize_text_fields
    private static string TextField(string text)
    {
        if (text.Contains('<', StringComparison.Ordinal))
            text = StripTags(LessThan(text)).Trim(Blanks).Replace("<\n", "&lt;\n", StringComparison.Ordinal);
        text = BlankRuns().Replace(text, " ").Trim(Blanks);
        var found = false;
        while (EncodedByte().Match(text) is { Success: true } match)
        {
            text = text.Replace(match.Value, "", StringComparison.Ordinal);
            found = true;
        }
        return found ? SpaceRuns().Replace(text, " ").Trim(Blanks) : text;
    }

    // wp_filter_kses with every tag refused
    private static string Kses(string text)
    {
        text = EscapedNull().Replace(Controls().Replace(text, ""), "");
        text = Ampersand().Replace(text, "&amp;");
        return ClosedTag().Replace(LessThan(text), "").Replace(">", "&gt;", StringComparison.Ordinal);
    }

    // wp_pre_kses_less_than: what never ends is escaped, quotes included
    private static string LessThan(string text) =>
        Opening().Replace(text, match => match.Value.Contains('>') ? match.Value : Quoted(Escaped(match.Value)));

    private static string Quoted(string text) =>
        text.Replace("\"", "&quot;", StringComparison.Ordinal).Replace("'", "&#039;", StringComparison.Ordinal);

    // _wp_specialchars without double encoding
    private static string Escaped(string text) =>
        Ampersand()
            .Replace(text, "&amp;")
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);

    // sanitize_url
    private static string Url(string url)
    {
        url = NotInUrl().Replace(url.TrimStart(Blanks).Replace(" ", "%20", StringComparison.Ordinal), "");
        url = url.Replace("%0d", "", StringComparison.OrdinalIgnoreCase)
            .Replace("%0a", "", StringComparison.OrdinalIgnoreCase)
            .Replace(";//", "://", StringComparison.Ordinal);
        if (url.Length == 0)
            return url;
        if (!url.Contains(':', StringComparison.Ordinal) && url[0] is not ('/' or '#' or '?'))
            url = "http://" + url;
        return url.StartsWith("http", StringComparison.OrdinalIgnoreCase) ? url : "";
    }

    private static readonly char[] Blanks = [' ', '\t', '\n', '\r', '\0', '\v'];

    [GeneratedRegex(@"^(?! )(?:[A-Za-z0-9_.@-]| (?! ))+(?<! )$")]
    private static partial Regex Login();

    [GeneratedRegex("[\r\n\t ]+")]
    private static partial Regex BlankRuns();

    [GeneratedRegex(" +")]
    private static partial Regex SpaceRuns();

    [GeneratedRegex("%[a-fA-F0-9]{2}")]
    private static partial Regex EncodedByte();

    [GeneratedRegex(@"[\x00-\x08\x0B\x0C\x0E-\x1F]")]
    private static partial Regex Controls();

    [GeneratedRegex(@"\\+0+")]
    private static partial Regex EscapedNull();

    [GeneratedRegex("&(?!(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});)")]
    private static partial Regex Ampersand();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex ClosedTag();

    [GeneratedRegex("<[^>]*?((?=<)|>|$)")]
    private static partial Regex Opening();

    [GeneratedRegex(@"[^a-z0-9\-~+_.?#=!&;,/:%@$|*'()\[\]\u0080-\uffff]", RegexOptions.IgnoreCase)]
    private static partial Regex NotInUrl();
}
