using System.Text.Json;

namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>
/// One answer of <c>/contacts</c> with sideloads, taken apart by contact. Nothing is taken from position: rows are joined by the
/// contact id that they carry, and counted against the list that the contact itself carries.
/// </summary>
internal sealed class ContactList
{
    private readonly Dictionary<long, JsonElement> _contacts;
    private readonly ILookup<long, JsonElement>? _values;
    private readonly ILookup<long, JsonElement>? _links;
    private readonly Dictionary<string, string> _tagNames;

    private ContactList(JsonElement body, IReadOnlyList<JsonElement> contacts)
    {
        _contacts = contacts.Where(row => row.Id("id") is not null).ToDictionaryByLast(row => row.Id("id")!.Value);
        _values = body.Rows("fieldValues")?.ToLookup(row => row.Id("contact") ?? 0);
        _links = body.Rows("contactTags")?.ToLookup(row => row.Id("contact") ?? 0);
        _tagNames = (body.Rows("tags") ?? [])
            .ToDictionaryByLast(row => row.Text("id"))
            .ToDictionary(pair => pair.Key, pair => pair.Value.Text("tag"), StringComparer.Ordinal);
    }

    /// <summary>
    /// Whether the answer holds no sideloads although it holds contacts: the account leaves them out, for every contact.
    /// </summary>
    public bool LacksSideloads =>
        _contacts.Count > 0
        && (
            _values is null
            || _links is null
            || _contacts.Values.All(row => row.Rows("contactTags") is null || row.Rows("fieldValues") is null)
        );

    /// <summary>The ids of all fields that the answer holds values of.</summary>
    public IReadOnlyCollection<string> FieldIds => Ids(_values, "field");

    /// <summary>The ids of all tags that the answer links without telling their names.</summary>
    public IReadOnlyCollection<string> NamelessTagIds =>
        [.. Ids(_links, "tag").Where(id => string.IsNullOrWhiteSpace(_tagNames.GetValueOrDefault(id)))];

    /// <summary>Reads an answer.</summary>
    public static ContactList Read(JsonElement body) =>
        new(body, body.Rows("contacts") ?? throw AccountFault.Unreadable());

    /// <summary>The row of a contact; null when the answer does not hold it.</summary>
    public JsonElement? Row(long id) => _contacts.TryGetValue(id, out var row) ? row : null;

    /// <summary>The contact's field values and tag links; null unless every one that it lists is there.</summary>
    public ContactParts? Parts(long id) =>
        Row(id) is { } row
        && Joined(row, "fieldValues", _values, id) is { } values
        && Joined(row, "contactTags", _links, id) is { } links
        && links.TrueForAll(link => link.Id("tag") is not null)
            ? new ContactParts(row, values, links, _tagNames)
            : null;

    private static HashSet<string> Ids(ILookup<long, JsonElement>? rows, string name) =>
        [.. (rows ?? Empty).SelectMany(group => group).Select(row => row.Text(name)).Where(id => id.Length > 0)];

    private static ILookup<long, JsonElement> Empty { get; } = Array.Empty<JsonElement>().ToLookup(static _ => 0L);

    private static List<JsonElement>? Joined(JsonElement row, string name, ILookup<long, JsonElement>? rows, long id) =>
        rows is not null
        && row.Rows(name) is { } listed
        && rows[id].ToList() is var joined
        && joined
            .Select(part => part.Text("id"))
            .ToHashSet(StringComparer.Ordinal)
            .SetEquals(listed.Select(part => part.AsText()))
        && joined.Count == listed.Count
            ? joined
            : null;
}

/// <summary>Everything that one contact is made of.</summary>
/// <param name="Row">The contact's own row.</param>
/// <param name="FieldValues">Its field values, all of them.</param>
/// <param name="TagLinks">Its tag links, all of them.</param>
/// <param name="TagNames">Names of tags by id, as far as the answer told them.</param>
internal sealed record ContactParts(
    JsonElement Row,
    IReadOnlyCollection<JsonElement> FieldValues,
    IReadOnlyCollection<JsonElement> TagLinks,
    IReadOnlyDictionary<string, string> TagNames
);
