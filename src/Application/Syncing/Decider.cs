using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Syncing;

/// <summary>
/// Reads both sides and asks the planner:
/// <list type="number">
/// <item>what is known for good (ledger) and the contact;</item>
/// <item>the user: by link, else by email, and whose he is;</item>
/// <item>roles and abilities of the site;</item>
/// <item>the plan, after the site's policy. Reads again alone when the planner wants that.</item>
/// </list>
/// </summary>
internal sealed class Decider(
    ISites sites,
    ILedger ledger,
    IntentReview intents,
    PersonLocks locks,
    RoleWatch watch,
    Randomness random
)
{
    public async Task<Decision> Decide(
        string siteName,
        long contactId,
        SyncRequest request,
        CancellationToken cancellationToken
    )
    {
        var site = sites.Find(siteName) ?? throw new PermanentException("configuration: there is no such site");
        var entry = await ledger.Find(siteName, contactId, cancellationToken);
        var contact = await site.Contacts.Find(contactId, cancellationToken);
        var decision = await Decide(site, entry, contact, request, cancellationToken);
        if (decision.Plan is not UserPlan.ReadAlone)
            return decision;

        decision.Dispose();
        var alone = await site.Contacts.FindAlone(contactId, cancellationToken);
        return await Decide(site, entry, alone, request, cancellationToken);
    }

    private async Task<Decision> Decide(
        Site site,
        LedgerEntry entry,
        Contact? contact,
        SyncRequest request,
        CancellationToken cancellationToken
    )
    {
        var decision = contact is null
            ? await DecideGone(site, entry, request, cancellationToken)
            : await DecideLiving(site, entry, contact, request, cancellationToken);
        return decision with { Plan = PlanPolicy.Apply(decision.Plan, site.Rules) };
    }

    private async Task<Decision> DecideGone(
        Site site,
        LedgerEntry entry,
        SyncRequest request,
        CancellationToken cancellationToken
    )
    {
        var linked = entry.UserId is { } id ? await site.Users.FindById(id, cancellationToken) : null;
        var survivor = linked is null ? null : await site.Contacts.FindIdByEmail(linked.Email, cancellationToken);
        if (survivor == entry.Contact)
            throw new TransientException("activecampaign: the contact is listed but cannot be read");
        var survivorsUser = survivor is { } other
            ? (await ledger.Find(site.Name, other, cancellationToken)).UserId
            : null;
        var taken = survivorsUser is { } theirs && theirs != linked!.Id;
        return new Decision(site, entry, request, UserPlanner.PlanGone(linked, survivor, taken, site.Rules))
        {
            Linked = linked,
        };
    }

    private async Task<Decision> DecideLiving(
        Site site,
        LedgerEntry entry,
        Contact contact,
        SyncRequest request,
        CancellationToken cancellationToken
    )
    {
        var linked = entry.UserId is { } id ? await site.Users.FindById(id, cancellationToken) : null;
        var email = contact.Email.Trim();
        var looks = ContactEmail.IsValid(email) && (linked is null || !ContactEmail.Same(linked.Email, email));
        // From the look by email until the user is created, nobody else may create one with that email.
        var emailLock =
            looks && linked is null && request.Action == SyncAction.Add
                ? await locks.Email(site.Name, email, cancellationToken)
                : null;
        try
        {
            var look = looks ? await site.Users.FindByEmail(email, cancellationToken) : null;
            var warnings = new List<Warning>();
            if (linked is null && look is not null && entry.Intent is not null)
                (entry, linked) = await intents.Review(site, entry, look, request, warnings, cancellationToken);

            var names = UserPlanner.RolesInPlay(contact, request, site.Rules);
            var seen = new Sighting
            {
                Contact = contact,
                Linked = linked,
                ByEmail = look?.Users ?? [],
                Owner =
                    linked is null && look?.Users is [var found]
                        ? await OwnerOf(site, entry, found, cancellationToken)
                        : default,
                AppliedUpdate = entry.AppliedUpdate,
                LaggingReads = entry.LaggingReads,
                Roles = await Roles(site, names, cancellationToken),
                Abilities = await site.Users.Describe(cancellationToken),
                Random = random.Number(),
            };
            return new Decision(site, entry, request, UserPlanner.Plan(seen, request, site.Rules))
            {
                Seen = seen,
                Linked = linked,
                SiteDate = look?.SiteDate,
                EmailLock = emailLock,
                Warnings = warnings,
            };
        }
        catch
        {
            emailLock?.Dispose();
            throw;
        }
    }

    private async Task<RoleBook> Roles(
        Site site,
        IReadOnlyCollection<string> names,
        CancellationToken cancellationToken
    ) =>
        names.Count == 0
            ? RoleBook.Empty
            : watch.Known(site.Name, names, await site.Users.ResolveRoles(names, cancellationToken));

    private async Task<EmailOwner> OwnerOf(Site site, LedgerEntry entry, User user, CancellationToken cancellationToken)
    {
        var owner = EmailOwner.Free;
        foreach (var other in await ledger.LinkedContacts(site.Name, user.Id, cancellationToken))
        {
            if (other == entry.Contact)
                continue;
            if (await site.Contacts.Find(other, cancellationToken) is not null)
                return EmailOwner.LivingContact;
            owner = EmailOwner.GoneContact;
        }
        return owner;
    }
}
