using System.Globalization;

namespace CleanSync.Domain;

/// <summary>Reads a contact's values as a mapping understands them.</summary>
internal static class FieldReader
{
    // Date fields are filled by hand and by imports. No form without year, month and day: those would be read by today's date.
    private static readonly string[] DateFormats =
    [
        "yyyy-M-d",
        "yyyy/M/d",
        "M/d/yyyy",
        "yyyy-M-d H:mm",
        "yyyy-M-d H:mm:ss",
        "M/d/yyyy H:mm",
        "M/d/yyyy H:mm:ss",
        "yyyy-M-d H:mm:sszzz",
        "yyyy-M-d'T'H:mmK",
        "yyyy-M-d'T'H:mm:ssK",
        "yyyy-M-d'T'H:mm:ss.FFFFFFFK",
    ];

    /// <summary>Whether a source is a property that every contact has.</summary>
    public static bool IsProperty(string source) =>
        source is "email" or "firstName" or "lastName" or "phone" or "orgname";

    /// <summary>The raw value of a source; null when the account defines no such field.</summary>
    /// <param name="contact">The contact.</param>
    /// <param name="source">A property, <c>%PERSTAG%</c>, personalization tag or field id.</param>
    public static string? Raw(Contact contact, string source)
    {
        switch (source)
        {
            case "email":
                return contact.Email.Trim();
            case "firstName":
                return contact.FirstName;
            case "lastName":
                return contact.LastName;
            case "phone":
                return contact.Phone;
            case "orgname":
                return contact.OrganizationName;
        }
        return Field(contact, source)?.Value;
    }

    /// <summary>The custom field of a source; null when the account defines no such field, or the source is a property.</summary>
    public static CustomField? Field(Contact contact, string source)
    {
        var name = source.Trim('%');
        foreach (var field in contact.Fields)
        {
            if (
                string.Equals(field.Id, name, StringComparison.Ordinal)
                || string.Equals(field.PersonalizationTag, name, StringComparison.OrdinalIgnoreCase)
            )
                return IsProperty(source) ? null : field;
        }
        return null;
    }

    /// <summary>The content that a mapping asks for; an error code instead when it cannot be had.</summary>
    public static (FieldContent? Content, string? Error) Read(Contact contact, FieldMapping mapping)
    {
        if (Raw(contact, mapping.Source) is not { } raw)
            return (null, "field_unknown");
        if (mapping.Kind == FieldKind.List)
            return (FieldContent.Of(Choices(raw).Select(PlainText.Of)), null);
        if (IsBlank(raw, mapping.Kind))
            return (FieldContent.Of(""), null);
        var text = mapping.Kind switch
        {
            FieldKind.Date => Date(raw)?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            FieldKind.DateTime => Date(raw)?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            FieldKind.Number => Number(raw),
            FieldKind.Checkbox => "1",
            _ => Text(raw, mapping),
        };
        return text is null ? (null, "value_unreadable") : (FieldContent.Of(text), null);
    }

    // WordPress keeps no markup in names and web addresses, whatever the mapping says.
    private static string? Text(string raw, FieldMapping mapping) =>
        mapping.Target switch
        {
            UserTarget.FirstName or UserTarget.LastName or UserTarget.DisplayName or UserTarget.Nickname =>
                PlainText.Line(raw),
            UserTarget.Url => PlainText.WebAddress(raw),
            _ when mapping.Kind == FieldKind.Html => Markup.Readable(raw),
            UserTarget.Description => PlainText.Paragraphs(raw),
            _ => PlainText.Of(raw),
        };

    // A zero date is how databases say that there is none.
    private static bool IsBlank(string raw, FieldKind kind) =>
        raw.Trim().Trim('|').Trim().Length == 0
        || kind is FieldKind.Date or FieldKind.DateTime
            && raw.Trim().StartsWith("0000-00-00", StringComparison.Ordinal);

    private static string[] Choices(string raw) =>
        raw.Split("||", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    // A date without a clock time is that day wherever it is read; one with an offset is a moment.
    private static DateTimeOffset? Date(string raw) =>
        DateTimeOffset.TryParseExact(
            raw.Trim(),
            DateFormats,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var date
        )
            ? date
            : null;

    private static string? Number(string raw) =>
        decimal.TryParse(
            raw.Trim(),
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number.ToString(CultureInfo.InvariantCulture)
            : null;
}
