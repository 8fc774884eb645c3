using System.Collections.Immutable;
using System.Text.Json;
using CleanSync.Domain;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.CoreRest;

/// <summary>What a site says of itself in the schema of its users route.</summary>
/// <param name="Meta">The meta keys registered for REST, with form and type.</param>
/// <param name="Locales">The locales a user may have; null when not told.</param>
/// <param name="BatchSize">How many writes one request may hold; 1 where the batch route does not take users (before 6.6).</param>
internal sealed record SiteSchema(
    IReadOnlyDictionary<string, MetaKind> Meta,
    IReadOnlySet<string>? Locales,
    int BatchSize
)
{
    // WP_REST_Server::get_max_batch_size()
    private const int DefaultBatchSize = 25;

    /// <summary>The same as the port tells it.</summary>
    public DirectoryAbilities Abilities(string tagsMetaKey) =>
        new(
            Meta.Where(meta => !string.Equals(meta.Key, tagsMetaKey, StringComparison.Ordinal))
                .ToImmutableDictionary(meta => meta.Key, meta => meta.Value.Shape, StringComparer.Ordinal),
            StoresTags(tagsMetaKey),
            Locales
        )
        {
            Via = "WordPress's own REST routes",
        };

    /// <summary>Whether the key is registered as an array of strings.</summary>
    public bool StoresTags(string key) => Meta.GetValueOrDefault(key) is { Shape: MetaShape.List };

    /// <summary>Asks the site.</summary>
    public static async Task<SiteSchema> Ask(RestClient client)
    {
        var answer = await client.Options("/wp/v2/users", CancellationToken.None);
        if (!answer.Succeeded)
            throw RestFaults.Unexpected(answer);
        if (
            answer.Json is not { ValueKind: JsonValueKind.Object } json
            || Find(json, "schema", "properties") is not { } fields
        )
            throw RestFaults.Misshapen(answer, "the schema of users");
        return new SiteSchema(
            Find(fields, "meta", "properties") is { } meta
                ? ReadMeta(meta)
                : ImmutableDictionary<string, MetaKind>.Empty,
            Find(fields, "locale", "enum") is { ValueKind: JsonValueKind.Array } locales
                ? locales.EnumerateArray().Select(item => item.ToString()).ToImmutableHashSet(StringComparer.Ordinal)
                : null,
            TakesBatches(json) ? await AskBatchSize(client) : 1
        );
    }

    private static ImmutableDictionary<string, MetaKind> ReadMeta(JsonElement properties)
    {
        // An empty PHP array is written as [].
        if (properties.ValueKind != JsonValueKind.Object)
            return ImmutableDictionary<string, MetaKind>.Empty;
        var kinds = ImmutableDictionary.CreateBuilder<string, MetaKind>(StringComparer.Ordinal);
        foreach (var property in properties.EnumerateObject())
        {
            var types = Types(property.Value);
            var items = Find(property.Value, "items") is { } schema ? Types(schema) : [];
            if (types.Contains("array") && (items.Count == 0 || items.Contains("string")))
                kinds[property.Name] = new MetaKind(MetaShape.List, TakesText: true);
            else if (types.Contains("string"))
                kinds[property.Name] = new MetaKind(MetaShape.Single, TakesText: true);
            else if (types.Overlaps(["integer", "number", "boolean"]))
                kinds[property.Name] = new MetaKind(MetaShape.Single, TakesText: false);
        }
        return kinds.ToImmutable();
    }

    private static HashSet<string> Types(JsonElement schema) => [.. UserJson.Strings(schema, "type")];

    private static bool TakesBatches(JsonElement json) =>
        Find(json, "endpoints") is { ValueKind: JsonValueKind.Array } endpoints
        && endpoints
            .EnumerateArray()
            .Any(endpoint => Find(endpoint, "allow_batch", "v1") is { ValueKind: JsonValueKind.True });

    private static async Task<int> AskBatchSize(RestClient client)
    {
        var answer = await client.Options("/batch/v1", CancellationToken.None);
        if (!answer.Succeeded)
            return 1;
        return
            Find(answer.Json!.Value, "endpoints") is { ValueKind: JsonValueKind.Array } endpoints
            && endpoints.GetArrayLength() > 0
            && Find(endpoints[0], "args", "requests", "maxItems") is { ValueKind: JsonValueKind.Number } most
            && most.TryGetInt32(out var size)
            && size > 0
            ? Math.Min(size, DefaultBatchSize)
            : DefaultBatchSize;
    }

    private static JsonElement? Find(JsonElement json, params string[] path)
    {
        foreach (var name in path)
        {
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json))
                return null;
        }
        return json;
    }
}

/// <summary>How a meta key is registered.</summary>
/// <param name="Shape">One value or a list.</param>
/// <param name="TakesText">False for numbers and booleans: an empty text is no value for those.</param>
internal sealed record MetaKind(MetaShape Shape, bool TakesText);
