namespace CleanSync.Infrastructure.Sandbox;

/// <summary>The rows of a sandbox account and the changes that ActiveCampaign makes to them. Not thread-safe by itself.</summary>
internal sealed class SandboxStore(TimeProvider time, SandboxBehaviour behaviour)
{
    private long _lastId;

    public SortedDictionary<long, ContactRow> Contacts { get; } = [];
    public Dictionary<string, long> ContactsByEmail { get; } = new(StringComparer.OrdinalIgnoreCase);
    public SortedDictionary<long, TagRow> Tags { get; } = [];
    public SortedDictionary<long, FieldRow> Fields { get; } = [];
    public SortedDictionary<long, HookRow> Hooks { get; } = [];
    public SortedDictionary<long, string> Lists { get; } = [];

    /// <summary>What has changed since it was last taken.</summary>
    public List<SandboxChangedEventArgs> Changes { get; } = [];

    // Dates are kept to the second, as the account keeps them.
    public DateTimeOffset Now =>
        new(time.GetUtcNow().Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, default);

    public ContactRow? Living(long id) => Contacts.TryGetValue(id, out var row) && !row.Deleted ? row : null;

    public ContactRow? ByEmail(string email) => ContactsByEmail.TryGetValue(email, out var id) ? Contacts[id] : null;

    public ContactRow Add(long? id = null)
    {
        var row = new ContactRow(id ?? NextId(Contacts), Now);
        Contacts.Add(row.Id, row);
        return row;
    }

    public void Rename(ContactRow row, string email)
    {
        if (ContactsByEmail.TryGetValue(row.Email, out var owner) && owner == row.Id)
            ContactsByEmail.Remove(row.Email);
        row.Email = email;
        if (email.Length > 0)
            ContactsByEmail[email] = row.Id;
    }

    public void Touch(ContactRow row, string source)
    {
        row.Updated = Now;
        Changes.Add(new SandboxChangedEventArgs("update", row.Id, null, source));
    }

    public ValueRow SetValue(ContactRow row, long field, string value)
    {
        if (!row.Values.TryGetValue(field, out var stored))
            row.Values[field] = stored = new ValueRow(++_lastId, row.Id, field, Now);
        stored.Value = value;
        stored.Updated = row.Updated = Now;
        return stored;
    }

    public TagLinkRow Link(ContactRow row, TagRow tag, string source)
    {
        if (row.TagLinks.Find(link => link.Tag == tag.Id) is { } existing)
            return existing;
        var link = new TagLinkRow(++_lastId, row.Id, tag.Id, Now);
        row.TagLinks.Add(link);
        row.Updated = Now;
        Changes.Add(new SandboxChangedEventArgs("contact_tag_added", row.Id, tag.Name, source));
        return link;
    }

    public bool Unlink(ContactRow row, Predicate<TagLinkRow> which, string source)
    {
        if (row.TagLinks.Find(which) is not { } link)
            return false;
        row.TagLinks.Remove(link);
        if (behaviour.RemovedTagMovesUpdate)
            row.Updated = Now;
        Changes.Add(new SandboxChangedEventArgs("contact_tag_removed", row.Id, Tags[link.Tag].Name, source));
        return true;
    }

    public void Delete(ContactRow row)
    {
        Rename(row, "");
        row.Email = FormattableString.Invariant($"deleted+{row.Id}@example.invalid");
        row.Deleted = true;
        row.Updated = Now;
    }

    public TagRow Tag(string name)
    {
        var tag = Tags.Values.FirstOrDefault(tag => string.Equals(tag.Name, name, StringComparison.OrdinalIgnoreCase));
        return tag ?? AddTag(name, "");
    }

    public TagRow AddTag(string name, string description)
    {
        var tag = new TagRow(NextId(Tags), name, description, Now);
        Tags.Add(tag.Id, tag);
        return tag;
    }

    public FieldRow? Field(string reference)
    {
        var name = reference.Trim().Trim('%');
        return Fields.Values.FirstOrDefault(field =>
            string.Equals(field.PersonalizationTag, name, StringComparison.OrdinalIgnoreCase)
        );
    }

    public FieldRow AddField(string title, string type, string tag, IReadOnlyList<string> options)
    {
        // As the account does it: upper case, no spaces.
        var name = (tag.Length > 0 ? tag : title).Trim('%').Replace(" ", "", StringComparison.Ordinal);
        var field = new FieldRow(NextId(Fields), title, type, name.ToUpperInvariant(), options, Now);
        Fields.Add(field.Id, field);
        return field;
    }

    public static long NextId<TRow>(SortedDictionary<long, TRow> rows) => rows.Count == 0 ? 1 : rows.Keys.Max() + 1;
}
