using System.Collections.Immutable;

namespace CleanSync.Domain;

/// <summary>
/// Decides what one contact needs: a pure function from what was seen, the request and the site's rules to a plan. The first row
/// that fits holds; "found" are the users who carry the contact's id, else those with its email:
/// <code>
/// contact            linked user  found                    action       plan
/// older than applied -            -                        -            read again, three times
/// a rule says skip   -            -                        -            skip(rule)
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
/// user        on the blog  policy        what is written (only what differs)
/// any         no           -             action other than add: skip(no user)
/// privileged  -            Nothing       skip(privileged user)
/// privileged  yes          TagsAndMeta   tags; for update and add also names and meta; never email, role, password, login
/// privileged  no           TagsAndMeta   the same, and he joins with the role of a new user, if he has none here; else skip(no user)
/// ordinary    yes          -             tags; for update and add also names, meta, a free email, a role that was named and may be
///                                        given, and the password as <see cref="PasswordPlan"/> says
/// ordinary    no           -             tags, names, meta, a free email, and he joins with the role of a new user; none may be
///                                        given: skip(no user)
/// any         -            -             tags would become empty, contact not read alone: read alone first
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
        if (RolePlan.FromField(contact, rules) is { } fromField)
            names.Add(fromField);
        if (request.Action == SyncAction.Add || names.Count > 0)
            names.UnionWith([rules.DefaultRole, RolePlan.LastResort]);
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
        if (seen.LeftAlone)
            return new UserPlan.Skip(SkipReason.Rule, []);
        if (!ContactEmail.IsValid(contact.Email.Trim()))
            return new UserPlan.Park(ParkReason.NoEmail);
        if (seen.Linked is { } linked)
            return Change(linked, seen, request, rules);
        return seen switch
        {
            { Found.Length: > 1 } or { Found.Length: 1, Owner: UserOwner.LivingContact } => new UserPlan.Park(
                ParkReason.Conflict
            ),
            { Found: [var found] } => Change(found, seen, request, rules),
            _ when request.Action == SyncAction.Add => Create(seen, request, rules),
            _ => new UserPlan.Skip(SkipReason.NoUser, []),
        };
    }

    /// <summary>
    /// Decides for a contact that is gone. Its user is the linked one, else the one who carries its id:
    /// <code>
    /// user                           another is linked, or has his email policy  plan
    /// none linked, several carry it  -                                  -        park(conflict)
    /// none, or of a living other     one took him over                  -        hand the work over to that contact
    /// none, or of a living other     no                                 -        skip(contact gone)
    /// one                            yes, linked to nobody else         -        hand over to that contact
    /// one                            yes, linked to another user        -        park(conflict)
    /// one                            no                                 Keep     skip(contact gone)
    /// one, not on the blog           no                                 -        skip(contact gone)
    /// one                            no                                 Revoke   change: no tags
    /// </code>
    /// </summary>
    public static UserPlan PlanGone(GoneSighting seen, SiteRules rules)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(rules);
        if (seen is { Linked: null, ByLink.Length: > 1 })
            return new UserPlan.Park(ParkReason.Conflict);
        if (seen.User is not { } user)
            return seen.Survivor is { } heir
                ? new UserPlan.HandOver(heir, User: null)
                : new UserPlan.Skip(SkipReason.ContactGone, []);
        if (seen.Survivor is { } other)
            return seen.SurvivorHasOtherUser
                ? new UserPlan.Park(ParkReason.Conflict)
                : new UserPlan.HandOver(other, user);
        var untouched =
            !user.IsMember
            || rules.PrivilegedUsers == PrivilegedUserPolicy.Nothing && Privileges.IsPrivileged(user, rules);
        if (rules.WhenGone == GonePolicy.Keep || untouched || user.Tags is not { Count: > 0 } tags)
            return new UserPlan.Skip(SkipReason.ContactGone, []);
        var removed = new TagChange([], [], tags.ToImmutableSortedSet(StringComparer.Ordinal));
        return new UserPlan.Change(user, UserChanges.None with { Tags = removed }, []);
    }

    private static UserPlan Change(User user, Sighting seen, SyncRequest request, SiteRules rules)
    {
        if (!user.IsMember && request.Action != SyncAction.Add)
            return new UserPlan.Skip(SkipReason.NoUser, []);
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
        var roles = user.IsMember
            ? RolePlan.ForExisting(user, privileged, seen, request, rules, warnings)
            : RolePlan.ForJoining(user, privileged, seen, request, rules, warnings);
        if (!user.IsMember && roles is null)
            return new UserPlan.Skip(SkipReason.NoUser, [.. warnings.Distinct()]);
        var changes = new UserChanges(email, roles, values, tags)
        {
            Join = !user.IsMember,
            Password = PasswordPlan.ForExisting(user, privileged, seen, rules, warnings),
        };
        return new UserPlan.Change(user, changes, [.. warnings.Distinct()]);
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

    private static UserPlan Create(Sighting seen, SyncRequest request, SiteRules rules)
    {
        var contact = seen.Contact;
        var email = contact.Email.Trim();
        if (email.Length > ContactEmail.LongestStored)
            return new UserPlan.Park(ParkReason.EmailRefused);

        var warnings = new List<Warning>();
        var role = RolePlan.ForNew(seen, request, rules, warnings);
        var values = ValuePlan.ForNew(seen, rules, warnings);
        if (!seen.Abilities.StoresTags)
            warnings.Add(new Warning("tags_not_stored"));
        var user = new NewUser(
            Username.Plan(contact, rules, seen.Random),
            email,
            PasswordPlan.ForNew(contact, rules, warnings),
            role,
            values
        );
        return new UserPlan.Create(user, [.. warnings.Distinct()]);
    }
}
