using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using CleanSync.Domain;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.CoreRest;

/// <summary>Reads users as the users controller writes them with context=edit.</summary>
internal sealed class UserJson(WordPressSite site)
{
    // REST's name of each core field. "name" is the display name.
    private static readonly (string Target, string Field)[] CoreFields =
    [
        (UserTarget.Email, "email"),
        (UserTarget.FirstName, "first_name"),
        (UserTarget.LastName, "last_name"),
        (UserTarget.DisplayName, "name"),
        (UserTarget.Nickname, "nickname"),
        (UserTarget.Url, "url"),
        (UserTarget.Description, "description"),
        (UserTarget.Locale, "locale"),
    ];

    /// <summary>
    /// The <c>_fields</c> parameter for whole users: a page of 100 costs a third of what it costs without. The users
    /// controller gives meta as a whole or not at all: it tests for <c>meta</c> and never for <c>meta.key</c>.
    /// </summary>
    public static string Fields { get; } =
        "_fields=id,username,roles,capabilities,registered_date,meta,"
        + string.Join(',', CoreFields.Select(core => core.Field));

    /// <summary>REST's name of a core field.</summary>
    public static string FieldOf(string target) =>
        CoreFields.First(core => string.Equals(core.Target, target, StringComparison.Ordinal)).Field;

    /// <summary>Reads one user; null when the element is not a user with an id.</summary>
    public User? Read(JsonElement json, bool storesTags)
    {
        if (
            json.ValueKind != JsonValueKind.Object
            || !json.TryGetProperty("id", out var id)
            || id.ValueKind != JsonValueKind.Number
            || !id.TryGetInt64(out var number)
            || number <= 0
            || Text(json, "username") is not { Length: > 0 } login
        )
            return null;
        var roles = Strings(json, "roles").ToImmutableArray();
        var meta = json.TryGetProperty("meta", out var all) && all.ValueKind == JsonValueKind.Object ? all : default;
        return new User(
            number,
            login,
            WebUtility.HtmlDecode(Text(json, "email") ?? ""),
            roles,
            Capabilities(json, roles),
            Values(json, meta),
            storesTags && Has(meta, site.TagsMetaKey)
                ? Strings(meta, site.TagsMetaKey).ToImmutableHashSet(StringComparer.Ordinal)
                : null,
            DateTimeOffset.TryParse(
                Text(json, "registered_date"),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var registered
            )
                ? registered.ToUniversalTime()
                : null,
            Text(meta, UserTarget.CreationToken)
        );
    }

    /// <summary>What the object grants. WordPress counts a user's roles among his capabilities; those are left out.</summary>
    public static IReadOnlySet<string> Capabilities(
        JsonElement json,
        IEnumerable<string> roles,
        string name = "capabilities"
    )
    {
        if (!json.TryGetProperty(name, out var granted) || granted.ValueKind != JsonValueKind.Object)
            return ImmutableHashSet<string>.Empty;
        return granted
            .EnumerateObject()
            .Where(item => IsTrue(item.Value))
            .Select(item => item.Name)
            .Except(roles, StringComparer.Ordinal)
            .ToImmutableHashSet(StringComparer.Ordinal);
    }

    // As PHP sees it, whatever a plugin stored (WP_User::has_cap()).
    private static bool IsTrue(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.False or JsonValueKind.Null => false,
            JsonValueKind.Number => value.GetDouble() != 0,
            JsonValueKind.String => value.GetString() is not ("" or "0"),
            _ => true,
        };

    /// <summary>A list of texts, whether PHP made it an array or, for want of consecutive keys, an object.</summary>
    public static IEnumerable<string> Strings(JsonElement json, string name)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out var list))
            return [];
        return list.ValueKind switch
        {
            JsonValueKind.Array => list.EnumerateArray().Select(item => item.ToString()),
            JsonValueKind.Object => list.EnumerateObject().Select(item => item.Value.ToString()),
            JsonValueKind.String when list.GetString() is { Length: > 0 } only => [only],
            _ => [],
        };
    }

    private static bool Has(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out _);

    private static string? Text(JsonElement json, string name) =>
        Has(json, name) && json.GetProperty(name) is var value && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private ImmutableDictionary<string, FieldContent> Values(JsonElement json, JsonElement meta)
    {
        var values = ImmutableDictionary.CreateBuilder<string, FieldContent>(StringComparer.Ordinal);
        foreach (var (target, field) in CoreFields)
        {
            if (Text(json, field) is { } text)
                values[target] = FieldContent.Of(WebUtility.HtmlDecode(text));
        }
        foreach (var key in site.MetaKeys)
        {
            if (Has(meta, key) && StoredValue.Read(meta.GetProperty(key)) is { } content)
                values[key] = content;
        }
        return values.ToImmutable();
    }
}
