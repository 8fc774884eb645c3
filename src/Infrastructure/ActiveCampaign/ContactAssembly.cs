using System.Text.Json;
using System.Text.RegularExpressions;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>Makes the domain's contact of the rows of an answer.</summary>
internal sealed partial class ContactAssembly(AccountDefinitions definitions)
{
    /// <summary>Whether the account marks the contact as deleted; the row of a deleted contact may still be answered.</summary>
    public static bool IsGone(JsonElement row) => row.Flag("deleted") || DeletedEmail().IsMatch(row.Text("email"));

    /// <summary>
    /// Reads the definitions that several contacts need, once: were they not to be had, every contact would ask for them again.
    /// </summary>
    public async Task Prepare(
        IReadOnlyCollection<string> fields,
        IReadOnlyCollection<string> tags,
        CancellationToken cancellationToken
    )
    {
        await definitions.Fields(fields, cancellationToken);
        if (tags.Count > 0)
            await definitions.Tags(tags, cancellationToken);
    }

    /// <summary>Makes the contact.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="parts">Its rows, complete.</param>
    /// <param name="readAt">The sender's date.</param>
    /// <param name="alone">Whether the answer was about this contact only.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<Contact> Make(
        long id,
        ContactParts parts,
        DateTimeOffset? readAt,
        bool alone,
        CancellationToken cancellationToken
    )
    {
        var row = parts.Row;
        if (row.At("email") is null)
            throw AccountFault.Incomplete("a contact without email");
        return new Contact(
            id,
            row.Text("email").Trim(),
            row.Text("firstName"),
            row.Text("lastName"),
            row.Text("phone"),
            row.Text("orgname"),
            row.Moment("udate"),
            readAt,
            await Fields(parts.FieldValues, cancellationToken),
            await Tags(parts, cancellationToken),
            alone
        );
    }

    private async Task<IReadOnlyList<CustomField>> Fields(
        IReadOnlyCollection<JsonElement> rows,
        CancellationToken cancellationToken
    )
    {
        var values = rows.Where(row => row.Id("field") is not null)
            .OrderBy(row => row.Id("id"))
            .ToDictionaryByLast(row => row.Text("field"));
        var fields = await definitions.Fields(values.Keys, cancellationToken);
        return
        [
            .. fields.All.Select(field => new CustomField(
                field.Id,
                field.PersonalizationTag,
                values.TryGetValue(field.Id, out var row) ? Value(row) : "",
                row.Moment("udate") ?? row.Moment("cdate")
            )),
        ];
    }

    // Several choices come as ||a||b||; should they ever come as a list, an empty text would look like cleared.
    private static string Value(JsonElement row) =>
        row.Rows("value") is { } choices
            ? string.Concat(choices.Select(choice => "||" + choice.AsText())) + (choices.Count > 0 ? "||" : "")
            : row.Text("value");

    private async Task<IReadOnlySet<string>> Tags(ContactParts parts, CancellationToken cancellationToken)
    {
        var ids = parts
            .TagLinks.Select(link => link.Id("tag") is null ? throw Nameless() : link.Text("tag"))
            .ToHashSet(StringComparer.Ordinal);
        var unnamed = ids.Where(id => string.IsNullOrWhiteSpace(parts.TagNames.GetValueOrDefault(id))).ToList();
        var listed = unnamed.Count > 0 ? await definitions.Tags(unnamed, cancellationToken) : parts.TagNames;
        return ids.Select(id => Name(parts.TagNames, id) ?? Name(listed, id) ?? throw Nameless())
            .ToHashSet(StringComparer.Ordinal);
    }

    private static string? Name(IReadOnlyDictionary<string, string> names, string id) =>
        names.GetValueOrDefault(id) is { } name && !string.IsNullOrWhiteSpace(name) ? name : null;

    private static TransientException Nameless() => AccountFault.Incomplete("a tag without name");

    [GeneratedRegex(
        @"^deleted\+\d+@",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex DeletedEmail();
}
