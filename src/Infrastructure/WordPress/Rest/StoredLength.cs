namespace CleanSync.Infrastructure.WordPress.Rest;

/// <summary>
/// The lengths that WordPress's users table has room for. Some overlong values answer 200 or 201 and write nothing, or create
/// nobody, so they are never sent.
/// </summary>
internal static class StoredLength
{
    public const int Login = 60;
    public const int Email = 100;
    public const int Url = 100;
    public const int DisplayName = 250;

    /// <summary>How many characters the database will count: code points, after WordPress has written &amp;, &lt; and &gt; as entities.</summary>
    public static int Of(string text) =>
        text.EnumerateRunes()
            .Sum(rune =>
                rune.Value switch
                {
                    '&' => 5,
                    '<' or '>' => 4,
                    _ => 1,
                }
            );

    /// <summary>The longest beginning that fits.</summary>
    public static string Cut(string text, int length)
    {
        var end = 0;
        var used = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            used += Of(rune.ToString());
            if (used > length)
                break;
            end += rune.Utf16SequenceLength;
        }
        return text[..end];
    }

    /// <summary>The most that a core field holds; null when there is no limit.</summary>
    public static int? Limit(string field) =>
        field switch
        {
            "email" => Email,
            "url" => Url,
            "name" => DisplayName,
            _ => null,
        };
}
