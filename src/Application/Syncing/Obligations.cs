using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Syncing;

/// <summary>
/// What is owed to a created user, in this order: his password returned to the contact, then his welcome mail. Progress is durable, so
/// whatever is killed when, it goes on where it stood. Whoever has changed his password before it was returned keeps it: nothing is
/// returned, he gets his mail, and the contact is parked.
/// </summary>
internal sealed class Obligations(ILedger ledger, PasswordMemory memory, Randomness random)
{
    // Why nothing is returned to the contact: since then, the user has chosen a password himself.
    private const string OwnPassword = "own password";

    /// <exception cref="TransientException">One side cannot do it now; called again, it goes on where it stood.</exception>
    public async Task<SyncOutcome> Settle(Decision decision, Written written, CancellationToken cancellationToken)
    {
        var (site, entry) = (decision.Site, written.Entry);
        var outcome = written.Outcome with { Losses = decision.Losses, ContactGone = decision.ContactGone };
        // A creation that ended with somebody else's user, or with none, leaves a password that nobody has.
        if (entry.PasswordReturn != PasswordReturn.Due || outcome.Skipped == SkipReason.Merged)
            memory.Forget(entry.Site, entry.Contact);
        // What a dry run finds owed waits until it is over.
        if (
            written.User is not { } user
            || site.Rules.DryRun
            || entry
                is {
                    PasswordReturn: not PasswordReturn.Due,
                    WelcomeMail: not (WelcomeMailState.Due or WelcomeMailState.Sending)
                }
        )
            return outcome;

        var warnings = new List<Warning>();
        var lost = false;
        if (entry.PasswordReturn == PasswordReturn.Due)
            (entry, lost) = await ReturnPassword(site, entry, user, decision.Seen is null, warnings, cancellationToken);
        // An earlier attempt found that out, and ended at the mail: no outcome told of it yet.
        else if (entry.PasswordReturn == PasswordReturn.Failed)
            warnings.Add(new Warning("password_not_returned", "earlier attempt"));
        entry = await Welcome(site, entry, user, warnings, cancellationToken);
        if (lost)
            memory.Forget(entry.Site, entry.Contact);
        var settled =
            (lost ? Settled.PasswordReturn : Settled.Nothing)
            | (entry.WelcomeMail == WelcomeMailState.Sending ? Settled.WelcomeMail : Settled.Nothing);
        if (decision.Direct && settled != Settled.Nothing)
        {
            await ledger.Save(entry.With(settled), cancellationToken);
            settled = Settled.Nothing;
        }
        return outcome with
        {
            Kind = lost ? OutcomeKind.Parked : OutcomeKind.Created,
            Parked = lost ? ParkReason.PasswordNotReturned : null,
            Skipped = null,
            Settled = settled,
            Warnings = [.. outcome.Warnings.Concat(warnings).Distinct()],
        };
    }

    /// <summary>Returns the password, and stores how that ended unless the user has one of his own.</summary>
    private async Task<(LedgerEntry Entry, bool OwnPassword)> ReturnPassword(
        Site site,
        LedgerEntry entry,
        User user,
        bool contactGone,
        List<Warning> warnings,
        CancellationToken cancellationToken
    )
    {
        string? refused;
        try
        {
            refused = await Return(site, entry, user, contactGone, cancellationToken);
        }
        catch (PermanentException)
        {
            // Parked here, the user would never hear of his account.
            refused = "refused";
        }
        if (refused is not null)
            warnings.Add(new Warning("password_not_returned", refused));
        if (refused is OwnPassword)
            return (entry, true);
        entry = entry with { PasswordReturn = refused is null ? PasswordReturn.Returned : PasswordReturn.Failed };
        await ledger.Save(entry, cancellationToken);
        memory.Forget(entry.Site, entry.Contact);
        return (entry, false);
    }

    // Null when field and user hold the same password; else why they never will.
    private async Task<string?> Return(
        Site site,
        LedgerEntry entry,
        User user,
        bool contactGone,
        CancellationToken cancellationToken
    )
    {
        if (site.Rules.ReturnPasswordField is not { } field)
            return "turned off";
        var remembered = memory.Find(entry.Site, entry.Contact);
        // Whoever made him privileged since, an administrator's password does not go into a contact field.
        if (Privileges.IsPrivileged(user, site.Rules))
            return "privileged user";
        if (user.HasOurPassword == false)
        {
            // Only what an earlier attempt may have written is taken back.
            if (remembered is { FieldMayHaveIt: true })
                await Empty(site, entry, field, cancellationToken);
            return OwnPassword;
        }
        remembered ??= new("", random.Password(), UserHasIt: false);
        memory.Keep(entry.Site, entry.Contact, remembered with { FieldMayHaveIt = true });

        // The field first: a password that only the user has would be known to nobody.
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { [field] = remembered.Password.Text };
        if (site.Rules.ReturnUsernameField is { } usernameField)
            values[usernameField] = user.Login;
        var end = await site.Contacts.Write(entry.Contact, values, cancellationToken);
        // It went after it was read: planned again, for it may have been merged into another, which is owed the password then.
        if (
            end == FieldWrite.ContactGone
            && !contactGone
            && await site.Contacts.FindAlone(entry.Contact, cancellationToken) is null
        )
            throw new TransientException("activecampaign: the contact vanished", ofContact: true);
        if (end != FieldWrite.Written)
            return SyncOutcome.Words(end.ToString());
        if (remembered.UserHasIt || await Set(site, entry, user, remembered.Password, field, cancellationToken))
            return null;
        await Empty(site, entry, field, cancellationToken);
        return OwnPassword;
    }

    // False when he has one of his own. What he does not get must not stay in the field.
    private static async Task<bool> Set(
        Site site,
        LedgerEntry entry,
        User user,
        GeneratedPassword password,
        string field,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var end = await site.Users.SetPassword(user.Id, password, PasswordGuard.OursStill, cancellationToken);
            return end == PasswordEnd.Set;
        }
        catch (PermanentException)
        {
            await Empty(site, entry, field, cancellationToken);
            throw;
        }
    }

    private static Task<FieldWrite> Empty(
        Site site,
        LedgerEntry entry,
        string field,
        CancellationToken cancellationToken
    ) =>
        site.Contacts.Write(
            entry.Contact,
            new Dictionary<string, string>(StringComparer.Ordinal) { [field] = "" },
            cancellationToken
        );

    /// <returns>The entry, as stored.</returns>
    private async Task<LedgerEntry> Welcome(
        Site site,
        LedgerEntry entry,
        User user,
        List<Warning> warnings,
        CancellationToken cancellationToken
    )
    {
        if (entry.WelcomeMail == WelcomeMailState.Sending)
            warnings.Add(new Warning("welcome_mail_unknown"));
        if (entry.WelcomeMail == WelcomeMailState.Due)
        {
            entry = entry with { WelcomeMail = WelcomeMailState.Sending };
            await ledger.Save(entry, cancellationToken);
            var end = await site.Mail.Send(Message(user), cancellationToken);
            if (end == MailEnd.NotSent)
            {
                await ledger.Save(entry with { WelcomeMail = WelcomeMailState.Due }, cancellationToken);
                throw new TransientException("mail: the welcome mail could not be handed over");
            }
            if (end != MailEnd.Sent)
                warnings.Add(new Warning(end == MailEnd.Refused ? "welcome_mail_refused" : "welcome_mail_unknown"));
        }
        return entry;
    }

    private static WelcomeMessage Message(User user) =>
        new(user.Id, user.Login, user.Email, Text(user, UserTarget.FirstName), Text(user, UserTarget.LastName));

    private static string Text(User user, string target) =>
        (user.Values.GetValueOrDefault(target) as FieldContent.Text)?.Value ?? "";
}
