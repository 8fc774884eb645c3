using System.Globalization;
using System.Text.Json;

namespace CleanSync.Infrastructure.WordPress.Connector;

/// <summary>Reads parts of answers: what is missing or of another type is nothing.</summary>
internal static class JsonParts
{
    public static JsonElement? Part(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var part) ? part : null;

    public static string? Text(this JsonElement json, string name) =>
        json.Part(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static bool? Flag(this JsonElement json, string name) =>
        json.Part(name)?.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };

    public static long? Number(this JsonElement json, string name) =>
        json.Part(name) is { ValueKind: JsonValueKind.Number } part && part.TryGetInt64(out var number) ? number : null;

    public static DateTimeOffset? Moment(this JsonElement json, string name) =>
        DateTimeOffset.TryParse(
            json.Text(name),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var moment
        )
            ? moment.ToUniversalTime()
            : null;

    /// <summary>A list, whether PHP made it an array or, for want of consecutive keys, an object.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) =>
        json.Part(name) is { } list
            ? list.ValueKind switch
            {
                JsonValueKind.Array => list.EnumerateArray(),
                JsonValueKind.Object => list.EnumerateObject().Select(item => item.Value),
                _ => [],
            }
            : [];

    public static IEnumerable<string> Texts(this JsonElement json, string name) =>
        json.Items(name).Select(item => item.ToString());

    /// <summary>The members of an object; none where PHP made an empty array of it.</summary>
    public static IEnumerable<JsonProperty> Members(this JsonElement json, string name) =>
        json.Part(name) is { ValueKind: JsonValueKind.Object } map ? map.EnumerateObject() : [];
}
