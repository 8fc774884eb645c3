using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace CleanSync.Domain;

/// <summary>Decides which mapped values are written: those that differ, that the site can store, and that WordPress would keep whole.</summary>
internal static class ValuePlan
{
    // Column lengths of wp_users. WordPress answers success to longer values and keeps nothing of them.
    private const int LongestDisplayName = 250;
    private const int LongestUrl = 100;

    /// <summary>The values of a new user.</summary>
    public static ImmutableDictionary<string, FieldContent> ForNew(
        Sighting seen,
        SiteRules rules,
        List<Warning> warnings
    )
    {
        var values = For(ImmutableDictionary<string, FieldContent>.Empty, seen, rules, warnings);
        // WordPress makes the display name of both names and creates nobody when that is too long.
        foreach (var target in (ReadOnlySpan<string>)[UserTarget.LastName, UserTarget.FirstName])
        {
            if (Length(values, UserTarget.FirstName) + Length(values, UserTarget.LastName) + 1 <= LongestDisplayName)
                break;
            values = values.Remove(target);
            warnings.Add(new Warning("value_too_long", target));
        }
        return values;
    }

    /// <summary>The differences to what stands there.</summary>
    public static ImmutableDictionary<string, FieldContent> For(
        IReadOnlyDictionary<string, FieldContent> current,
        Sighting seen,
        SiteRules rules,
        List<Warning> warnings
    )
    {
        var values = ImmutableDictionary.CreateBuilder<string, FieldContent>(StringComparer.Ordinal);
        foreach (var mapping in rules.Fields)
        {
            if (string.Equals(mapping.Target, UserTarget.Email, StringComparison.Ordinal))
                continue;
            var (content, error) = FieldReader.Read(seen.Contact, mapping);
            if (content is null || (error ??= Refusal(mapping.Target, content, seen.Abilities)) is not null)
            {
                if (content is not { IsEmpty: true } || mapping.Clear)
                    warnings.Add(new Warning(error!, error is "field_unknown" ? mapping.Source : mapping.Target));
                continue;
            }
            if (LeavesAsIs(content, mapping))
                continue;
            content = InShape(content, mapping.Target, seen.Abilities);
            // Of several mappings to one target the last one holds, also when its value stands there already.
            if (Stands(content, current.GetValueOrDefault(mapping.Target)))
                values.Remove(mapping.Target);
            else
                values[mapping.Target] = content;
        }
        CopyLink(current, seen, rules, values);
        return values.ToImmutable();
    }

    // Only where the site keeps it: nothing depends on the copy, so its absence is no warning.
    private static void CopyLink(
        IReadOnlyDictionary<string, FieldContent> current,
        Sighting seen,
        SiteRules rules,
        ImmutableDictionary<string, FieldContent>.Builder values
    )
    {
        if (rules.LinkCopy is not { } key || seen.Abilities.WritableMeta?.ContainsKey(key) == false)
            return;
        var id = FieldContent.Of(seen.Contact.Id.ToString(CultureInfo.InvariantCulture));
        if (!InShape(id, key, seen.Abilities).SameAs(current.GetValueOrDefault(key)))
            values[key] = InShape(id, key, seen.Abilities);
    }

    // WordPress puts the username where these names would be empty, or "0", which PHP takes for empty.
    private static bool LeavesAsIs(FieldContent content, FieldMapping mapping) =>
        content.IsEmpty && !mapping.Clear
        || mapping.Target is UserTarget.DisplayName or UserTarget.Nickname
            && content is FieldContent.Text { Value: "" or "0" };

    // What stands there was read with its entities decoded; markup that is kept may hold some.
    private static bool Stands(FieldContent content, FieldContent? current) =>
        content.SameAs(current)
        || content is FieldContent.Text text && FieldContent.Of(WebUtility.HtmlDecode(text.Value)).SameAs(current);

    private static string? Refusal(string target, FieldContent content, DirectoryAbilities abilities)
    {
        var text = (content as FieldContent.Text)?.Value ?? "";
        if (UserTarget.IsCore(target))
        {
            return target switch
            {
                UserTarget.DisplayName when text.Length > LongestDisplayName => "value_too_long",
                UserTarget.Url when text.Length > LongestUrl => "value_too_long",
                UserTarget.Locale when text.Length > 0 && abilities.Locales?.Contains(text) == false =>
                    "locale_not_installed",
                _ => null,
            };
        }
        if (abilities.WritableMeta is not { } writable)
            return null;
        if (!writable.TryGetValue(target, out var shape))
            return "meta_not_registered";
        return content is FieldContent.Items && shape == MetaShape.Single ? "meta_not_a_list" : null;
    }

    private static FieldContent InShape(FieldContent content, string target, DirectoryAbilities abilities) =>
        content is FieldContent.Text text
        && (abilities.WritableMeta ?? abilities.KnownMeta).GetValueOrDefault(target) == MetaShape.List
            ? FieldContent.Of([text.Value])
            : content;

    private static int Length(ImmutableDictionary<string, FieldContent> values, string target) =>
        (values.GetValueOrDefault(target) as FieldContent.Text)?.Value.Length ?? 0;
}
