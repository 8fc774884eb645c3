using System.Text.Json.Nodes;

namespace CleanSync.Infrastructure.Sandbox;

/// <summary>The list of contacts: filters, order, pages and sideloads. Filters that it does not know are ignored.</summary>
internal sealed class SandboxContactList(SandboxStore store, SandboxShapes shapes, SandboxBehaviour behaviour)
{
    public JsonObject Answer(SandboxQuery query)
    {
        var ids = query.Ids();
        var found = Ordered(Candidates(query, ids).Where(row => !row.Deleted && Matches(row, query)), query).ToList();
        var limit = ids is not null && !behaviour.LimitCutsIds ? int.MaxValue : query.Limit;
        var page = found.Skip(query.Offset).Take(limit).Select(row => (Row: row, Json: shapes.Contact(row))).ToList();

        var answer = new JsonObject { ["scoreValues"] = new JsonArray() };
        AddValues(answer, query.Includes, page);
        AddTags(answer, query.Includes, page);
        answer["contacts"] = SandboxShapes.Array(page.Select(item => item.Json));
        answer["meta"] = new JsonObject
        {
            ["total"] = SandboxShapes.Text(found.Count),
            ["sortable"] = true,
            ["page_input"] = new JsonObject
            {
                ["segmentid"] = 0,
                ["formid"] = 0,
                ["listid"] = query.Id("listid") ?? 0,
                ["tagid"] = query.Id("tagid") ?? 0,
                ["limit"] = query.Limit,
                ["offset"] = query.Offset,
                ["search"] = null,
                ["status"] = query.Int("status") ?? -1,
                ["forceQuery"] = 0,
            },
        };
        return answer;
    }

    /// <summary>Adds tag links, and the tags themselves, where the includes name them.</summary>
    public void AddTags(
        JsonObject answer,
        IReadOnlySet<string> includes,
        IReadOnlyList<(ContactRow Row, JsonObject Json)> page
    )
    {
        if (!includes.Contains("contactTags"))
            return;
        var links = page.SelectMany(item => item.Row.TagLinks).ToList();
        answer["contactTags"] = SandboxShapes.Array(links.Select(SandboxShapes.TagLink));
        foreach (var (row, json) in page)
            json["contactTags"] = Ids(row.TagLinks.Select(link => link.Id));
        if (includes.Contains("contactTags.tag"))
        {
            var tags = links.Select(link => link.Tag).Distinct().Select(id => SandboxShapes.Tag(store.Tags[id]));
            answer["tags"] = SandboxShapes.Array(tags);
        }
    }

    public static JsonArray Ids(IEnumerable<long> ids) =>
        SandboxShapes.Array(ids.Select(id => (JsonNode)SandboxShapes.Text(id)));

    private static void AddValues(
        JsonObject answer,
        IReadOnlySet<string> includes,
        IReadOnlyList<(ContactRow Row, JsonObject Json)> page
    )
    {
        if (!includes.Contains("fieldValues"))
            return;
        answer["fieldValues"] = SandboxShapes.Array(
            page.SelectMany(item => item.Row.Values.Values).Select(SandboxShapes.Value)
        );
        foreach (var (row, json) in page)
            json["fieldValues"] = Ids(row.Values.Values.Select(value => value.Id));
    }

    // The ways that storms take must not walk through every contact.
    private IEnumerable<ContactRow> Candidates(SandboxQuery query, IReadOnlySet<long>? ids)
    {
        if (ids is not null)
            return ids.Select(id => store.Contacts.GetValueOrDefault(id)).OfType<ContactRow>();
        return Email(query) is { } email ? new[] { store.ByEmail(email) }.OfType<ContactRow>() : store.Contacts.Values;
    }

    private static string? Email(SandboxQuery query) => query.Text("email") ?? query.Text("filters[email]");

    private static bool Matches(ContactRow row, SandboxQuery query) =>
        Contains(row.Email, query.Text("email_like"))
        && (
            Contains(row.Email, query.Text("search"))
            || Contains(row.FirstName, query.Text("search"))
            || Contains(row.LastName, query.Text("search"))
        )
        && (query.Id("tagid") is not { } tag || row.TagLinks.Exists(link => link.Tag == tag))
        && (query.Id("listid") is not { } list || row.Lists.Contains(list))
        && (query.Id("id_greater") is not { } greater || row.Id > greater)
        && (query.Id("id_less") is not { } less || row.Id < less)
        && (query.Moment("filters[updated_after]") is not { } after || row.Updated > after)
        && (query.Moment("filters[updated_before]") is not { } before || row.Updated < before)
        && (query.Moment("filters[created_after]") is not { } since || row.Created > since);

    private static bool Contains(string text, string? part) =>
        part is null || text.Contains(part, StringComparison.OrdinalIgnoreCase);

    // Newest first unless asked otherwise.
    private static IEnumerable<ContactRow> Ordered(IEnumerable<ContactRow> rows, SandboxQuery query)
    {
        (string Key, Func<ContactRow, IComparable> Of)[] orders =
        [
            ("orders[id]", row => row.Id),
            ("orders[cdate]", row => row.Created),
            ("orders[email]", row => row.Email),
            ("orders[first_name]", row => row.FirstName),
            ("orders[last_name]", row => row.LastName),
        ];
        foreach (var (key, of) in orders)
        {
            if (query.Text(key) is { } direction)
                return direction.Equals("ASC", StringComparison.OrdinalIgnoreCase)
                    ? rows.OrderBy(of)
                    : rows.OrderByDescending(of);
        }
        return rows.OrderByDescending(row => row.Id);
    }
}
