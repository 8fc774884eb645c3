namespace CleanSync.Infrastructure.Sandbox;

/// <summary>A stored contact.</summary>
internal sealed class ContactRow(long id, DateTimeOffset created)
{
    public long Id { get; } = id;
    public DateTimeOffset Created { get; } = created;
    public DateTimeOffset Updated { get; set; } = created;
    public string Email { get; set; } = "";
    public string FirstName { get; set; } = "";
    public string LastName { get; set; } = "";
    public string Phone { get; set; } = "";
    public string OrganizationName { get; set; } = "";
    public bool Deleted { get; set; }
    public SortedDictionary<long, ValueRow> Values { get; } = [];
    public List<TagLinkRow> TagLinks { get; } = [];
    public SortedSet<long> Lists { get; } = [];
}

/// <summary>A stored value of a custom field.</summary>
internal sealed class ValueRow(long id, long contact, long field, DateTimeOffset created)
{
    public long Id { get; } = id;
    public long Contact { get; } = contact;
    public long Field { get; } = field;
    public DateTimeOffset Created { get; } = created;
    public DateTimeOffset Updated { get; set; } = created;
    public string Value { get; set; } = "";
}

/// <summary>A stored link between a contact and a tag.</summary>
internal sealed record TagLinkRow(long Id, long Contact, long Tag, DateTimeOffset Created);

/// <summary>A stored tag.</summary>
internal sealed record TagRow(long Id, string Name, string Description, DateTimeOffset Created);

/// <summary>A stored custom field.</summary>
internal sealed record FieldRow(
    long Id,
    string Title,
    string Type,
    string PersonalizationTag,
    IReadOnlyList<string> Options,
    DateTimeOffset Created
);

/// <summary>A stored webhook.</summary>
internal sealed record HookRow(
    long Id,
    string Name,
    string Url,
    IReadOnlyList<string> Events,
    IReadOnlyList<string> Sources,
    long List,
    DateTimeOffset Created
);
