using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Batching;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.CoreRest;

/// <summary>
/// Finds users. Always with context=edit: without it a site that did not accept the credentials answers 200 with the authors
/// of public posts, and everybody else would seem not to exist.
/// </summary>
internal sealed class UserReader
{
    private const int PageSize = 100;
    private readonly RestClient _client;
    private readonly Kept<SiteSchema> _schema;
    private readonly UserJson _json;
    private readonly TimeProvider _time;
    private readonly string _tagsKey;
    private readonly Batcher<long, User?> _byId;

    public UserReader(RestClient client, Kept<SiteSchema> schema, WordPressSite site, TimeProvider time)
    {
        (_client, _schema, _time, _tagsKey) = (client, schema, time, site.TagsMetaKey);
        _json = new UserJson(site);
        _byId = new(ReadMany, PageSize, TimeSpan.FromMilliseconds(4), TimeSpan.FromMilliseconds(20), time);
    }

    /// <summary>Gathers up to 100 ids into one request.</summary>
    public Task<User?> FindById(long id, CancellationToken cancellationToken) => _byId.Ask(id, cancellationToken);

    /// <summary>
    /// Searches and keeps what is equal: the search is for a part, ann@ finds joann@ too, and the right one may stand on a later
    /// page (<c>WP_User_Query::prepare_query</c>).
    /// </summary>
    public async Task<UsersByEmail> FindByEmail(string email, CancellationToken cancellationToken)
    {
        var schema = await _schema.Get(cancellationToken);
        // An ampersand is stored as an entity (wp_filter_kses on pre_user_email), so the search is for what follows it.
        var term = email[(email.LastIndexOf('&') + 1)..];
        var found = ImmutableArray.CreateBuilder<User>();
        for (var page = 1; ; page++)
        {
            var query = string.Create(
                CultureInfo.InvariantCulture,
                $"context=edit&per_page={PageSize}&page={page}&orderby=id&search={Uri.EscapeDataString(term)}&{UserJson.Fields}"
            );
            var answer = await _client.Get("/wp/v2/users", query, cancellationToken);
            var users = ReadList(answer, schema.StoresTags(_tagsKey));
            found.AddRange(users.Where(user => string.Equals(user.Email, email, StringComparison.OrdinalIgnoreCase)));
            if (users.Count < PageSize || page >= (answer.Pages ?? int.MaxValue))
                return new UsersByEmail(found.ToImmutable(), answer.Date ?? _time.GetUtcNow());
        }
    }

    /// <summary>Reads the user that a write answered with; null when there is none in it.</summary>
    public async Task<User?> ReadOne(RestAnswer answer, CancellationToken cancellationToken) =>
        answer.Json is { } json ? _json.Read(json, (await _schema.Get(cancellationToken)).StoresTags(_tagsKey)) : null;

    private async Task<IReadOnlyList<BatchAnswer<User?>>> ReadMany(IReadOnlyList<long> ids)
    {
        var schema = await _schema.Get(CancellationToken.None);
        var include = string.Join(',', ids.Distinct().Select(id => id.ToString(CultureInfo.InvariantCulture)));
        var answer = await _client.GetList(
            $"context=edit&per_page={PageSize}&include={include}&{UserJson.Fields}",
            ids.Count,
            CancellationToken.None
        );
        var users = ReadList(answer, schema.StoresTags(_tagsKey)).ToDictionary(user => user.Id);
        return [.. ids.Select(id => new BatchAnswer<User?>(users.GetValueOrDefault(id)))];
    }

    // A list of which one element is not understood is not a complete answer: nobody may be taken for gone because of it.
    private List<User> ReadList(RestAnswer answer, bool storesTags)
    {
        if (answer.Json is not { ValueKind: JsonValueKind.Array } list)
            throw RestFaults.Misshapen(answer, "the list of users");
        return
        [
            .. list.EnumerateArray()
                .Select(item => _json.Read(item, storesTags) ?? throw RestFaults.Misshapen(answer, "a user")),
        ];
    }
}
