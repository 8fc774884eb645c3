using System.Net;
using System.Text.Json;

namespace CleanSync.Infrastructure.WordPress.Rest;

/// <summary>An answer of the site, read to its end.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Json">The body; null when it is not JSON.</param>
/// <param name="IsWrite">Whether the request could change something.</param>
internal sealed record RestAnswer(HttpStatusCode Status, JsonElement? Json, bool IsWrite)
{
    /// <summary>The site's clock.</summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>Number of pages of a list.</summary>
    public int? Pages { get; init; }

    /// <summary>Where a redirect leads.</summary>
    public Uri? Location { get; init; }

    /// <summary>How long the site asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True for a 2xx answer with a JSON body.</summary>
    public bool Succeeded => Json is not null && (int)Status is >= 200 and < 300;

    /// <summary>WordPress's error, when the body is one.</summary>
    public RestError? Error { get; } = Json is { } body && (int)Status is < 200 or >= 300 ? RestError.Read(Json) : null;
}

/// <summary>A WP_Error as <c>rest_convert_error_to_response()</c> writes it.</summary>
/// <param name="Code">The code, the only part worth deciding on: several refusals come with status 500.</param>
/// <param name="Params">The parameters that it names, for instance <c>locale</c> or <c>meta.points</c>.</param>
/// <param name="MoreCodes">Codes of further errors that came with it; on a network these say what is wrong.</param>
internal sealed record RestError(string Code, IReadOnlySet<string> Params, IReadOnlySet<string> MoreCodes)
{
    /// <summary>Reads an error; null when the body is something else.</summary>
    public static RestError? Read(JsonElement? body)
    {
        if (
            body is not { ValueKind: JsonValueKind.Object } error
            || !error.TryGetProperty("code", out var code)
            || code.ValueKind is not (JsonValueKind.String or JsonValueKind.Number)
        )
            return null;
        var names = new HashSet<string>(StringComparer.Ordinal);
        var codes = new HashSet<string>(StringComparer.Ordinal);
        Collect(error, names);
        if (error.TryGetProperty("additional_errors", out var more) && more.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in more.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object))
            {
                Collect(item, names);
                if (item.TryGetProperty("code", out var extra) && extra.ValueKind == JsonValueKind.String)
                    codes.Add(Clean(extra.GetString()!));
            }
        }
        return new RestError(Clean(code.ToString()), names, codes);
    }

    // data.params of rest_invalid_param; data.param or additional_data[].param of a schema error; data.key of a meta error.
    private static void Collect(JsonElement error, HashSet<string> names)
    {
        if (error.TryGetProperty("data", out var data))
            CollectData(data, names);
        if (error.TryGetProperty("additional_data", out var more) && more.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in more.EnumerateArray())
                CollectData(item, names);
        }
    }

    private static void CollectData(JsonElement data, HashSet<string> names)
    {
        if (data.ValueKind != JsonValueKind.Object)
            return;
        if (data.TryGetProperty("param", out var param) && param.ValueKind == JsonValueKind.String)
            names.Add(param.GetString()!);
        if (data.TryGetProperty("key", out var key) && key.ValueKind == JsonValueKind.String)
            names.Add("meta." + key.GetString());
        if (!data.TryGetProperty("params", out var list))
            return;
        if (list.ValueKind == JsonValueKind.Object)
            names.UnionWith(list.EnumerateObject().Select(item => item.Name));
        else if (list.ValueKind == JsonValueKind.Array)
            names.UnionWith(list.EnumerateArray().Select(item => item.ToString()));
    }

    // Codes end in reasons that people read and logs keep; a plugin's code might be anything.
    private static string Clean(string code) =>
        new([.. code.Where(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-').Take(60)]);
}
