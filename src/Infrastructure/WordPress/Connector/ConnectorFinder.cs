using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.Connector;

/// <summary>Looks people up, by whatever is known of them, up to a hundred a request.</summary>
internal sealed class ConnectorFinder
{
    private readonly Lane _lane;
    private readonly ConnectorUserJson _json;
    private readonly TimeProvider _time;

    public ConnectorFinder(ConnectorClient client, WordPressSite site, SitePace pace, TimeProvider time)
    {
        (_json, _time) = (new ConnectorUserJson(site), time);
        string[] meta =
        [
            .. site
                .MetaKeys.Where(key => !UserTarget.IsCore(key) && !site.IsTags(key) && !site.IsLink(key))
                .Distinct(StringComparer.Ordinal),
        ];
        var route = new LaneRoute(
            "/users/find",
            RequestKind.Find,
            "people",
            () =>
                new JsonObject
                {
                    ["meta"] = new JsonArray([.. meta.Select(key => JsonValue.Create(key))]),
                    ["tags_key"] = site.TagsMetaKey,
                    ["link_key"] = site.LinkMetaKey,
                },
            MayRepeat: () => true
        );
        _lane = new Lane(client, route, pace, time);
    }

    /// <inheritdoc cref="IUsers.FindById"/>
    public async Task<User?> ById(long id, CancellationToken cancellationToken)
    {
        var (users, _) = await Find("id", () => id, cancellationToken);
        return users.FirstOrDefault(user => user.Id == id);
    }

    /// <inheritdoc cref="IUsers.FindByLink"/>
    public async Task<ImmutableArray<User>> ByLink(long contact, CancellationToken cancellationToken)
    {
        var (users, _) = await Find("link", () => contact, cancellationToken);
        return [.. users.Where(user => _json.IsLinked(user, contact))];
    }

    /// <inheritdoc cref="IUsers.FindByEmail"/>
    public async Task<UsersByEmail> ByEmail(string email, CancellationToken cancellationToken)
    {
        var (users, at) = await Find("email", () => email, cancellationToken);
        return new UsersByEmail(
            [.. users.Where(user => string.Equals(user.Email, email, StringComparison.OrdinalIgnoreCase))],
            at
        );
    }

    private async Task<(List<User> Users, DateTimeOffset At)> Find(
        string by,
        Func<JsonNode> value,
        CancellationToken cancellationToken
    )
    {
        var (result, at) = await _lane.Ask(null, () => new JsonObject { [by] = value() }, cancellationToken);
        // A list of which one element is not understood is not a complete answer: nobody may be taken for gone because of it.
        if (result.ValueKind != JsonValueKind.Array)
            throw new TransientException("wordpress: the list of users was not understood");
        var users = result
            .EnumerateArray()
            .Select(item => _json.Read(item) ?? throw new TransientException("wordpress: a user was not understood"))
            .ToList();
        return (users, at ?? _time.GetUtcNow());
    }
}
