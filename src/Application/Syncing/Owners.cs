using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Syncing;

/// <summary>Tells whose a user is.</summary>
internal sealed class Owners(ILedger ledger)
{
    /// <summary>
    /// To whom a user belongs, but for the contact of the entry: what the ledger says; when that is nothing, what the user carries, where
    /// that is the site's word and not a mere copy.
    /// </summary>
    /// <returns>Whose he is, and the other contacts that are linked to him, else the one that he carries.</returns>
    public async Task<(UserOwner Owner, IReadOnlyList<long> Contacts)> OwnerOf(
        Site site,
        LedgerEntry entry,
        User user,
        CancellationToken cancellationToken
    )
    {
        var others = await Others(entry, user, cancellationToken);
        if (others.Count == 0 && await Carried(site, user, cancellationToken) is { } carried)
            others = carried == entry.Contact ? [] : [carried];
        var owner =
            others.Count == 0 ? UserOwner.Free
            : await FirstLiving(site, others, cancellationToken) is null ? UserOwner.GoneContact
            : UserOwner.LivingContact;
        return (owner, others);
    }

    /// <summary>A contact that exists, other than that of the entry, and is linked to the user; null when there is none.</summary>
    public async Task<long?> LivingOther(
        Site site,
        LedgerEntry entry,
        User user,
        CancellationToken cancellationToken
    ) => await FirstLiving(site, await Others(entry, user, cancellationToken), cancellationToken);

    /// <summary>The contacts that are linked to the user, but for that of the entry.</summary>
    public async Task<IReadOnlyList<long>> Others(LedgerEntry entry, User user, CancellationToken cancellationToken)
    {
        var linked = await ledger.LinkedContacts(entry.Site, user.Id, cancellationToken);
        return [.. linked.Where(contact => contact != entry.Contact)];
    }

    /// <summary>The first of the contacts that exists; null when none does.</summary>
    public static async Task<long?> FirstLiving(
        Site site,
        IReadOnlyList<long> contacts,
        CancellationToken cancellationToken
    )
    {
        foreach (var contact in contacts)
            if (await site.Contacts.Find(contact, cancellationToken) is not null)
                return contact;
        return null;
    }

    private static async Task<long?> Carried(Site site, User user, CancellationToken cancellationToken) =>
        (await site.Users.Describe(cancellationToken)).SearchesLinks ? user.CarriedContact(site.Rules) : null;
}
