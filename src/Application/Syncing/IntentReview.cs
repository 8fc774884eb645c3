using System.Collections.Immutable;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Syncing;

/// <summary>Finds out what became of a creation whose end is not known (SPEC 3.2).</summary>
internal sealed class IntentReview(
    ILedger ledger,
    IInbox inbox,
    Owners owners,
    PersonLocks locks,
    RoleWatch roles,
    TimeProvider time
)
{
    /// <summary>
    /// Looks whether the user of the intent exists, by email or by the contact id that he carries: then he is ours, and what is owed to
    /// him goes on, unless another contact is linked to him by now: that keeps him, and is owed what is owed to him.
    /// Somebody else is an existing user. When there is nobody, a create that was not answered is waited for.
    /// </summary>
    /// <param name="site">The site.</param>
    /// <param name="entry">The contact's entry, with the intent.</param>
    /// <param name="contact">The contact; null when it is gone.</param>
    /// <param name="look">The look by the contact's email, or the intent's when it is gone.</param>
    /// <param name="carriers">Who carries the contact's id.</param>
    /// <param name="request">The request.</param>
    /// <param name="warnings">Gets what an outcome has to tell.</param>
    /// <param name="held">Gets the locks of the gone contacts that are linked to the user.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The entry as stored, and the user if he is ours.</returns>
    /// <exception cref="TransientException">The create may still be under way.</exception>
    public async Task<(LedgerEntry Entry, User? Linked)> Review(
        Site site,
        LedgerEntry entry,
        Contact? contact,
        UsersByEmail look,
        ImmutableArray<User> carriers,
        SyncRequest request,
        List<Warning> warnings,
        List<IDisposable> held,
        CancellationToken cancellationToken
    )
    {
        var intent = entry.Intent!;
        // The contact's email may have changed since; the user was created with the one of the intent.
        var users = look.Users;
        if (!users.Concat(carriers).Any(intent.IsOrigin))
            users = (await site.Users.FindByEmail(intent.Email, cancellationToken)).Users;
        if (users.Concat(carriers).FirstOrDefault(intent.IsOrigin) is { } ours)
        {
            var others = await owners.Others(entry, ours, cancellationToken);
            // Whoever he belongs to now, CleanSync made him. A role that it never gives is from a person, and stays with another's user.
            if (others.Count == 0 || !await HasPrivilegedRole(site, ours, cancellationToken))
                ours = await roles.TakeBackFromNew(site, ours, warnings, cancellationToken);
            var keeper = contact is null ? null : await Owners.FirstLiving(site, others, cancellationToken);
            // Without a token it is a guess that he is ours, and that another contact is linked to him says more: it may have made him.
            var isGuess = ours.CreationToken is null && others.Count > 0;
            if (keeper is not null || isGuess)
            {
                if (keeper is { } other && !isGuess)
                    await Owe(Created(entry, ours, intent, request, site.Rules), other, cancellationToken);
                entry = entry with { Intent = null };
                await ledger.Save(entry, cancellationToken);
                return (entry, null);
            }
            // Whoever works a gone one just now takes him for its own.
            if (contact is not null)
                foreach (var gone in others)
                    held.Add(locks.ContactNow(site.Name, gone));
            entry = Created(entry, ours, intent, request, site.Rules);
            await ledger.Save(entry, cancellationToken);
            return (entry, ours);
        }
        if (users.IsEmpty && !intent.Answered)
            await WaitFor(entry, intent, look.SiteDate, cancellationToken);
        if (!look.Users.IsEmpty || !carriers.IsEmpty)
        {
            warnings.Add(new Warning("existing_user_password_untouched"));
            entry = entry with { Intent = null };
            await ledger.Save(entry, cancellationToken);
        }
        return (entry, null);
    }

    // Who has him now is told of his password and welcomes him.
    private async Task Owe(LedgerEntry made, long keeper, CancellationToken cancellationToken)
    {
        using var held = locks.ContactNow(made.Site, keeper);
        var theirs = await ledger.Find(made.Site, keeper, cancellationToken);
        if (
            theirs.UserId != made.UserId
            || theirs is not { PasswordReturn: PasswordReturn.NotDue, WelcomeMail: WelcomeMailState.NotDue }
        )
            return;
        await inbox.Accept(made.Site, keeper, new SyncRequest(SyncAction.Update), cancellationToken);
        theirs = theirs with { PasswordReturn = made.PasswordReturn, WelcomeMail = made.WelcomeMail };
        await ledger.Save(theirs, cancellationToken);
    }

    private static async Task<bool> HasPrivilegedRole(Site site, User user, CancellationToken cancellationToken)
    {
        if (!Privileges.IsPrivileged(user, site.Rules) || user.Roles.Count == 0)
            return false;
        var book = await site.Users.ResolveRoles([.. user.Roles], cancellationToken);
        return user.Roles.Any(slug =>
            Privileges.IsPrivileged(book.Find(slug) ?? new Role(slug, slug, null), site.Rules)
        );
    }

    // By both clocks: this host's may have been set, or be another's.
    private async Task WaitFor(
        LedgerEntry entry,
        CreationIntent intent,
        DateTimeOffset siteDate,
        CancellationToken cancellationToken
    )
    {
        var left = intent.SentAt + CreationIntent.MayStillHappen - time.GetUtcNow();
        if (left > CreationIntent.MayStillHappen)
        {
            // Sent at a time to come: the clock was set back since, and how long ago it was sent is not known any more.
            left = CreationIntent.MayStillHappen;
            await ledger.Save(entry with { Intent = intent with { SentAt = time.GetUtcNow() } }, cancellationToken);
        }
        var leftThere = intent.SiteDate + CreationIntent.MayStillHappen - siteDate;
        if (leftThere > left)
            left = leftThere < CreationIntent.MayStillHappen ? leftThere : CreationIntent.MayStillHappen;
        if (left > TimeSpan.Zero)
            throw new TransientException(
                "wordpress: a create was not answered and may still be under way",
                left,
                spendsAttempt: false
            );
    }

    /// <summary>The entry of a contact whose user was just created, with what is owed to him.</summary>
    public static LedgerEntry Created(
        LedgerEntry entry,
        User user,
        CreationIntent intent,
        SyncRequest request,
        SiteRules rules
    ) =>
        entry with
        {
            UserId = user.Id,
            Intent = null,
            PasswordReturn =
                intent.Generated && rules.ReturnPasswordField is not null ? PasswordReturn.Due : PasswordReturn.NotDue,
            WelcomeMail = request.MailsWelcome(rules) ? WelcomeMailState.Due : WelcomeMailState.NotDue,
        };
}
