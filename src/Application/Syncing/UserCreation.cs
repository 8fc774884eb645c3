using System.Collections.Immutable;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Syncing;

/// <summary>
/// Creates a user so that a crash between any two steps leaves one user, known as ours:
/// <list type="number">
/// <item>the intent, with a random token, is stored;</item>
/// <item>the create call, which carries the token;</item>
/// <item>the link and what is owed to the user are stored;</item>
/// <item>what a create call cannot carry safely (meta, tags) is written as a change.</item>
/// </list>
/// </summary>
internal sealed class UserCreation(
    ILedger ledger,
    Owners owners,
    ChangeWriter changes,
    RoleWatch roles,
    PasswordMemory memory,
    Randomness random,
    TimeProvider time
)
{
    /// <summary>How many usernames are tried.</summary>
    private const int LongestSearch = 8;

    /// <returns>Null when somebody else created the user meanwhile.</returns>
    public async Task<Written?> Create(Decision decision, UserPlan.Create plan, CancellationToken cancellationToken)
    {
        var (site, user) = (decision.Site, plan.User);
        var (login, supplied) = (user.Login, user.Password);
        var warnings = plan.Warnings.ToList();
        var entry = decision.Entry;
        for (var attempt = 0; attempt < LongestSearch; attempt++)
        {
            var draft = Draft(entry, user, login, supplied);
            entry = entry with
            {
                UserId = null,
                Intent = Intent(decision, draft, supplied is null),
                PasswordReturn = PasswordReturn.NotDue,
                PasswordAppliedAt = null,
                WelcomeMail = WelcomeMailState.NotDue,
            };
            await ledger.Save(entry, cancellationToken);

            var answer = await Ask(site, draft, entry, cancellationToken);
            entry = entry with { Intent = entry.Intent! with { Answered = true } };
            switch (answer)
            {
                case Creation.Created { Existed: true } found
                    when await owners.LivingOther(site, entry, found.User, cancellationToken) is not null:
                    // Another contact has taken him over since: with another token, he is nobody but a namesake.
                    entry = entry with
                    {
                        Intent = null,
                    };
                    break;
                case Creation.Created created:
                    // What the site refused as a password is not offered to it again.
                    entry = entry with
                    {
                        PasswordAppliedAt =
                            user.Password is null || created.Existed
                                ? null
                                : PasswordPlan.TimeOf(decision.Seen!.Contact, site.Rules),
                    };
                    return await Created(decision with { Entry = entry }, created, warnings, cancellationToken);
                case Creation.Duplicate duplicate:
                    await ledger.Save(entry, cancellationToken);
                    if (!(await site.Users.FindByEmail(user.Email, cancellationToken)).Users.IsEmpty)
                        return null;
                    if (duplicate.Email)
                        return await Parked(entry, ParkReason.EmailTakenNotVisible, warnings, cancellationToken);
                    login = Username.Candidate(user.Login, attempt + 1, random.Number());
                    break;
                case Creation.LoginRefused:
                    login = Username.Plain(login, random.Number());
                    if (attempt > 0)
                        login = Username.Candidate(login, attempt + 2, random.Number());
                    break;
                case Creation.PasswordRefused when supplied is not null:
                    supplied = null;
                    warnings.Add(new Warning("password_unusable", site.Rules.PasswordField ?? ""));
                    break;
                case Creation.PasswordRefused:
                    throw new PermanentException("wordpress: a generated password was refused");
                default:
                    return await Parked(entry, ParkReason.EmailRefused, warnings, cancellationToken);
            }
        }
        return await Parked(entry, ParkReason.LoginRefused, warnings, cancellationToken);
    }

    // A fault that is an answer, or never left this host, leaves no create under way that would have to be waited for.
    private async Task<Creation> Ask(Site site, UserDraft draft, LedgerEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            return await site.Users.Create(draft, cancellationToken);
        }
        catch (Exception fault) when (fault is PermanentException or TransientException { Unanswered: false })
        {
            await ledger.Save(entry with { Intent = entry.Intent! with { Answered = true } }, cancellationToken);
            // Nobody may ever come back to it; whoever does makes a new one.
            if (fault is PermanentException)
                memory.Forget(entry.Site, entry.Contact);
            throw;
        }
    }

    // The token of an earlier attempt is kept, so that whichever create came through, its user is known as ours.
    private UserDraft Draft(LedgerEntry entry, NewUser user, string login, GeneratedPassword? supplied)
    {
        var earlier = entry.Intent is { } intent && ContactEmail.Same(intent.Email, user.Email) ? intent : null;
        var token = earlier?.Token ?? random.Token();
        var remembered = memory.Find(entry.Site, entry.Contact);
        if (remembered is null || !string.Equals(remembered.Token, token, StringComparison.Ordinal))
            remembered = new(token, random.Password(), UserHasIt: earlier is null && supplied is null);
        memory.Keep(entry.Site, entry.Contact, remembered);
        var core = user
            .Values.Where(value => UserTarget.IsCore(value.Key))
            .ToImmutableDictionary(StringComparer.Ordinal);
        return new UserDraft(
            login,
            user.Email,
            supplied ?? remembered.Password,
            supplied is null,
            user.Role,
            entry.Contact,
            token,
            core
        );
    }

    private CreationIntent Intent(Decision decision, UserDraft draft, bool generated)
    {
        var earlier = decision.Entry.Intent;
        var since =
            earlier is not null && string.Equals(earlier.Token, draft.CreationToken, StringComparison.Ordinal)
                ? earlier.SiteDate
                : decision.SiteDate!.Value;
        return new CreationIntent(
            draft.CreationToken,
            draft.Login,
            draft.Email,
            since,
            time.GetUtcNow(),
            Answered: false,
            generated
        );
    }

    private async Task<Written> Created(
        Decision decision,
        Creation.Created created,
        List<Warning> warnings,
        CancellationToken cancellationToken
    )
    {
        var (site, request, user) = (decision.Site, decision.Request, created.User);
        var intent = decision.Entry.Intent!;
        if (!created.Existed && memory.Find(site.Name, decision.Entry.Contact) is { } remembered)
            memory.Keep(site.Name, decision.Entry.Contact, remembered with { UserHasIt = true });
        warnings.AddRange(created.Warnings);
        // Before the link is stored: until then the intent has it done again, should this process or the site fail in between.
        user = await roles.TakeBackFromNew(site, user, warnings, cancellationToken);
        var entry = IntentReview.Created(decision.Entry, user, intent, request, site.Rules);
        await ledger.Save(entry, cancellationToken);
        if (entry.PasswordReturn != PasswordReturn.Due)
            memory.Forget(entry.Site, entry.Contact);

        if ((await site.Users.FindByEmail(user.Email, cancellationToken)).Users.Length > 1)
            warnings.Add(new Warning("twin_found"));

        var seen = decision.Seen! with { Linked = user, Owner = UserOwner.Free };
        var rest = UserPlanner.Plan(
            seen,
            new SyncRequest(SyncAction.Update, ReferenceEquals(user, created.User) ? request.Role : null),
            // He has just got his password.
            site.Rules with
            {
                UpdateExistingPassword = false,
            }
        );
        var written = await changes.Write(decision with { Entry = entry, Plan = rest, Seen = seen }, cancellationToken);
        var all = written.Outcome.Warnings.Concat(warnings).Distinct();
        return written with { Outcome = written.Outcome with { Kind = OutcomeKind.Created, Warnings = [.. all] } };
    }

    private async Task<Written> Parked(
        LedgerEntry entry,
        ParkReason reason,
        List<Warning> warnings,
        CancellationToken cancellationToken
    )
    {
        entry = entry with { Intent = null };
        memory.Forget(entry.Site, entry.Contact);
        await ledger.Save(entry, cancellationToken);
        return new Written(new SyncOutcome(OutcomeKind.Parked, [.. warnings]) { Parked = reason }, entry, null);
    }
}
