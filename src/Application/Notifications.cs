using CleanSync.Domain;
using MediatR;

namespace CleanSync.Application;

/// <summary>A user was created for a contact. Published once the work is recorded; a handler's failure changes nothing.</summary>
/// <param name="Site">The site.</param>
/// <param name="Contact">The contact id.</param>
/// <param name="UserId">The user id.</param>
public sealed record UserCreated(string Site, long Contact, long UserId) : INotification;

/// <summary>An existing user was changed.</summary>
/// <param name="Site">The site.</param>
/// <param name="Contact">The contact id.</param>
/// <param name="UserId">The user id.</param>
public sealed record UserUpdated(string Site, long Contact, long UserId) : INotification;

/// <summary>A user's tags were changed.</summary>
/// <param name="Site">The site.</param>
/// <param name="Contact">The contact id.</param>
/// <param name="UserId">The user id.</param>
/// <param name="Change">The new set, and what came and went.</param>
public sealed record TagsChanged(string Site, long Contact, long UserId, TagChange Change) : INotification;

/// <summary>A contact was merged into another in the account: the user belongs to that one now, which has the work. Published when the user goes over, whichever of the two is worked first.</summary>
/// <param name="Site">The site.</param>
/// <param name="Contact">The id of the contact that is gone.</param>
/// <param name="UserId">The user id.</param>
/// <param name="Survivor">The id of the contact that has the user now.</param>
public sealed record ContactMerged(string Site, long Contact, long UserId, long Survivor) : INotification;

/// <summary>The contact of a user is gone from the account. His tags are kept or revoked, as the site's rules say.</summary>
/// <param name="Site">The site.</param>
/// <param name="Contact">The contact id.</param>
/// <param name="UserId">The user id.</param>
public sealed record ContactGone(string Site, long Contact, long UserId) : INotification;

/// <summary>A contact waits for a person.</summary>
/// <param name="Site">The site.</param>
/// <param name="Contact">The contact id.</param>
/// <param name="Reason">Why.</param>
public sealed record ContactParked(string Site, long Contact, ParkReason Reason) : INotification;

/// <summary>Which notifications an outcome calls for.</summary>
internal static class Notifications
{
    /// <summary>Tells everybody who wants to hear what became of a contact.</summary>
    public static async Task Of(string site, long contact, SyncOutcome outcome, UseCases useCases)
    {
        if (outcome is { Kind: OutcomeKind.Created, UserId: { } created })
            await useCases.Publish(new UserCreated(site, contact, created));
        if (outcome is { Kind: OutcomeKind.Updated, UserId: { } updated })
            await useCases.Publish(new UserUpdated(site, contact, updated));
        if (outcome is { Tags: { } tags, UserId: { } user })
            await useCases.Publish(new TagsChanged(site, contact, user, tags));
        if (outcome is { Survivor: { } survivor, UserId: { } handedOver })
            await useCases.Publish(new ContactMerged(site, contact, handedOver, survivor));
        if (outcome.UserId is { } takenOver)
            foreach (var gone in outcome.TakenFrom)
                await useCases.Publish(new ContactMerged(site, gone, takenOver, contact));
        if (outcome is { ContactGone: true, UserId: { } left })
            await useCases.Publish(new ContactGone(site, contact, left));
        if (outcome.Parked is { } reason)
            await useCases.Publish(new ContactParked(site, contact, reason));
    }
}
