using System.Globalization;
using System.Text.Json;

namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>
/// Reads the JSON of ActiveCampaign, whose types change: ids are texts or numbers, lists become objects, flags are texts,
/// numbers or booleans.
/// </summary>
internal static class TolerantJson
{
    /// <summary>The property of that name; null when there is none, also when this is no object.</summary>
    public static JsonElement? At(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    /// <summary>A scalar as text; empty when it is missing, null or not a scalar.</summary>
    public static string Text(this JsonElement element, string name) => element.At(name) is { } v ? v.AsText() : "";

    /// <summary>This scalar as text; empty when it is null or not a scalar.</summary>
    public static string AsText(this JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.String => Decoded(element),
            JsonValueKind.Number => element.GetRawText(),
            JsonValueKind.True => "1",
            JsonValueKind.False => "0",
            _ => "",
        };

    /// <summary>An id greater than zero; null otherwise.</summary>
    public static long? Id(this JsonElement element, string name) => element.At(name)?.AsId();

    /// <summary>This id, when it is greater than zero; null otherwise.</summary>
    public static long? AsId(this JsonElement element) =>
        long.TryParse(element.AsText(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0
            ? id
            : null;

    /// <summary>
    /// The rows of a list; null when there is none. PHP writes a list with gaps as an object, so an object's values are rows too.
    /// </summary>
    public static IReadOnlyList<JsonElement>? Rows(this JsonElement element, string name) =>
        element.At(name) switch
        {
            { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray()],
            { ValueKind: JsonValueKind.Object } list => [.. list.EnumerateObject().Select(row => row.Value)],
            _ => null,
        };

    /// <summary>Whether a flag is set.</summary>
    public static bool Flag(this JsonElement element, string name) =>
        string.Equals(element.Text(name), "1", StringComparison.Ordinal);

    /// <summary>The number of rows that a list has in all its pages; null when the page does not say.</summary>
    public static int? Total(this JsonElement page) =>
        page.At("meta") is { } meta
        && int.TryParse(meta.Text("total"), NumberStyles.None, CultureInfo.InvariantCulture, out var total)
            ? total
            : null;

    /// <summary>A moment with its offset; null for nothing, for zero dates, and for local times, whose zone is not known.</summary>
    public static DateTimeOffset? Moment(this JsonElement element, string name)
    {
        var text = element.Text(name);
        var clock = text.IndexOf('T', StringComparison.Ordinal);
        return
            clock > 0
            && text.AsSpan(clock).IndexOfAny("Z+-") > 0
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment)
            ? moment
            : null;
    }

    /// <summary>Whether an answer that looks like a success says that it is none, as the old API does.</summary>
    public static bool SaysFailure(this JsonElement answer) =>
        answer.SaysNo("result_code")
        || answer.SaysNo("succeeded")
        || answer.SaysNo("success")
        || answer.Rows("errors") is { Count: > 0 };

    // Texts are decoded only now: half a character that was cut off shows here, not when the answer was parsed.
    private static string Decoded(JsonElement text)
    {
        try
        {
            return text.GetString() ?? "";
        }
        catch (InvalidOperationException error)
        {
            throw AccountFault.Unreadable(inner: error);
        }
    }

    private static bool SaysNo(this JsonElement answer, string flag) =>
        answer.At(flag) is { } v && string.Equals(v.AsText(), "0", StringComparison.Ordinal);
}
