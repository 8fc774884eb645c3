using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using CleanSync.Application.Ports;

namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>
/// Lists contacts in the order of their ids, each page beginning after the last id of the one before: contacts that come and go meanwhile
/// shift nothing. What the answer holds is checked against what was asked for, since some accounts ignore a filter
/// (https://developers.activecampaign.com/reference/list-all-contacts).
/// </summary>
internal sealed class ContactListing(AccountClient client, TimeProvider time)
{
    /// <summary>A contact may be this much older than asked for: clocks differ a little, and dates are cut to seconds.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(60);

    // The account writes its times in US Central time with their offset. A reader that ignores offsets understands those too.
    private static readonly TimeZoneInfo AccountZone = TimeZoneInfo.TryFindSystemTimeZoneById(
        "America/Chicago",
        out var zone
    )
        ? zone
        : TimeZoneInfo.Utc;

    private readonly ConcurrentDictionary<(string Kind, string Name), string> _ids = [];

    /// <inheritdoc cref="IContacts.List"/>
    public async Task<ContactPage> Page(ContactQuery query, long after, CancellationToken cancellationToken)
    {
        var tag = query switch
        {
            ContactQuery.WithTag with => with.Tag,
            ContactQuery.UpdatedSince since => since.Tag,
            _ => null,
        };
        var tagId = tag is null ? null : await Id("tag", tag, after, cancellationToken);
        var filter = query switch
        {
            ContactQuery.OnList on => $"&listid={await Id("list", on.List, after, cancellationToken)}",
            ContactQuery.UpdatedSince since =>
                $"&{Uri.EscapeDataString("filters[updated_after]")}={Written(since.When)}",
            _ => "",
        };
        if (tagId is not null)
            filter += $"&tagid={tagId}&include=contactTags";
        var path = string.Create(
            CultureInfo.InvariantCulture,
            $"contacts?status=-1&{Uri.EscapeDataString("orders[id]")}=ASC&id_greater={after}{filter}&limit={Paging.PageSize}"
        );
        var answer = await client.Get(path, cancellationToken);
        if (answer.NotFound)
            throw AccountFault.Incomplete("list not found");
        var body = answer.Succeeded().Body;
        var rows = body.Rows("contacts") ?? throw AccountFault.Unreadable();
        var contacts = rows.Select(Read).ToList();
        if (contacts.Exists(contact => contact.Id <= after))
            throw Ignored("id_greater");
        if (query is ContactQuery.UpdatedSince asked && contacts.Exists(old => old.UpdatedAt < asked.When - Tolerance))
            throw Ignored("filters[updated_after]");
        var total = body.Total();
        var isLast = total is { } all ? contacts.Count >= all : contacts.Count < Paging.PageSize;
        if (!isLast && contacts.Count == 0)
            throw AccountFault.Incomplete("the list ends too early");
        var ordered = contacts.OrderBy(contact => contact.Id).ToList();
        // The next page begins after the last of this one.
        if (!isLast && !ordered.SequenceEqual(contacts))
            throw Ignored("orders[id]");
        contacts = ordered;
        if (tagId is not null)
            contacts = WithTag(contacts, body, tagId);
        return new ContactPage(contacts, answer.Date ?? time.GetUtcNow(), total, isLast);
    }

    private static ListedContact Read(JsonElement row) =>
        new(row.Id("id") ?? throw AccountFault.Incomplete("a contact without id"), row.Moment("udate"));

    // The links tell whether the filter was heeded.
    private static List<ListedContact> WithTag(List<ListedContact> contacts, JsonElement body, string tagId)
    {
        if (contacts.Count == 0)
            return contacts;
        var links =
            body.Rows("contactTags")
            ?? throw new PermanentException(
                "activecampaign: the account lists no tags with contacts (include=contactTags)"
            );
        var tagged = links
            .Where(link => string.Equals(link.Text("tag"), tagId, StringComparison.Ordinal))
            .Select(link => link.Id("contact"))
            .ToHashSet();
        return contacts.TrueForAll(contact => tagged.Contains(contact.Id)) ? contacts : throw Ignored("tagid");
    }

    // Looked up for the first page of a run, and remembered for the others.
    private async Task<string> Id(string kind, string wanted, long after, CancellationToken cancellationToken)
    {
        if (after > 0 && _ids.TryGetValue((kind, wanted), out var known))
            return known;
        var isTag = string.Equals(kind, "tag", StringComparison.Ordinal);
        var property = isTag ? "tag" : "name";
        var rows = await Paging.All(client, kind + "s", kind + "s", cancellationToken);
        // An account tells names apart without regard to case. A list may be named by its id as well; a name goes first.
        var found = rows.FirstOrDefault(row =>
            string.Equals(row.Text(property).Trim(), wanted.Trim(), StringComparison.OrdinalIgnoreCase)
        );
        if (found.ValueKind == JsonValueKind.Undefined && !isTag)
            found = rows.FirstOrDefault(row => string.Equals(row.Text("id"), wanted.Trim(), StringComparison.Ordinal));
        return found.ValueKind == JsonValueKind.Undefined
            ? throw new PermanentException($"activecampaign: there is no {kind} '{wanted}'")
            : _ids[(kind, wanted)] = found.Text("id");
    }

    private static string Written(DateTimeOffset when) =>
        Uri.EscapeDataString(
            TimeZoneInfo
                .ConvertTime(when, AccountZone)
                .ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture)
        );

    private static PermanentException Ignored(string filter) => new($"activecampaign: the account ignores {filter}");
}
