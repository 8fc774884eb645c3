namespace CleanSync.Domain;

/// <summary>When losses are too many to be meant: more users than that, and a greater share of those planned in the same hour (SPEC 2.7).</summary>
public sealed record GuardRules
{
    /// <summary>How many users may lose the same thing in an hour. Default 20; 0 or more.</summary>
    public int Users { get; init; } = 20;

    /// <summary>Which share of the users planned in an hour may lose the same thing, in percent. Default 20; 0 to 100.</summary>
    public int Percent { get; init; } = 20;

    /// <summary>Whether the guard stops.</summary>
    /// <param name="losing">How many users lose the same thing, the one who is planned now among them.</param>
    /// <param name="planned">How many users are planned, the one who is planned now among them.</param>
    public bool Stops(int losing, int planned) => losing > Users && losing * 100L > (long)Percent * planned;

    /// <summary>
    /// What a plan takes from a user, before the site's policy; null when nothing is planned for one:
    /// <code>
    /// plan                       takes
    /// create, hand over a user   nothing
    /// change, contact gone       the contact, and his tags when they become empty
    /// change                     his tags when they become empty, his email when it changes
    /// skip(contact gone), user   the contact
    /// anything else              null
    /// </code>
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="contactGone">Whether the contact is gone.</param>
    /// <param name="hasUser">Whether there is a user.</param>
    public static Losses? Of(UserPlan plan, bool contactGone, bool hasUser) =>
        plan switch
        {
            UserPlan.Create or UserPlan.HandOver { User: not null } => Losses.None,
            UserPlan.Change change => (contactGone ? Losses.ContactGone : Losses.None)
                | (change.Changes.Tags is { All.IsEmpty: true } ? Losses.TagsEmptied : Losses.None)
                | (change.Changes.Email is not null ? Losses.EmailChanged : Losses.None),
            UserPlan.Skip { Reason: SkipReason.ContactGone } when hasUser => Losses.ContactGone,
            _ => null,
        };
}
