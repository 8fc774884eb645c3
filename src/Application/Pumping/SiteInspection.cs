using CleanSync.Domain;

namespace CleanSync.Application.Pumping;

/// <summary>Compares a site's rules with what its account defines and its directory can store.</summary>
internal static class SiteInspection
{
    public static IReadOnlyList<Warning> Of(
        IEnumerable<string> unknownFields,
        DirectoryAbilities abilities,
        SiteRules rules
    )
    {
        var notices = unknownFields
            .Select(field => new Warning("field_unknown", field))
            .Concat(abilities.Notices)
            .ToList();
        if (!abilities.StoresTags)
            notices.Add(new Warning("tags_not_stored"));
        if (rules.UpdateExistingPassword && !abilities.ComparesPasswords)
            notices.Add(new Warning("password_update_needs_connector"));
        if (rules.ClearAfterFirstLogin && !abilities.TellsFirstLogin)
            notices.Add(new Warning("first_login_needs_connector"));
        if (abilities.WritableMeta is not { } writable)
            return notices;
        foreach (var mapping in rules.Fields.Where(mapping => !UserTarget.IsCore(mapping.Target)))
        {
            if (!writable.TryGetValue(mapping.Target, out var shape))
                notices.Add(new Warning("meta_not_registered", mapping.Target));
            else if (mapping.Kind == FieldKind.List && shape == MetaShape.Single)
                notices.Add(new Warning("meta_not_a_list", mapping.Target));
        }
        return notices;
    }
}
