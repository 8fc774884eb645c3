namespace CleanSync.Domain;

/// <summary>What a webhook asks for. The numeric order is the order of strength (SPEC 5.1).</summary>
public enum SyncAction
{
    /// <summary>Bring the contact's tags to an existing user.</summary>
    UpdateTags = 1,

    /// <summary>Bring fields, tags and a named role to an existing user. Never creates one.</summary>
    Update = 2,

    /// <summary>Create the user, or update the one that exists.</summary>
    Add = 3,
}

/// <summary>Why the work is wanted, and so how soon. The smaller number is worked first (SPEC 6.1).</summary>
public enum Urgency
{
    /// <summary>A webhook arrived.</summary>
    Webhook = 0,

    /// <summary>The contact changed while no webhook arrived.</summary>
    CatchUp = 1,

    /// <summary>A person imports contacts.</summary>
    Import = 2,

    /// <summary>Every linked user is looked through.</summary>
    Sweep = 3,
}

/// <summary>
/// The work that one contact needs at one site. It carries no payload: the present state is read on both sides when the
/// work is done, which is what makes joining, retrying and reordering harmless.
/// </summary>
public sealed record SyncRequest
{
    /// <summary>Makes a request, dropping what its action cannot carry.</summary>
    /// <param name="action">The action asked for.</param>
    /// <param name="role">A role's slug or title. Ignored for <see cref="SyncAction.UpdateTags"/>; blank means none.</param>
    /// <param name="sendNotification">
    /// Whether a created user is mailed; null leaves it to the site. Ignored unless the action is <see cref="SyncAction.Add"/>.
    /// </param>
    /// <param name="imported">
    /// Whether the action comes of an import alone: then silence about the mail means none. Ignored unless the action is
    /// <see cref="SyncAction.Add"/>.
    /// </param>
    /// <param name="urgency">How soon.</param>
    public SyncRequest(
        SyncAction action,
        string? role = null,
        bool? sendNotification = null,
        bool imported = false,
        Urgency urgency = Urgency.Webhook
    )
    {
        Action = action;
        Role = action == SyncAction.UpdateTags || string.IsNullOrWhiteSpace(role) ? null : role.Trim();
        SendNotification = action == SyncAction.Add ? sendNotification : null;
        Imported = imported && action == SyncAction.Add;
        Urgency = urgency;
    }

    /// <summary>The action.</summary>
    public SyncAction Action { get; }

    /// <summary>The role named by the URL, as slug or title; null when none was named.</summary>
    public string? Role { get; }

    /// <summary>True or false when the URL said so, null when it was silent.</summary>
    public bool? SendNotification { get; }

    /// <summary>Whether it is an add that nothing but an import asked for.</summary>
    public bool Imported { get; }

    /// <summary>How soon it is to be worked.</summary>
    public Urgency Urgency { get; }

    /// <summary>Whether a user who is created for it is mailed.</summary>
    /// <param name="rules">The site's rules, for a request that is silent about it.</param>
    public bool MailsWelcome(SiteRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return SendNotification ?? (!Imported && rules.SendWelcomeMail);
    }

    /// <summary>
    /// Joins two requests for the same contact: the strongest action, the latest named role, notification true over false
    /// over absent, imported when every add in it is, and the more urgent urgency. Idempotent and, roles aside, independent of the order.
    /// </summary>
    /// <param name="later">The request that arrived after this one.</param>
    public SyncRequest Join(SyncRequest later)
    {
        ArgumentNullException.ThrowIfNull(later);
        var adds = new[] { this, later }.Where(request => request.Action == SyncAction.Add).ToList();
        return new SyncRequest(
            Action > later.Action ? Action : later.Action,
            later.Role ?? Role,
            SendNotification == true || later.SendNotification == true
                ? true
                : SendNotification ?? later.SendNotification,
            adds.TrueForAll(add => add.Imported),
            Urgency < later.Urgency ? Urgency : later.Urgency
        );
    }
}
