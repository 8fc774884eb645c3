using System.Collections.Immutable;

namespace CleanSync.Domain;

/// <summary>What was seen of a contact that is gone.</summary>
public sealed record GoneSighting
{
    /// <summary>The user that the contact is linked to, if he still exists.</summary>
    public User? Linked { get; init; }

    /// <summary>Every user who carries the contact's id. Only needed when nobody is linked.</summary>
    public ImmutableArray<User> ByLink { get; init; } = [];

    /// <summary>To whom the only user in <see cref="ByLink"/> belongs.</summary>
    public UserOwner Owner { get; init; }

    /// <summary>
    /// The user of the contact: the linked one, else the only one who carries its id unless he belongs to a contact that exists.
    /// </summary>
    public User? User => Linked ?? (ByLink is [var carrier] && Owner != UserOwner.LivingContact ? carrier : null);

    /// <summary>
    /// An existing contact that is linked to that user too, else the one with exactly his email. When there is no user: the contact that took
    /// him over, or the work. Null when there is none.
    /// </summary>
    public long? Survivor { get; init; }

    /// <summary>Whether that contact is linked to another user.</summary>
    public bool SurvivorHasOtherUser { get; init; }
}
