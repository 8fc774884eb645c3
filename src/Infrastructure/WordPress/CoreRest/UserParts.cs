using System.Collections.Immutable;
using System.Text.Json.Nodes;
using CleanSync.Domain;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.CoreRest;

/// <summary>One value of a write, which can be left out when the site refuses it.</summary>
/// <param name="Subject">What a warning names: the target, or the slugs of roles.</param>
/// <param name="Field">REST's name of a core field, or the meta key.</param>
/// <param name="IsMeta">Whether it goes into <c>meta</c>.</param>
/// <param name="Value">The value.</param>
internal sealed record UserPart(string Subject, string Field, bool IsMeta, JsonNode? Value)
{
    /// <summary>Whether an error that names this parameter is about this value.</summary>
    public bool IsNamedBy(string parameter) =>
        IsMeta
            ? parameter is "meta"
                || string.Equals(parameter, "meta." + Field, StringComparison.Ordinal)
                || parameter.StartsWith($"meta.{Field}[", StringComparison.Ordinal)
            : string.Equals(parameter, Field, StringComparison.Ordinal)
                || parameter.StartsWith(Field + "[", StringComparison.Ordinal);
}

/// <summary>Takes changes apart into the values that REST knows, and puts those together into a body.</summary>
internal static class UserParts
{
    /// <summary>The parts of a change; what the site has no place for becomes a warning.</summary>
    public static ImmutableArray<UserPart> Of(
        UserChanges changes,
        SiteSchema schema,
        string tagsKey,
        ICollection<Warning> warnings
    )
    {
        var parts = ImmutableArray.CreateBuilder<UserPart>();
        if (changes.Email is { } email)
            parts.Add(new(UserTarget.Email, "email", false, email));
        if (changes.Roles is { } roles)
            parts.Add(new(string.Join(',', roles), "roles", false, Array(roles)));
        foreach (var (target, content) in changes.Values.OrderBy(value => value.Key, StringComparer.Ordinal))
        {
            if (UserTarget.IsCore(target))
                parts.Add(new(target, UserJson.FieldOf(target), false, TextOf(content)));
            else if (schema.Meta.GetValueOrDefault(target) is { } kind)
                parts.Add(new(target, target, true, MetaValue(content, kind)));
            else
                // Core answers 200 to a key that is not registered, and drops the value.
                warnings.Add(new Warning("meta_not_registered", target));
        }
        if (changes.Tags is { } tags)
        {
            if (schema.StoresTags(tagsKey))
                parts.Add(new(tagsKey, tagsKey, true, Array(tags.All)));
            else
                warnings.Add(new Warning("tags_not_stored", tagsKey));
        }
        return Fitting(parts, warnings);
    }

    /// <summary>The parts of a new user: core fields only.</summary>
    public static ImmutableArray<UserPart> Of(
        ImmutableDictionary<string, FieldContent> values,
        ICollection<Warning> warnings
    )
    {
        var texts = values
            .Where(value => UserTarget.IsCore(value.Key) && value.Key is not UserTarget.Email)
            .Select(value => new UserPart(value.Key, UserJson.FieldOf(value.Key), false, TextOf(value.Value)));
        var parts = Fitting(texts, warnings);
        // Without a display name WordPress makes one of both names, and creates nobody when that is too long.
        var full = $"{Find(parts, "first_name")} {Find(parts, "last_name")}";
        return Find(parts, "name").Length == 0 && StoredLength.Of(full) > StoredLength.DisplayName
            ? parts
                .RemoveAll(part => part.Field is "name")
                .Add(new(UserTarget.DisplayName, "name", false, StoredLength.Cut(full, StoredLength.DisplayName)))
            : parts;
    }

    /// <summary>The body that writes these parts.</summary>
    public static JsonObject Body(IEnumerable<UserPart> parts)
    {
        var body = new JsonObject();
        var meta = new JsonObject();
        foreach (var part in parts)
            (part.IsMeta ? meta : body)[part.Field] = part.Value?.DeepClone();
        if (meta.Count > 0)
            body["meta"] = meta;
        return body;
    }

    private static string Find(ImmutableArray<UserPart> parts, string field) =>
        parts.FirstOrDefault(part => string.Equals(part.Field, field, StringComparison.Ordinal))?.Value?.ToString()
        ?? "";

    private static ImmutableArray<UserPart> Fitting(IEnumerable<UserPart> parts, ICollection<Warning> warnings)
    {
        var fitting = ImmutableArray.CreateBuilder<UserPart>();
        foreach (var part in parts)
        {
            var limit = part.IsMeta ? null : StoredLength.Limit(part.Field);
            if (limit is { } most && StoredLength.Of(part.Value!.ToString()) > most)
                warnings.Add(new Warning("too_long", part.Subject));
            else
                fitting.Add(part);
        }
        return fitting.ToImmutable();
    }

    private static JsonNode? MetaValue(FieldContent content, MetaKind kind) =>
        kind.Shape switch
        {
            // Always an array: core would split a text at its commas (rest_sanitize_array()).
            MetaShape.List => Array(
                content switch
                {
                    FieldContent.Items items => items.Values,
                    _ => content.IsEmpty ? [] : [TextOf(content)],
                }
            ),
            // Null removes the row; the empty text is no number and no boolean.
            _ when content.IsEmpty && !kind.TakesText => null,
            _ => TextOf(content),
        };

    private static string TextOf(FieldContent content) =>
        content switch
        {
            FieldContent.Text text => text.Value,
            FieldContent.Items items => string.Join(", ", items.Values),
            _ => "",
        };

    private static JsonArray Array(IEnumerable<string> items) => new([.. items.Select(item => JsonValue.Create(item))]);
}
