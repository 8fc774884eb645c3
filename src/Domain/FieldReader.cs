using System.Globalization;

namespace CleanSync.Domain;

/// <summary>Reads a contact's values as a mapping understands them.</summary>
internal static class FieldReader
{
    // Accepted besides ISO 8601, since number and date fields are filled by hand and by imports.
    private static readonly string[] DateFormats =
    [
        "yyyy-MM-dd",
        "yyyy-MM-dd HH:mm:ss",
        "yyyy-MM-dd'T'HH:mm:ss",
        "yyyy-MM-dd'T'HH:mm",
    ];

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
        var name = source.Trim('%');
        foreach (var field in contact.Fields)
        {
            if (
                string.Equals(field.Id, name, StringComparison.Ordinal)
                || string.Equals(field.PersonalizationTag, name, StringComparison.OrdinalIgnoreCase)
            )
                return field.Value;
        }
        return null;
    }

    /// <summary>The content that a mapping asks for; an error code instead when it cannot be had.</summary>
    public static (FieldContent? Content, string? Error) Read(Contact contact, FieldMapping mapping)
    {
        if (Raw(contact, mapping.Source) is not { } raw)
            return (null, "field_unknown");
        if (mapping.Kind == FieldKind.List)
            return (FieldContent.Of(Choices(raw).Select(Markup.Remove)), null);
        if (IsBlank(raw))
            return (FieldContent.Of(""), null);
        var text = mapping.Kind switch
        {
            FieldKind.Html => raw,
            FieldKind.Date => Date(raw)?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            FieldKind.DateTime => Date(raw)?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            FieldKind.Number => Number(raw),
            FieldKind.Checkbox => "1",
            _ => Text(raw, mapping.Target),
        };
        return text is null ? (null, "value_unreadable") : (FieldContent.Of(text), null);
    }

    private static string Text(string raw, string target)
    {
        var text = Markup.Remove(raw).Trim();
        // WordPress stores these core fields as one line; asking for anything else would differ for ever.
        return target is UserTarget.FirstName or UserTarget.LastName or UserTarget.DisplayName or UserTarget.Nickname
            ? Markup.OneLine(text)
            : text;
    }

    private static bool IsBlank(string raw) => raw.Trim().Trim('|').Trim().Length == 0;

    private static string[] Choices(string raw) =>
        raw.Split("||", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    // A date without a clock time is that day wherever it is read; one with an offset is a moment.
    private static DateTimeOffset? Date(string raw) =>
        DateTimeOffset.TryParseExact(
            raw.Trim(),
            DateFormats,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var plain
        )
            ? plain
        : DateTimeOffset.TryParse(
            raw.Trim(),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var moment
        )
            ? moment
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
