using System.Text.Json;

namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>The custom fields that an account defines.</summary>
internal sealed class FieldDefinitions
{
    private readonly Dictionary<string, FieldDefinition> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FieldDefinition> _byTag = new(StringComparer.OrdinalIgnoreCase);

    private FieldDefinitions(IReadOnlyList<FieldDefinition> all)
    {
        All = all;
        foreach (var field in all)
        {
            _byId[field.Id] = field;
            _byTag.TryAdd(field.PersonalizationTag, field);
        }
    }

    /// <summary>Every field, in the account's order.</summary>
    public IReadOnlyList<FieldDefinition> All { get; }

    /// <summary>Reads the rows of <c>/fields</c>.</summary>
    public static FieldDefinitions Read(IEnumerable<JsonElement> rows) =>
        new([
            .. rows.Select(row => new FieldDefinition(
                row.Text("id"),
                row.Text("perstag").Trim().Trim('%').ToUpperInvariant()
            )),
        ]);

    /// <summary>The field that a reference names: an id, or a personalization tag with or without percent signs.</summary>
    public FieldDefinition? Find(string reference)
    {
        var name = reference.Trim();
        if (_byId.TryGetValue(name, out var byId))
            return byId;
        name = name.Trim('%');
        return name.Length > 0 && _byTag.TryGetValue(name, out var byTag) ? byTag : null;
    }
}

/// <summary>One custom field.</summary>
/// <param name="Id">Its id, as digits.</param>
/// <param name="PersonalizationTag">Upper case, without percent signs.</param>
internal sealed record FieldDefinition(string Id, string PersonalizationTag);
