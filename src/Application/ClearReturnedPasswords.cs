using System.Collections.Concurrent;
using CleanSync.Application.Ports;
using CleanSync.Application.Syncing;
using CleanSync.Domain;
using FluentValidation;
using MediatR;

namespace CleanSync.Application;

/// <summary>
/// Empties the password field of contacts whose users have signed in since their password was returned, where the site wants that and
/// tells first logins. Answers how many were emptied.
/// </summary>
/// <param name="Site">The site's name.</param>
public sealed record ClearReturnedPasswords(string Site) : IUseCase<int>
{
    /// <summary>How many users are looked at in one request.</summary>
    public const int PageSize = 100;

    /// <summary>How many pages are looked at before the next one waits for the next call.</summary>
    public const int LongestRound = 10;

    /// <summary>Checks the command.</summary>
    internal sealed class Validator : AbstractValidator<ClearReturnedPasswords>
    {
        /// <summary>Makes the rules.</summary>
        public Validator() => RuleFor(command => command.Site).NotEmpty();
    }

    /// <summary>Up to which contact each site was looked through; who dies begins again.</summary>
    internal sealed class Rounds
    {
        private readonly ConcurrentDictionary<string, long> _reached = new(StringComparer.Ordinal);

        public long Reached(string site) => _reached.GetValueOrDefault(site);

        public void Reach(string site, long contact) => _reached[site] = contact;
    }

    internal sealed class Handler(WorkingRight rights, ISites sites, ILedger ledger, PersonLocks locks, Rounds rounds)
        : IRequestHandler<ClearReturnedPasswords, int>
    {
        // One page and one write after the other, so that webhooks find the way free.
        public async Task<int> Handle(ClearReturnedPasswords command, CancellationToken cancellationToken)
        {
            var site = sites.Find(command.Site) ?? throw new PermanentException("configuration: there is no such site");
            if (
                site.Rules is not { ClearAfterFirstLogin: true, DryRun: false, ReturnPasswordField: { } field }
                || !(await site.Users.Describe(cancellationToken)).TellsFirstLogin
            )
                return 0;
            await using var right = await rights.For(command.Site, cancellationToken);
            var emptied = 0;
            for (var page = 0; page < LongestRound; page++)
            {
                var after = rounds.Reached(site.Name);
                var entries = await ledger.PasswordsReturned(site.Name, after, PageSize, cancellationToken);
                foreach (var entry in await SignedInOrGone(site, entries, cancellationToken))
                {
                    // Should this one fail, the next round goes on after it.
                    rounds.Reach(site.Name, entry.Entry.Contact);
                    emptied += await Clear(site, entry.Entry, entry.User, field, cancellationToken) ? 1 : 0;
                }
                rounds.Reach(site.Name, entries.Count < PageSize ? 0 : entries[^1].Contact);
                if (entries.Count < PageSize)
                    break;
            }
            return emptied;
        }

        private static async Task<IEnumerable<(LedgerEntry Entry, User? User)>> SignedInOrGone(
            Site site,
            IReadOnlyList<LedgerEntry> entries,
            CancellationToken cancellationToken
        )
        {
            var all = await Task.WhenAll(
                entries.Select(async entry =>
                    (
                        Entry: entry,
                        User: entry.UserId is { } id ? await site.Users.FindById(id, cancellationToken) : null
                    )
                )
            );
            return all.Where(one => one.User is null or { FirstLoginAt: not null });
        }

        private async Task<bool> Clear(
            Site site,
            LedgerEntry seen,
            User? user,
            string field,
            CancellationToken cancellationToken
        )
        {
            using var person = await locks.Contact(site.Name, seen.Contact, cancellationToken);
            var entry = await ledger.Find(site.Name, seen.Contact, cancellationToken);
            // Whoever worked the contact meanwhile may have given it another user, with a password of his own to return.
            if (entry.PasswordReturn != PasswordReturn.Returned || entry.UserId != seen.UserId)
                return false;
            var end = user is null ? FieldWrite.ContactGone : await Empty(site, entry, field, cancellationToken);
            // A field that the account does not define, or will not take, is tried again in the next round.
            if (end is FieldWrite.Written or FieldWrite.ContactGone)
                await ledger.Save(entry with { PasswordReturn = PasswordReturn.Cleared }, cancellationToken);
            return end == FieldWrite.Written;
        }

        private static async Task<FieldWrite> Empty(
            Site site,
            LedgerEntry entry,
            string field,
            CancellationToken cancellationToken
        )
        {
            try
            {
                var values = new Dictionary<string, string>(StringComparer.Ordinal) { [field] = "" };
                return await site.Contacts.Write(entry.Contact, values, cancellationToken);
            }
            catch (PermanentException)
            {
                return FieldWrite.Refused;
            }
        }
    }
}
