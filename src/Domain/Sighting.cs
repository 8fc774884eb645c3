using System.Collections.Immutable;

namespace CleanSync.Domain;

/// <summary>To whom the user belongs who was found for a contact.</summary>
public enum UserOwner
{
    /// <summary>To nobody, or to this contact.</summary>
    Free,

    /// <summary>To another contact that still exists.</summary>
    LivingContact,

    /// <summary>To another contact that is gone.</summary>
    GoneContact,
}

/// <summary>What was seen on both sides before deciding. A fact sheet: whatever the planner needs is in it.</summary>
public sealed record Sighting
{
    /// <summary>The contact.</summary>
    public required Contact Contact { get; init; }

    /// <summary>The user that the contact is linked to, if he still exists.</summary>
    public User? Linked { get; init; }

    /// <summary>Every user with exactly the contact's email. Only needed when nobody is linked, or the linked user has another email.</summary>
    public ImmutableArray<User> ByEmail { get; init; } = [];

    /// <summary>Every user who carries this contact's id. Only needed when nobody is linked, and only known where links can be searched.</summary>
    public ImmutableArray<User> ByLink { get; init; } = [];

    /// <summary>Who answers to the contact when nobody is linked: those who carry its id, else those with its email.</summary>
    public ImmutableArray<User> Found => FoundIn(ByLink, ByEmail);

    /// <summary>As <see cref="Found"/>, before all is seen.</summary>
    public static ImmutableArray<User> FoundIn(ImmutableArray<User> byLink, ImmutableArray<User> byEmail) =>
        byLink.IsEmpty ? byEmail : byLink;

    /// <summary>To whom the only user in <see cref="Found"/> belongs.</summary>
    public UserOwner Owner { get; init; }

    /// <summary>The contact's update time that was applied last; null when none was.</summary>
    public DateTimeOffset? AppliedUpdate { get; init; }

    /// <summary>The time of the password field's value that was applied last; null when none was.</summary>
    public DateTimeOffset? PasswordAppliedAt { get; init; }

    /// <summary>Whether the contact still waits for the generated password of its user.</summary>
    public bool OwesPassword { get; init; }

    /// <summary>Whether a rule of the application leaves the contact alone (<see cref="RuleAdvice.Skip"/>).</summary>
    public bool LeftAlone { get; init; }

    /// <summary>How many lagging reads were made in a row before this one.</summary>
    public int LaggingReads { get; init; }

    /// <summary>The roles in play (<see cref="UserPlanner.RolesInPlay"/>), resolved.</summary>
    public RoleBook Roles { get; init; } = RoleBook.Empty;

    /// <summary>What the directory can store.</summary>
    public DirectoryAbilities Abilities { get; init; } = DirectoryAbilities.Everything;

    /// <summary>A random number, for usernames.</summary>
    public uint Random { get; init; }
}
