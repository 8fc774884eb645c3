using System.Collections.Immutable;

namespace CleanSync.Domain;

/// <summary>
/// Decides what one contact needs: a pure function from what was seen, the request and the site's rules to a plan. The first row
/// that fits holds:
/// <code>
/// contact            linked user  users with the email     action       plan
/// older than applied -            -                        -            read again, three times
/// no valid email     -            -                        -            park(no email)
/// valid              one          -                        -            change the linked user
/// valid              none         two or more              -            park(conflict)
/// valid              none         one, of a living contact -            park(conflict)
/// valid              none         one, free or of a gone   -            change that user, linked anew
/// valid              none         none                     add          create
/// valid              none         none                     otherwise    skip(no user)
/// </code>
/// and for a change:
/// <code>
/// user        policy        what is written (only what differs)
/// privileged  Nothing       skip(privileged user)
/// privileged  TagsAndMeta   tags; for update and add also names and meta; never email, role, password, login
/// ordinary    -             tags; for update and add also names, meta, a free email, and a role that was named and may be given
/// any         -             tags would become empty, contact not read alone: read alone first
/// </code>
/// </summary>
public static class UserPlanner
{
    /// <summary>How many lagging reads in a row are read again before one is applied.</summary>
    public const int LaggingReadsBeforeApplied = 3;

    /// <summary>The names of roles that a plan may need, to be resolved beforehand.</summary>
    public static IReadOnlyCollection<string> RolesInPlay(Contact contact, SyncRequest request, SiteRules rules)
    {
        ArgumentNullException.ThrowIfNull(contact);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(rules);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (request.Action == SyncAction.UpdateTags)
            return names;
        if (request.Role is { } role)
            names.Add(role);
        if (RoleFromField(contact, rules) is { } fromField)
            names.Add(fromField);
        if (request.Action == SyncAction.Add || names.Count > 0)
            names.UnionWith([rules.DefaultRole, LastResortRole]);
        return names;
    }

    /// <summary>Decides for a contact that exists.</summary>
    public static UserPlan Plan(Sighting seen, SyncRequest request, SiteRules rules)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(rules);
        var contact = seen.Contact;
        if (contact.UpdatedAt < seen.AppliedUpdate && seen.LaggingReads < LaggingReadsBeforeApplied)
            return new UserPlan.ReadAgain();
        if (!ContactEmail.IsValid(contact.Email.Trim()))
            return new UserPlan.Park(ParkReason.NoEmail);
        if (seen.Linked is { } linked)
            return Change(linked, seen, request, rules);
        return seen switch
        {
            { ByEmail.Length: > 1 } or { ByEmail.Length: 1, Owner: EmailOwner.LivingContact } => new UserPlan.Park(
                ParkReason.Conflict
            ),
            { ByEmail: [var found] } => Change(found, seen, request, rules),
            _ when request.Action == SyncAction.Add => Create(seen, request, rules),
            _ => new UserPlan.Skip(SkipReason.NoUser, []),
        };
    }

    /// <summary>
    /// Decides for a contact that is gone:
    /// <code>
    /// linked user  another contact has his email      policy   plan
    /// none         -                                  -        skip(contact gone)
    /// one          yes, linked to nobody else         -        hand over to that contact
    /// one          yes, linked to another user        -        park(conflict)
    /// one          no                                 Keep     skip(contact gone)
    /// one          no                                 Revoke   change: no tags
    /// </code>
    /// </summary>
    /// <param name="linked">The user that the contact is linked to, if he still exists.</param>
    /// <param name="survivor">The contact with exactly that user's email; null when there is none.</param>
    /// <param name="survivorHasOtherUser">Whether that contact is linked to another user.</param>
    /// <param name="rules">The site's rules.</param>
    public static UserPlan PlanGone(User? linked, long? survivor, bool survivorHasOtherUser, SiteRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        if (linked is null)
            return new UserPlan.Skip(SkipReason.ContactGone, []);
        if (survivor is { } other)
            return survivorHasOtherUser ? new UserPlan.Park(ParkReason.Conflict) : new UserPlan.HandOver(other, linked);
        var untouched = rules.PrivilegedUsers == PrivilegedUserPolicy.Nothing && Privileges.IsPrivileged(linked, rules);
        if (rules.WhenGone == GonePolicy.Keep || untouched || linked.Tags is not { Count: > 0 } tags)
            return new UserPlan.Skip(SkipReason.ContactGone, []);
        var removed = new TagChange([], [], tags.ToImmutableSortedSet(StringComparer.Ordinal));
        return new UserPlan.Change(linked, UserChanges.None with { Tags = removed }, []);
    }

    private const string LastResortRole = "subscriber";

    private static UserPlan Change(User user, Sighting seen, SyncRequest request, SiteRules rules)
    {
        var privileged = Privileges.IsPrivileged(user, rules);
        if (privileged && rules.PrivilegedUsers == PrivilegedUserPolicy.Nothing)
            return new UserPlan.Skip(SkipReason.PrivilegedUser, []);

        var warnings = new List<Warning>();
        var tags = TagsFor(user, seen, warnings);
        if (tags is { All.IsEmpty: true } && !seen.Contact.ReadAlone)
            return new UserPlan.ReadAlone();
        if (request.Action == SyncAction.UpdateTags)
            return new UserPlan.Change(user, UserChanges.None with { Tags = tags }, [.. warnings]);

        var values = ValuePlan.For(user.Values, seen, rules, warnings);
        var email = EmailFor(user, privileged, seen, warnings);
        var roles = RolesFor(user, privileged, seen, request, rules, warnings);
        return new UserPlan.Change(user, new UserChanges(email, roles, values, tags), [.. warnings.Distinct()]);
    }

    private static TagChange? TagsFor(User user, Sighting seen, List<Warning> warnings)
    {
        if (!seen.Abilities.StoresTags || user.Tags is null)
        {
            warnings.Add(new Warning("tags_not_stored"));
            return null;
        }
        var all = Named(seen.Contact.Tags).ToImmutableSortedSet(StringComparer.Ordinal);
        var had = user.Tags.ToImmutableSortedSet(StringComparer.Ordinal);
        return all.SetEquals(had) ? null : new TagChange(all, all.Except(had), had.Except(all));
    }

    // A tag without a name is none: counted as one, it would hide that a user's tags become empty.
    private static IEnumerable<string> Named(IEnumerable<string> tags) =>
        tags.Where(tag => !string.IsNullOrWhiteSpace(tag)).Select(Markup.Readable);

    private static string? EmailFor(User user, bool privileged, Sighting seen, List<Warning> warnings)
    {
        var email = seen.Contact.Email.Trim();
        if (ContactEmail.Same(email, user.Email))
            return null;
        var refused =
            privileged ? "email_kept_privileged"
            : email.Length > ContactEmail.LongestStored ? "email_too_long"
            : seen.ByEmail.Any(other => other.Id != user.Id) ? "email_taken"
            : null;
        if (refused is null)
            return email;
        warnings.Add(new Warning(refused, UserTarget.Email));
        return null;
    }

    private static ImmutableArray<string>? RolesFor(
        User user,
        bool privileged,
        Sighting seen,
        SyncRequest request,
        SiteRules rules,
        List<Warning> warnings
    )
    {
        if (NamedRole(seen, request, rules, warnings) is not { } grant)
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

    private static UserPlan Create(Sighting seen, SyncRequest request, SiteRules rules)
    {
        var contact = seen.Contact;
        var email = contact.Email.Trim();
        if (email.Length > ContactEmail.LongestStored)
            return new UserPlan.Park(ParkReason.EmailRefused);

        var warnings = new List<Warning>();
        var role =
            NamedRole(seen, request, rules, warnings)?.Slug
            ?? Granted(RoleGrant.Decide(rules.DefaultRole, RoleGrant.Source.Default, seen.Roles, rules), warnings)
            ?? Granted(RoleGrant.Decide(LastResortRole, RoleGrant.Source.Default, seen.Roles, rules), warnings);
        var values = ValuePlan.ForNew(seen, rules, warnings);
        if (!seen.Abilities.StoresTags)
            warnings.Add(new Warning("tags_not_stored"));
        var user = new NewUser(
            Username.Plan(contact, rules, seen.Random),
            email,
            SuppliedPassword(contact, rules, warnings),
            role,
            values
        );
        return new UserPlan.Create(user, [.. warnings.Distinct()]);
    }

    private static GeneratedPassword? SuppliedPassword(Contact contact, SiteRules rules, List<Warning> warnings)
    {
        if (rules.PasswordField is not { } field)
            return null;
        var value = FieldReader.Raw(contact, field);
        if (value is null)
            warnings.Add(new Warning("field_unknown", field));
        if (string.IsNullOrEmpty(value))
            return null;
        var password = GeneratedPassword.Supplied(value);
        if (password is null)
            warnings.Add(new Warning("password_unusable", field));
        return password;
    }

    // Null when neither URL nor field names a role. The URL comes first; a role that is refused is not replaced by the other's.
    private static RoleGrant? NamedRole(Sighting seen, SyncRequest request, SiteRules rules, List<Warning> warnings)
    {
        RoleGrant? grant =
            request.Role is { } named ? RoleGrant.Decide(named, RoleGrant.Source.Url, seen.Roles, rules)
            : RoleFromField(seen.Contact, rules) is { } fromField
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

    private static string? RoleFromField(Contact contact, SiteRules rules) =>
        rules.RoleField is { } field
        && FieldReader.Raw(contact, field) is { } value
        && value.Trim().Trim('|').Trim() is { Length: > 0 } role
            ? role
            : null;
}
