using System.Net;
using System.Text.Json;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.WordPress.Rest;

/// <summary>Reads a user's value as WordPress stored it.</summary>
internal static class StoredValue
{
    /// <summary>The content; null for what is neither text nor a list.</summary>
    public static FieldContent? Read(JsonElement value) =>
        value.ValueKind switch
        {
            // WordPress stores & as &amp; in what passes its filters (wp_filter_kses, _wp_specialchars).
            JsonValueKind.String => FieldContent.Of(WebUtility.HtmlDecode(value.GetString()!)),
            JsonValueKind.Number => FieldContent.Of(value.GetRawText()),
            JsonValueKind.True => FieldContent.Of("1"),
            // Null: nothing stands there, or over core REST what does not fit the registered type.
            JsonValueKind.False or JsonValueKind.Null => FieldContent.Of(""),
            JsonValueKind.Array => FieldContent.Of(
                value.EnumerateArray().Select(item => WebUtility.HtmlDecode(item.ToString()))
            ),
            _ => null,
        };
}
