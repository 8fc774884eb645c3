using System.Collections.Immutable;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Syncing;

/// <summary>Carries out every plan but a creation, and records what was applied.</summary>
internal sealed class ChangeWriter(
    ILedger ledger,
    IInbox inbox,
    RoleWatch roles,
    PersonLocks locks,
    PasswordMemory memory
)
{
    /// <exception cref="TransientException">A lagging read, or a user who vanished meanwhile: planned again later.</exception>
    public async Task<Written> Write(Decision decision, CancellationToken cancellationToken)
    {
        var entry = decision.Entry;
        switch (decision.Plan)
        {
            case UserPlan.Change change:
                return await Write(decision, change, cancellationToken);
            case UserPlan.HandOver over:
                return await HandOver(decision, over, cancellationToken);
            case UserPlan.Skip skip:
                entry = await Note(decision, skip.Reason, cancellationToken);
                var skipped = Skipped(
                    entry,
                    skip.Reason,
                    [.. decision.Warnings, .. skip.Warnings],
                    decision.Linked?.Id
                );
                // A user whose contact went while he was being created is owed his welcome all the same.
                return skip.Reason == SkipReason.ContactGone ? skipped with { User = decision.Linked } : skipped;
            case UserPlan.Park park:
                var parked = new SyncOutcome(OutcomeKind.Parked, [.. decision.Warnings]) { Parked = park.Reason };
                return new Written(parked with { UserId = decision.Linked?.Id }, entry, null);
            case UserPlan.ReadAgain:
                // Nothing was linked: what is owed to a user who was found stays with whoever owes it.
                var stored = await ledger.Find(entry.Site, entry.Contact, cancellationToken);
                await ledger.Save(stored with { LaggingReads = entry.LaggingReads + 1 }, cancellationToken);
                throw new TransientException("activecampaign: a read older than the one applied last", ofContact: true);
            default:
                throw new InvalidOperationException($"{decision.Plan.GetType().Name} is not carried out here.");
        }
    }

    // That a user's contact is gone, and what a person has discarded, is known from then on. Nothing was linked: what else the ledger says
    // stays as it is.
    private async Task<LedgerEntry> Note(Decision decision, SkipReason reason, CancellationToken cancellationToken)
    {
        var entry = decision.Entry;
        var noted = reason switch
        {
            SkipReason.ContactGone when decision.Linked is not null => entry with { IsGone = true },
            SkipReason.Discarded => entry with
            {
                Discarded = entry.Discarded | decision.Discarded,
                ReadAt = decision.Seen?.Contact is { } read
                    ? read.ReadAt ?? read.UpdatedAt ?? entry.ReadAt
                    : entry.ReadAt,
            },
            _ => entry,
        };
        if (noted != entry)
        {
            var stored = await ledger.Find(entry.Site, entry.Contact, cancellationToken);
            await ledger.Save(
                stored with
                {
                    IsGone = noted.IsGone,
                    Discarded = noted.Discarded,
                    ReadAt = noted.ReadAt,
                },
                cancellationToken
            );
        }
        return noted;
    }

    private async Task<Written> HandOver(Decision decision, UserPlan.HandOver over, CancellationToken cancellationToken)
    {
        var (site, entry, request) = (decision.Site.Name, decision.Entry, decision.Request);
        if (over.User is not { } user)
        {
            await inbox.Accept(site, over.Survivor, request, cancellationToken);
            return Merged(decision, entry, over.Survivor, userId: null);
        }
        // Whoever works the survivor has read its entry, and would write it over what is handed to it.
        using var held = locks.ContactNow(site, over.Survivor);
        var survivor = await ledger.Find(site, over.Survivor, cancellationToken);
        if (survivor.UserId is { } other && other != user.Id)
            throw new TransientException("the contact that it was merged into got a user meanwhile", ofContact: true);
        if (survivor is { UserId: null, Intent: not null })
        {
            // Whether that has a user is found out by working it.
            await inbox.Accept(site, over.Survivor, request, cancellationToken);
            throw new TransientException(
                "the contact that it was merged into may have a user of its own",
                ofContact: true
            );
        }
        await inbox.AcceptMerged(site, entry.Contact, over.Survivor, user.Id, request, cancellationToken);
        // What is remembered for a create of its own is not this user's password.
        memory.Forget(site, over.Survivor);
        return Merged(decision, entry with { UserId = null }, over.Survivor, user.Id);
    }

    private static Written Merged(Decision decision, LedgerEntry entry, long survivor, long? userId)
    {
        var skipped = Skipped(entry, SkipReason.Merged, [.. decision.Warnings], userId);
        return skipped with { Outcome = skipped.Outcome with { Survivor = survivor } };
    }

    private async Task<Written> Write(Decision decision, UserPlan.Change change, CancellationToken cancellationToken)
    {
        var (site, user) = (decision.Site, change.User);
        var refused = ImmutableArray<Warning>.Empty;
        var changes = change.Changes with { Password = null };
        if (!changes.IsEmpty)
        {
            var report = await site.Users.Change(user.Id, changes, cancellationToken);
            if (report.UserGone)
                throw new TransientException(
                    "wordpress: the user vanished while he was being changed",
                    ofContact: true
                );
            refused = report.Warnings;
            if (await Checked(decision, change, cancellationToken) is { } privileged)
                refused = refused.Add(privileged);
        }
        var password = await SetPassword(decision, change, cancellationToken);
        if (password == PasswordStep.Refused)
            refused = refused.Add(new Warning("password_refused", site.Rules.PasswordField ?? ""));
        var entry = Applied(decision.Entry, decision.Seen?.Contact, user.Id);
        if (password is PasswordStep.Set or PasswordStep.Kept)
            entry = entry with { PasswordAppliedAt = PasswordPlan.TimeOf(decision.Seen!.Contact, site.Rules) };
        if (!decision.TakenFrom.IsEmpty)
        {
            await ledger.SaveLinkedAnew(entry, decision.TakenFrom, cancellationToken);
            // What is remembered for a create of his contact's own is not this user's password.
            memory.Forget(entry.Site, entry.Contact);
        }
        else if (entry != decision.Entry)
            await ledger.Save(entry, cancellationToken);

        var kind = changes.IsEmpty && password != PasswordStep.Set ? OutcomeKind.Unchanged : OutcomeKind.Updated;
        var warnings = decision.Warnings.Concat(change.Warnings).Concat(refused).Distinct();
        return new Written(
            new SyncOutcome(kind, [.. warnings])
            {
                UserId = user.Id,
                Tags = change.Changes.Tags,
                TakenFrom = decision.TakenFrom,
            },
            entry,
            user
        );
    }

    // After everything else: WordPress ends the user's sessions. The guard looks at the moment of the change, so that doing it again,
    // should this process die before the ledger knows, does nothing.
    private static async Task<PasswordStep> SetPassword(
        Decision decision,
        UserPlan.Change change,
        CancellationToken cancellationToken
    )
    {
        if (change.Changes.Password is not { } password)
            return PasswordStep.None;
        try
        {
            var end = await decision.Site.Users.SetPassword(
                change.User.Id,
                password,
                PasswordGuard.NewToUser,
                cancellationToken
            );
            return end == PasswordEnd.Set ? PasswordStep.Set : PasswordStep.Kept;
        }
        catch (PermanentException)
        {
            return PasswordStep.Refused;
        }
    }

    private enum PasswordStep
    {
        None,
        Set,
        Kept,
        Refused,
    }

    // A role whose capabilities the site did not tell shows on the user what it holds.
    private async Task<Warning?> Checked(Decision decision, UserPlan.Change change, CancellationToken cancellationToken)
    {
        if (change.Changes.Roles is not { } given || decision.Seen?.Roles is not { } book || given.All(book.Tells))
            return null;
        return await decision.Site.Users.FindById(change.User.Id, cancellationToken) is { } after
            ? await roles.TakeBack(decision.Site, after, change.User.Roles, cancellationToken)
            : null;
    }

    /// <summary>The entry after a read of the contact was applied to a user. A gone contact leaves no read to record.</summary>
    internal static LedgerEntry Applied(LedgerEntry entry, Contact? contact, long userId) =>
        contact is null
            ? entry with
            {
                IsGone = true,
            }
            : entry with
            {
                UserId = userId,
                AppliedUpdate = contact.UpdatedAt ?? entry.AppliedUpdate,
                ReadAt = contact.ReadAt ?? entry.ReadAt,
                LaggingReads = 0,
                IsGone = false,
                Discarded = Losses.None,
            };

    private static Written Skipped(
        LedgerEntry entry,
        SkipReason reason,
        ImmutableArray<Warning> warnings,
        long? userId
    ) => new(new SyncOutcome(OutcomeKind.Skipped, warnings) { Skipped = reason, UserId = userId }, entry, null);
}
