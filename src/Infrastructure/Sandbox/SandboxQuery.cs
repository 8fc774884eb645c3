using System.Globalization;

namespace CleanSync.Infrastructure.Sandbox;

/// <summary>A query as PHP reads it: flat keys with brackets, <c>+</c> for a space.</summary>
internal sealed class SandboxQuery
{
    private readonly ILookup<string, string> _values;

    private SandboxQuery(ILookup<string, string> values) => _values = values;

    /// <summary>The sideloads asked for; a nested one also asks for the one it is in.</summary>
    public IReadOnlySet<string> Includes { get; private init; } = new HashSet<string>(StringComparer.Ordinal);

    public int Limit => Math.Clamp(Int("limit") ?? 20, 1, 100);

    public int Offset => Math.Max(0, Int("offset") ?? 0);

    public static SandboxQuery Parse(string query, bool sideloads)
    {
        var values = query
            .TrimStart('?')
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .ToLookup(pair => Decode(pair[0]), pair => pair.Length > 1 ? Decode(pair[1]) : "", StringComparer.Ordinal);
        return new SandboxQuery(values)
        {
            Includes = sideloads ? Relations(values["include"]) : new HashSet<string>(StringComparer.Ordinal),
        };
    }

    public string? Text(string key) => _values[key].LastOrDefault();

    public int? Int(string key) =>
        int.TryParse(Text(key), NumberStyles.Integer, CultureInfo.InvariantCulture, out var n) ? n : null;

    public long? Id(string key) =>
        long.TryParse(Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 ? n : null;

    /// <summary>Ids asked for by <c>ids[]=1&amp;ids[]=2</c>, <c>ids[0]=1</c> or <c>ids=1,2</c>; null when none are.</summary>
    public IReadOnlySet<long>? Ids()
    {
        var given = _values
            .Where(group =>
                string.Equals(group.Key, "ids", StringComparison.Ordinal)
                || group.Key.StartsWith("ids[", StringComparison.Ordinal)
            )
            .SelectMany(group => group)
            .SelectMany(value => value.Split(','))
            .ToList();
        return given.Count == 0
            ? null
            : given
                .Select(value =>
                    long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0
                )
                .ToHashSet();
    }

    public DateTimeOffset? Moment(string key) =>
        DateTimeOffset.TryParse(Text(key), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment
            : null;

    private static HashSet<string> Relations(IEnumerable<string> includes)
    {
        var relations = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in includes.SelectMany(include => include.Split(',')).Select(path => path.Trim()))
        {
            for (var end = path.IndexOf('.', StringComparison.Ordinal); end > 0; end = path.IndexOf('.', end + 1))
                relations.Add(path[..end]);
            relations.Add(path);
        }
        return relations;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
