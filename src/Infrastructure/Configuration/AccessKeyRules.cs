using FluentValidation;

namespace CleanSync.Infrastructure.Configuration;

/// <summary>What a key must be. Its strength can only be estimated from its length and alphabet.</summary>
internal static class AccessKeyRules
{
    /// <summary>128 bits in base64url.</summary>
    private const int ShortestKey = 22;

    /// <summary>128 bits in hexadecimal digits.</summary>
    private const int ShortestHexKey = 32;

    private const int ShortestLegacyKey = 8;

    /// <summary>A random key of 128 bits has fewer different characters less than once in a million.</summary>
    private const int FewestDifferent = 8;

    private const string Remedy = "make one with the command: key new";

    /// <summary>Every key of a site with its place below the site.</summary>
    public static IEnumerable<(string Place, string Key)> PlacesOf(SiteOptions site) =>
        site
            .AccessKeys.Select((key, i) => ($"AccessKeys:{i}", key))
            .Concat(site.LegacyAccessKeys.Select((key, i) => ($"LegacyAccessKeys:{i}", key)));

    /// <summary>Checks the keys of a site.</summary>
    /// <param name="site">The site.</param>
    /// <param name="needed">Whether it must have one.</param>
    /// <param name="context">Gets what is wrong.</param>
    public static void Check(SiteOptions site, bool needed, ValidationContext<SiteOptions> context)
    {
        if (needed && site.AccessKeys.Count + site.LegacyAccessKeys.Count == 0)
            context.Fail("AccessKeys:0", $"a site needs at least one key; {Remedy}", null);
        foreach (var (place, key) in PlacesOf(site))
        {
            var error = place.StartsWith("Legacy", StringComparison.Ordinal) ? LegacyFault(key) : Fault(key);
            if (error is not null)
                context.Fail(place, error, key);
        }
    }

    private static string? Fault(string key)
    {
        if (!key.All(c => c is > ' ' and < (char)127))
            return $"a key has no blanks and only ASCII characters; {Remedy}";
        var shortest = key.All(char.IsAsciiHexDigit) ? ShortestHexKey : ShortestKey;
        if (key.Length < shortest)
            return $"a key needs 128 bits: at least {ShortestKey} characters, or {ShortestHexKey} if all are hexadecimal digits; "
                + $"{Remedy} (a key taken over from WP Fusion may stand in LegacyAccessKeys)";
        return key.Distinct().Count() < FewestDifferent
            ? $"this key repeats itself and can be guessed; {Remedy}"
            : null;
    }

    private static string? LegacyFault(string key) =>
        key.Trim().Length != key.Length ? "remove the blanks around the key"
        : key.Length < ShortestLegacyKey ? $"even a legacy key needs {ShortestLegacyKey} characters; {Remedy}"
        : null;
}
