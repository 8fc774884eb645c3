using System.Globalization;
using System.Text.Json.Nodes;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.WordPress.Connector;

/// <summary>Writes changes as the connector reads them.</summary>
internal static class ChangeJson
{
    /// <summary>A creation.</summary>
    public static JsonObject Create(UserDraft draft) =>
        new()
        {
            ["do"] = "create",
            ["login"] = draft.Login,
            ["email"] = draft.Email,
            ["password"] = draft.Password.Text,
            ["generated"] = draft.Generated,
            ["role"] = draft.Role,
            ["token"] = draft.CreationToken,
            ["link"] = draft.Contact,
            ["core"] = Core(draft.Values),
        };

    /// <summary>An update. A member of the network who joins the blog does so with the roles.</summary>
    public static JsonObject Update(long userId, UserChanges changes, WordPressSite site, ConnectorSite known)
    {
        var json = new JsonObject { ["do"] = "update", ["id"] = userId };
        if (changes.Email is { } email)
            json["email"] = email;
        if (changes.Roles is { } roles)
            json["roles"] = Array(roles);
        if (changes.Join)
            json["join"] = true;
        if (Core(changes.Values) is { Count: > 0 } core)
            json["core"] = core;
        var meta = new JsonObject();
        foreach (var (target, content) in changes.Values.Where(value => !UserTarget.IsCore(value.Key)))
        {
            if (site.IsLink(target) && long.TryParse(Text(content), CultureInfo.InvariantCulture, out var link))
                json["link"] = link;
            else
                meta[target] = content switch
                {
                    FieldContent.Items items => Array(items.Values),
                    { IsEmpty: true } when known.IsNumeric(target) => null,
                    _ => Text(content),
                };
        }
        if (meta.Count > 0)
            json["meta"] = meta;
        if (changes.Tags is { } tags)
            json["tags"] = Array(tags.All);
        return json;
    }

    /// <summary>A new password.</summary>
    public static JsonObject Password(long userId, GeneratedPassword password, PasswordGuard guard) =>
        new()
        {
            ["do"] = "password",
            ["id"] = userId,
            ["password"] = password.Text,
            ["guard"] = guard == PasswordGuard.OursStill ? "ours_still" : "new_to_user",
        };

    /// <summary>The welcome mail.</summary>
    public static JsonObject Welcome(long userId) => new() { ["do"] = "welcome", ["id"] = userId };

    private static JsonObject Core(IReadOnlyDictionary<string, FieldContent> values)
    {
        var core = new JsonObject();
        foreach (var (target, content) in values)
        {
            if (UserTarget.IsCore(target) && target is not UserTarget.Email)
                core[target] = Text(content);
        }
        return core;
    }

    private static string Text(FieldContent content) =>
        content switch
        {
            FieldContent.Text text => text.Value,
            FieldContent.Items items => string.Join(", ", items.Values),
            _ => "",
        };

    private static JsonArray Array(IEnumerable<string> items) => new([.. items.Select(item => JsonValue.Create(item))]);
}
