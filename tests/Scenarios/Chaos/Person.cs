namespace CleanSync.Scenarios.Chaos;

/// <summary>A contact, and what its webhooks let one expect of its user.</summary>
/// <param name="id">The contact id.</param>
/// <param name="stranger">The user who had the contact's email before there was a contact; null for none.</param>
internal sealed class Person(long id, long? stranger)
{
    private const string DefaultRole = "subscriber";

    /// <summary>Steps about one contact follow each other.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    public long Id => id;

    /// <summary>The user who was there before; null for none.</summary>
    public long? Stranger => stranger;

    /// <summary>Whether the contact was deleted or merged into another.</summary>
    public bool IsGone { get; set; }

    /// <summary>The contact that it was merged into; null for none.</summary>
    public Person? MergedInto { get; set; }

    /// <summary>The contact whose email it took over when that was merged into it: there may be a user whom it never asked for.</summary>
    public Person? Predecessor { get; set; }

    /// <summary>Whether it took over such an email.</summary>
    public bool HasInherited => Predecessor is not null;

    /// <summary>
    /// Whether it was added before it took over such an email: when both have a user, both keep theirs, and the email stays with the other's.
    /// </summary>
    public bool MayHaveTwo { get; set; }

    /// <summary>Whether an <c>add</c> was answered 200: there must be a user.</summary>
    public bool IsAdded { get; private set; }

    /// <summary>Whether an <c>add</c> was sent: there may be a user.</summary>
    public bool MayBeAdded { get; private set; }

    /// <summary>Whether tags changed after the last webhook that was answered 200.</summary>
    public bool OwesTags { get; set; } = true;

    /// <summary>Whether anything else changed after the last such webhook that covers it.</summary>
    public bool OwesFields { get; set; } = true;

    /// <summary>The roles that the user may have.</summary>
    public HashSet<string> Roles { get; } = [DefaultRole];

    /// <summary>Every email that the contact has had.</summary>
    public HashSet<string> Emails { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Every set of tags that the contact has had.</summary>
    public List<IReadOnlySet<string>> TagSets { get; } = [];

    /// <summary>When the last webhook that was answered 200 was sent; null for none.</summary>
    public DateTimeOffset? AcceptedAt { get; private set; }

    /// <summary>Takes down a webhook.</summary>
    public void Sent(string action, string? role, bool accepted, DateTimeOffset at)
    {
        var certain = IsAdded || stranger is not null;
        if (action == "add")
        {
            MayBeAdded = true;
            IsAdded |= accepted;
        }
        if (role is not null)
        {
            // An update that finds no user does nothing, and one that was not answered may have been stored all the same. What was asked
            // for a contact that was merged into this one comes after it, whenever that is found out.
            if (accepted && (action == "add" || certain) && !HasInherited)
                Roles.Clear();
            Roles.Add(role);
        }
        if (!accepted)
            return;
        AcceptedAt = at;
        OwesTags = false;
        if (action != "update_tags")
            OwesFields = false;
    }
}
