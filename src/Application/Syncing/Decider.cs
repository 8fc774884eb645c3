using System.Collections.Immutable;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Syncing;

/// <summary>
/// Reads both sides and asks the planner:
/// <list type="number">
/// <item>what is known for good (ledger) and the contact;</item>
/// <item>the user: the one of the ledger, else by the contact id that he carries, else by email, and whose he is;</item>
/// <item>what the application's own rules advise;</item>
/// <item>roles and abilities of the site;</item>
/// <item>the plan, read again alone when the planner wants that, after the guard and the site's policy.</item>
/// </list>
/// </summary>
internal sealed class Decider(
    ISites sites,
    ILedger ledger,
    IntentReview intents,
    Owners owners,
    PersonLocks locks,
    RoleWatch watch,
    Guard guard,
    Randomness random,
    IEnumerable<IUserRule> rules
)
{
    public async Task<Decision> Decide(
        string siteName,
        long contactId,
        SyncRequest request,
        long receipt,
        CancellationToken cancellationToken
    )
    {
        var site = sites.Find(siteName) ?? throw new PermanentException("configuration: there is no such site");
        var entry = await ledger.Find(siteName, contactId, cancellationToken);
        var contact = await site.Contacts.Find(contactId, cancellationToken);
        var decision = await Decide(site, entry, contact, request, cancellationToken);
        if (decision.Plan is UserPlan.ReadAlone)
        {
            decision.Dispose();
            var alone = await site.Contacts.FindAlone(contactId, cancellationToken);
            decision = await Decide(site, entry, alone, request, cancellationToken);
        }
        try
        {
            var judged = await guard.Judge(decision, receipt, cancellationToken);
            return judged with { Plan = PlanPolicy.Apply(judged.Plan, site.Rules), Direct = receipt == long.MaxValue };
        }
        catch
        {
            decision.Dispose();
            throw;
        }
    }

    private Task<Decision> Decide(
        Site site,
        LedgerEntry entry,
        Contact? contact,
        SyncRequest request,
        CancellationToken cancellationToken
    ) =>
        contact is null
            ? DecideGone(site, entry, request, cancellationToken)
            : DecideLiving(site, entry, contact, request, cancellationToken);

    private async Task<Decision> DecideGone(
        Site site,
        LedgerEntry entry,
        SyncRequest request,
        CancellationToken cancellationToken
    )
    {
        var (linked, carriers) = await FindUser(site, entry, cancellationToken);
        var warnings = new List<Warning>();
        if (linked is null && entry.Intent is { } intent)
        {
            // Another contact that has the email now may be creating its user just now.
            using var email = locks.EmailNow(site.Name, intent.Email);
            var look = await site.Users.FindByEmail(intent.Email, cancellationToken);
            (entry, linked) = await intents.Review(
                site,
                entry,
                contact: null,
                look,
                carriers,
                request,
                warnings,
                held: [],
                cancellationToken
            );
        }
        var seen = new GoneSighting
        {
            Linked = linked,
            ByLink = carriers,
            Owner =
                linked is null && carriers is [var carrier]
                    ? (await owners.OwnerOf(site, entry, carrier, cancellationToken)).Owner
                    : default,
        };
        if (seen.User is { } user && await Survivor(site, entry, user, cancellationToken) is { } survivor)
        {
            if (survivor == entry.Contact)
                throw new TransientException("activecampaign: the contact is listed but cannot be read");
            var theirs = (await ledger.Find(site.Name, survivor, cancellationToken)).UserId;
            seen = seen with { Survivor = survivor, SurvivorHasOtherUser = theirs is not null && theirs != user.Id };
        }
        else if (seen.User is null)
            seen = seen with { Survivor = entry.MergedInto };
        return new Decision(site, entry, request, UserPlanner.PlanGone(seen, site.Rules))
        {
            Linked = seen.User,
            Warnings = warnings,
        };
    }

    // Who has taken the user over already, while his creation was not known to have come through, or who has his email.
    private async Task<long?> Survivor(Site site, LedgerEntry entry, User user, CancellationToken cancellationToken) =>
        await owners.LivingOther(site, entry, user, cancellationToken)
        ?? await site.Contacts.FindIdByEmail(user.Email, cancellationToken);

    private async Task<Decision> DecideLiving(
        Site site,
        LedgerEntry entry,
        Contact contact,
        SyncRequest request,
        CancellationToken cancellationToken
    )
    {
        if (entry.MergedInto is not null)
        {
            // It is there: what is asked for it is meant for nobody else.
            entry = entry with
            {
                MergedInto = null,
            };
            await ledger.Save(entry, cancellationToken);
        }
        var (linked, carriers) = await FindUser(site, entry, cancellationToken);
        var email = contact.Email.Trim();
        var known = linked ?? (carriers is [var only] ? only : null);
        // Whose a creation was is told by its email too, whoever carries the contact's id.
        var looks =
            ContactEmail.IsValid(email)
            && (known is null || !ContactEmail.Same(known.Email, email) || linked is null && entry.Intent is not null);
        // From the look by email until the user is created or taken over, nobody else may do either with that email. Who carries the
        // contact's id is known already: the contact is worked by nobody else.
        var held = new List<IDisposable>();
        if (looks && linked is null && carriers.IsEmpty)
            held.Add(await locks.Email(site.Name, email, cancellationToken));
        try
        {
            // Another contact that has the email of the intent now may be creating its user just now.
            if (looks && linked is null && entry.Intent is { } intent && !ContactEmail.Same(intent.Email, email))
                held.Add(locks.EmailNow(site.Name, intent.Email));
            var look = looks ? await site.Users.FindByEmail(email, cancellationToken) : null;
            var warnings = new List<Warning>();
            if (linked is null && look is not null && entry.Intent is not null)
                (entry, linked) = await intents.Review(
                    site,
                    entry,
                    contact,
                    look,
                    carriers,
                    request,
                    warnings,
                    held,
                    cancellationToken
                );

            var owner = UserOwner.Free;
            ImmutableArray<long> takenFrom = [];
            if (linked is null && Sighting.FoundIn(carriers, look?.Users ?? []) is [var found])
            {
                // What is owed to a user who is gone is owed to nobody else.
                if (entry.UserId != found.Id)
                    entry = entry with
                    {
                        PasswordReturn = PasswordReturn.NotDue,
                        PasswordAppliedAt = null,
                        WelcomeMail = WelcomeMailState.NotDue,
                    };
                (owner, var others) = await owners.OwnerOf(site, entry, found, cancellationToken);
                if (owner == UserOwner.GoneContact)
                {
                    entry = await WithDebts(entry, found, others, held, cancellationToken);
                    takenFrom = [.. others];
                }
            }
            var user = linked ?? (Sighting.FoundIn(carriers, look?.Users ?? []) is [var one] ? one : null);
            var ruled = RuledRequest.Ask(rules, new RuleQuestion(site.Name, contact, user, request));
            var names = UserPlanner.RolesInPlay(ruled.Contact, ruled.Request, site.Rules);
            var seen = new Sighting
            {
                Contact = ruled.Contact,
                LeftAlone = ruled.Skip,
                Linked = linked,
                ByLink = carriers,
                ByEmail = look?.Users ?? [],
                Owner = owner,
                AppliedUpdate = entry.AppliedUpdate,
                PasswordAppliedAt = entry.PasswordAppliedAt,
                OwesPassword = entry.PasswordReturn == PasswordReturn.Due,
                LaggingReads = entry.LaggingReads,
                Roles = await Roles(site, names, cancellationToken),
                Abilities = await site.Users.Describe(cancellationToken),
                Random = random.Number(),
            };
            return new Decision(site, entry, request, UserPlanner.Plan(seen, ruled.Request, site.Rules))
            {
                Seen = seen,
                Linked = linked,
                TakenFrom = takenFrom,
                SiteDate = look?.SiteDate,
                Locks = held,
                Warnings = warnings,
            };
        }
        catch
        {
            held.ForEach(one => one.Dispose());
            throw;
        }
    }

    // The user of the ledger; when it names none who exists, those who carry the contact's id, where that can be searched.
    private static async Task<(User? Linked, ImmutableArray<User> Carriers)> FindUser(
        Site site,
        LedgerEntry entry,
        CancellationToken cancellationToken
    )
    {
        if (entry.UserId is { } id && await site.Users.FindById(id, cancellationToken) is { } linked)
            return (linked, []);
        var abilities = await site.Users.Describe(cancellationToken);
        return (null, abilities.SearchesLinks ? await site.Users.FindByLink(entry.Contact, cancellationToken) : []);
    }

    private async Task<RoleBook> Roles(
        Site site,
        IReadOnlyCollection<string> names,
        CancellationToken cancellationToken
    ) =>
        names.Count == 0
            ? RoleBook.Empty
            : watch.Known(site.Name, names, await site.Users.ResolveRoles(names, cancellationToken));

    // What the gone contact's user is still owed goes over with him, whichever of the two contacts is worked first (SPEC 2.6, 3.2). Whoever
    // works the gone one may have read it while it was there, and be creating or paying just now.
    private async Task<LedgerEntry> WithDebts(
        LedgerEntry entry,
        User user,
        IReadOnlyList<long> others,
        List<IDisposable> held,
        CancellationToken cancellationToken
    )
    {
        foreach (var other in others)
        {
            held.Add(locks.ContactNow(entry.Site, other));
            var gone = await ledger.Find(entry.Site, other, cancellationToken);
            // What it owes to another user stays with him. Of two that owe to this one, who has got further tells what is left.
            if (gone.UserId != user.Id)
                continue;
            entry = entry with
            {
                PasswordReturn = (PasswordReturn)Math.Max((int)entry.PasswordReturn, (int)gone.PasswordReturn),
                PasswordAppliedAt = gone.PasswordAppliedAt ?? entry.PasswordAppliedAt,
                WelcomeMail = (WelcomeMailState)Math.Max((int)entry.WelcomeMail, (int)gone.WelcomeMail),
            };
        }
        // Who is linked to him only since then was not waited for.
        if ((await owners.Others(entry, user, cancellationToken)).Except(others).Any())
            throw new TransientException("the user was linked to another contact meanwhile", spendsAttempt: false);
        return entry;
    }
}
