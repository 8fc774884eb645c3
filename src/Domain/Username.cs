using System.Globalization;
using System.Text;

namespace CleanSync.Domain;

/// <summary>
/// Makes usernames that WordPress accepts: ASCII letters, digits, <c>_ - . @</c> and single inner blanks, at most 60 characters. What it refuses is
/// replaced, never a reason to fail.
/// </summary>
internal static class Username
{
    /// <summary>The length of the column <c>user_login</c>.</summary>
    public const int LongestStored = 60;

    private static readonly Dictionary<char, string> Letters = new()
    {
        ['ß'] = "ss",
        ['æ'] = "ae",
        ['Æ'] = "AE",
        ['œ'] = "oe",
        ['Œ'] = "OE",
        ['ø'] = "o",
        ['Ø'] = "O",
        ['đ'] = "d",
        ['Đ'] = "D",
        ['ð'] = "d",
        ['Ð'] = "D",
        ['ł'] = "l",
        ['Ł'] = "L",
        ['þ'] = "th",
        ['Þ'] = "Th",
        ['ı'] = "i",
    };

    /// <summary>The username to try first, from the mapped field or by the site's format; the email stands in for missing names.</summary>
    /// <param name="contact">The contact, with a valid email.</param>
    /// <param name="rules">The site's rules.</param>
    /// <param name="random">A random number, for the format that needs digits.</param>
    public static string Plan(Contact contact, SiteRules rules, uint random)
    {
        ArgumentNullException.ThrowIfNull(contact);
        ArgumentNullException.ThrowIfNull(rules);
        var named = rules.UsernameField is { } field ? FieldReader.Raw(contact, field) : null;
        var (first, last) = (WithoutBlanks(contact.FirstName), WithoutBlanks(contact.LastName));
        var wanted =
            !string.IsNullOrWhiteSpace(named) ? named
            : rules.UsernameFormat == UsernameFormat.FirstnameLastname ? Accepted(first + last)
            : rules.UsernameFormat == UsernameFormat.Firstname12345 && Accepted(first) is { Length: > 0 } name
                ? name + ((random % 99_999) + 1).ToString(CultureInfo.InvariantCulture)
            : "";
        return Of(wanted) ?? Of(contact.Email.Trim()) ?? "user";
    }

    /// <summary>Another username when the planned one is taken or refused.</summary>
    /// <param name="planned">The planned one.</param>
    /// <param name="attempt">0 gives the planned one itself; then come small numbers, then random digits.</param>
    /// <param name="random">A random number.</param>
    public static string Candidate(string planned, int attempt, uint random)
    {
        ArgumentNullException.ThrowIfNull(planned);
        if (attempt == 0)
            return planned;
        var suffix = attempt <= 2 ? (uint)attempt + 1 : 10_000 + (random % 90_000);
        var digits = suffix.ToString(CultureInfo.InvariantCulture);
        // After an email a dash, so that it does not look like somebody's address.
        var tail = planned.Contains('@', StringComparison.Ordinal) ? "-" + digits : digits;
        return Cut(planned, LongestStored - tail.Length) + tail;
    }

    /// <summary>A username of a-z and 0-9 only, of at least four characters: all that a network of sites accepts.</summary>
    public static string Plain(string planned, uint random)
    {
        ArgumentNullException.ThrowIfNull(planned);
        var letters = string.Concat(
            planned.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant).Take(LongestStored - 9)
        );
        return letters.Length >= 4 && letters.Any(char.IsAsciiLetter)
            ? letters
            : string.Create(CultureInfo.InvariantCulture, $"user{letters}{10_000 + (random % 90_000)}");
    }

    private static string? Of(string text)
    {
        var name = Cut(Accepted(text), LongestStored);
        // PHP takes "0" for nothing.
        return name.Length == 0 || string.Equals(name, "0", StringComparison.Ordinal) ? null : name;
    }

    private static string Accepted(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var c in Markup.Remove(text).Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark)
                continue;
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '@')
                result.Append(c);
            else if (Letters.TryGetValue(c, out var letters))
                result.Append(letters);
            else if (result.Length > 0 && char.IsWhiteSpace(c) && result[^1] != ' ')
                result.Append(' ');
            else if (!char.IsWhiteSpace(c) && result.Length > 0 && result[^1] != '-')
                result.Append('-');
        }
        return result.ToString().Trim(' ', '-');
    }

    private static string WithoutBlanks(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    private static string Cut(string text, int length) =>
        text.Length <= length ? text : text[..length].TrimEnd(' ', '-', '.', '@');
}
