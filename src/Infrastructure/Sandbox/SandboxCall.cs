using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CleanSync.Infrastructure.Sandbox;

/// <summary>A request, taken apart.</summary>
/// <param name="Method">The method.</param>
/// <param name="Segments">The path below <c>/api/3/</c>.</param>
/// <param name="Query">The query.</param>
/// <param name="Body">The body, when it is a JSON object.</param>
internal sealed record SandboxCall(string Method, string[] Segments, SandboxQuery Query, JsonObject? Body)
{
    /// <summary>What the request is for, ids and numbers aside: <c>GET contacts/#/contactTags</c>.</summary>
    public string Route =>
        $"{Method} {string.Join('/', Segments.Select((segment, i) => i == 1 && char.IsAsciiDigit(segment[0]) ? "#" : segment))}";

    /// <summary>The id in the path; 0 for one that is no number, as the account does it.</summary>
    public long Id =>
        Segments.Length > 1 && long.TryParse(Segments[1], CultureInfo.InvariantCulture, out var id) ? id : 0;

    public string IdText => Segments.Length > 1 ? SandboxShapes.Text(Id) : "0";

    public static SandboxCall? Read(SandboxRequest request, bool sideloads)
    {
        const string root = "/api/3/";
        if (!request.Path.StartsWith(root, StringComparison.Ordinal))
            return null;
        var segments = request.Path[root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        return segments.Length == 0
            ? null
            : new SandboxCall(request.Method, segments, SandboxQuery.Parse(request.Query, sideloads), Parse(request));
    }

    /// <summary>The object that the body wraps, for instance <c>contact</c>.</summary>
    public JsonObject? Wrapped(string name) => Body?[name] as JsonObject;

    private static JsonObject? Parse(SandboxRequest request)
    {
        try
        {
            return request.Body.IsEmpty ? null : JsonNode.Parse(request.Body.Span) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Reads what clients write, texts or numbers.</summary>
internal static class SandboxInput
{
    public static string? Text(this JsonObject input, string name) => (input[name] as JsonValue)?.ToString();

    public static long Id(this JsonObject input, string name) =>
        long.TryParse(input.Text(name), CultureInfo.InvariantCulture, out var id) ? id : 0;

    public static IReadOnlyList<string> Texts(this JsonObject input, string name) =>
        [.. (input[name] as JsonArray ?? []).Select(node => node?.ToString() ?? "")];
}
