using System.Collections.Immutable;

namespace CleanSync.Domain;

/// <summary>Decides which roles are written: the one of the URL, else of the field, and for who is new here else the default.</summary>
internal static class RolePlan
{
    /// <summary>The role of who is new when the default may not be given.</summary>
    public const string LastResort = "subscriber";

    /// <summary>The role of a new user; null when none may be given.</summary>
    public static string? ForNew(Sighting seen, SyncRequest request, SiteRules rules, List<Warning> warnings) =>
        Named(seen, request, rules, warnings)?.Slug
        ?? Granted(RoleGrant.Decide(rules.DefaultRole, RoleGrant.Source.Default, seen.Roles, rules), warnings)
        ?? Granted(RoleGrant.Decide(LastResort, RoleGrant.Source.Default, seen.Roles, rules), warnings);

    /// <summary>
    /// The role with which a user of the network joins the blog; null when none may be given, or he has power somewhere and a role here.
    /// </summary>
    public static ImmutableArray<string>? ForJoining(
        User user,
        bool privileged,
        Sighting seen,
        SyncRequest request,
        SiteRules rules,
        List<Warning> warnings
    )
    {
        if (ForNew(seen, request, rules, warnings) is not { } slug)
            return null;
        if (!privileged || user.Roles.Count == 0)
            return [slug];
        warnings.Add(new Warning("role_kept_privileged", slug));
        return null;
    }

    /// <summary>The complete new set of roles; null when it stays.</summary>
    public static ImmutableArray<string>? ForExisting(
        User user,
        bool privileged,
        Sighting seen,
        SyncRequest request,
        SiteRules rules,
        List<Warning> warnings
    )
    {
        if (Named(seen, request, rules, warnings) is not { } grant)
            return null;
        if (
            grant.Slug is not { } slug
            || user.Roles is [var only] && string.Equals(only, slug, StringComparison.Ordinal)
        )
            return null;
        if (privileged)
        {
            warnings.Add(new Warning("role_kept_privileged", slug));
            return null;
        }
        if (rules.OnExistingUser == RoleChange.Replace)
            return [slug];
        return user.Roles.Contains(slug, StringComparer.Ordinal) ? null : [.. user.Roles, slug];
    }

    /// <summary>The role that the contact's field names; null when there is none.</summary>
    public static string? FromField(Contact contact, SiteRules rules) =>
        rules.RoleField is { } field
        && FieldReader.Raw(contact, field) is { } value
        && value.Trim().Trim('|').Trim() is { Length: > 0 } role
            ? role
            : null;

    // Null when neither URL nor field names a role. The URL comes first; a role that is refused is not replaced by the other's.
    private static RoleGrant? Named(Sighting seen, SyncRequest request, SiteRules rules, List<Warning> warnings)
    {
        RoleGrant? grant =
            request.Role is { } named ? RoleGrant.Decide(named, RoleGrant.Source.Url, seen.Roles, rules)
            : FromField(seen.Contact, rules) is { } fromField
                ? RoleGrant.Decide(fromField, RoleGrant.Source.Field, seen.Roles, rules)
            : null;
        if (grant is { } decided)
            Granted(decided, warnings);
        return grant;
    }

    private static string? Granted(RoleGrant grant, List<Warning> warnings)
    {
        if (grant.Refused is { } refused)
            warnings.Add(refused);
        return grant.Slug;
    }
}
