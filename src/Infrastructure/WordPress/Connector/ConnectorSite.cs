using System.Collections.Immutable;
using System.Text.Json;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.Connector;

/// <summary>What the connector says of the site (<c>GET /site</c>).</summary>
/// <param name="Roles">All roles of the blog.</param>
/// <param name="Meta">The user meta that is registered, with its type.</param>
/// <param name="Locales">The locales that are installed.</param>
/// <param name="HasLocks">Whether creations are guarded by a lock of the database, so that one may be sent again.</param>
internal sealed record ConnectorSite(
    ImmutableArray<Role> Roles,
    IReadOnlyDictionary<string, string> Meta,
    IReadOnlySet<string>? Locales,
    bool HasLocks
)
{
    private const int Protocol = 1;

    /// <summary>Asks for it.</summary>
    /// <exception cref="SiteHeldException">The connector is of another generation than this release.</exception>
    public static async Task<ConnectorSite> Ask(ConnectorClient client, CancellationToken cancellationToken)
    {
        var answer = await client.Site(cancellationToken);
        if (answer.Json is not { } json || json.Number("protocol") is not { } protocol)
            throw RestFaults.Misshapen(answer, "the description of the site");
        if (protocol != Protocol)
        {
            var remedy =
                protocol > Protocol ? "update CleanSync" : "update the plugin to the one that came with CleanSync";
            throw new SiteHeldException(
                $"wordpress: the CleanSync plugin speaks protocol {protocol}, this release {Protocol}; {remedy}"
            );
        }
        return new ConnectorSite(
            [.. json.Items("roles").Select(ReadRole).OfType<Role>()],
            json.Members("meta")
                .ToImmutableDictionary(
                    meta => meta.Name,
                    meta => meta.Value.Text("type") ?? "string",
                    StringComparer.Ordinal
                ),
            json.Part("locales") is { ValueKind: JsonValueKind.Array }
                ? json.Texts("locales").ToImmutableHashSet(StringComparer.Ordinal)
                : null,
            json.Flag("locks") == true
        );
    }

    /// <summary>The same as the port tells it.</summary>
    public DirectoryAbilities Abilities(WordPressSite site) =>
        new(null, StoresTags: true, Locales)
        {
            Via = "the CleanSync plugin",
            SearchesLinks = true,
            ComparesPasswords = true,
            TellsFirstLogin = true,
            KnownMeta = Meta.Where(meta => !site.IsTags(meta.Key) && !site.IsLink(meta.Key))
                .ToImmutableDictionary(
                    meta => meta.Key,
                    meta => meta.Value is "array" ? MetaShape.List : MetaShape.Single,
                    StringComparer.Ordinal
                ),
            Notices = HasLocks ? [] : [new Warning("no_database_locks")],
        };

    /// <summary>Whether a key is registered as something that an empty text is no value of.</summary>
    public bool IsNumeric(string key) => Meta.GetValueOrDefault(key) is "integer" or "number" or "boolean";

    private static Role? ReadRole(JsonElement json) =>
        json.Text("slug") is { Length: > 0 } slug
            ? new Role(
                slug,
                json.Text("name") ?? slug,
                json.Texts("capabilities").ToImmutableHashSet(StringComparer.Ordinal)
            )
            {
                // One that is not said to be harmless is not.
                IsPrivileged = json.Flag("privileged") != false,
            }
            : null;
}
