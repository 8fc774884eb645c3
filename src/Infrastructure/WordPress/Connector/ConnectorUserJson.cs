using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using CleanSync.Domain;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.Connector;

/// <summary>Reads users as the connector writes them.</summary>
internal sealed class ConnectorUserJson(WordPressSite site)
{
    /// <summary>Reads one user; null when the element is not a user with an id.</summary>
    public User? Read(JsonElement json)
    {
        if (json.Number("id") is not > 0 || json.Text("login") is not { Length: > 0 } login)
            return null;
        var email = WebUtility.HtmlDecode(json.Text("email") ?? "");
        return new User(
            json.Number("id")!.Value,
            login,
            email,
            [.. json.Texts("roles")],
            json.Texts("capabilities").ToImmutableHashSet(StringComparer.Ordinal),
            Values(json, email),
            json.Texts("tags").ToImmutableHashSet(StringComparer.Ordinal),
            json.Moment("registered"),
            json.Text("creation")
        )
        {
            // Who is not said to be harmless is not.
            IsPrivileged = json.Flag("privileged") != false,
            IsMember = json.Flag("member") != false,
            HasOurPassword = json.Flag("our_password"),
            FirstLoginAt = json.Moment("first_login"),
        };
    }

    /// <summary>Whether a user carries the link to that contact.</summary>
    public bool IsLinked(User user, long contact) =>
        user.Values.GetValueOrDefault(site.LinkMetaKey) is FieldContent.Text link
        && long.TryParse(link.Value, CultureInfo.InvariantCulture, out var number)
        && number == contact;

    private ImmutableDictionary<string, FieldContent> Values(JsonElement json, string email)
    {
        var values = ImmutableDictionary.CreateBuilder<string, FieldContent>(StringComparer.Ordinal);
        foreach (var meta in json.Members("meta"))
        {
            if (StoredValue.Read(meta.Value) is { } content)
                values[meta.Name] = content;
        }
        foreach (var core in json.Members("core"))
        {
            if (UserTarget.IsCore(core.Name) && StoredValue.Read(core.Value) is { } content)
                values[core.Name] = content;
        }
        values[UserTarget.Email] = FieldContent.Of(email);
        if ((json.Text("link") ?? json.Number("link")?.ToString(CultureInfo.InvariantCulture)) is { Length: > 0 } link)
            values[site.LinkMetaKey] = FieldContent.Of(link);
        return values.ToImmutable();
    }
}
