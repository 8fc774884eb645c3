using CleanSync.Application.Ports;
using CleanSync.Domain;
using FluentValidation;
using MediatR;

namespace CleanSync.Application;

/// <summary>
/// Enqueues the contacts that changed since the last catch-up, for webhooks that were sent while nobody listened: the sender never
/// repeats one. Linked contacts are enqueued as <c>update</c>, those with the site's tag for it as <c>add</c>. The first one of a site
/// only notes the time. Answers how many contacts were enqueued.
/// </summary>
/// <param name="Site">The site's name.</param>
/// <remarks>The watermark moves after the last page, so a catch-up that is cut short begins again.</remarks>
public sealed record CatchUp(string Site) : IUseCase<int>
{
    /// <summary>An update time that is older than the read by more than this is known already; the account's clocks may differ a little.</summary>
    private static readonly TimeSpan Known = TimeSpan.FromSeconds(60);

    /// <summary>Checks the command.</summary>
    internal sealed class Validator : AbstractValidator<CatchUp>
    {
        /// <summary>Makes the rules.</summary>
        public Validator() => RuleFor(command => command.Site).NotEmpty();
    }

    internal sealed class Handler(
        ISites sites,
        ISiteRecords records,
        ILedger ledger,
        IInbox inbox,
        InboxSignals signals,
        TimeProvider time
    ) : IRequestHandler<CatchUp, int>
    {
        /// <exception cref="PermanentException">The account ignores the question for changes, or does not know the tag.</exception>
        public async Task<int> Handle(CatchUp command, CancellationToken cancellationToken)
        {
            var site = sites.Find(command.Site) ?? throw new PermanentException("configuration: there is no such site");
            if ((await records.Find(site.Name, cancellationToken)).Watermark is not { } watermark)
            {
                await records.CaughtUp(site.Name, time.GetUtcNow(), cancellationToken);
                return 0;
            }
            var since = watermark - site.CatchUp.Overlap;
            var update = new SyncRequest(SyncAction.Update, urgency: Urgency.CatchUp);
            var (mark, enqueued) = await Enqueue(site, new(since), update, linkedOnly: true, cancellationToken);
            if (site.CatchUp.AddWithTag is { } tag)
            {
                var add = new SyncRequest(SyncAction.Add, site.CatchUp.AddRole, urgency: Urgency.CatchUp);
                enqueued += (await Enqueue(site, new(since, tag), add, linkedOnly: false, cancellationToken)).Enqueued;
            }
            await records.CaughtUp(site.Name, mark, cancellationToken);
            return enqueued;
        }

        private async Task<(DateTimeOffset Mark, int Enqueued)> Enqueue(
            Site site,
            ContactQuery.UpdatedSince query,
            SyncRequest request,
            bool linkedOnly,
            CancellationToken cancellationToken
        )
        {
            DateTimeOffset? mark = null;
            var enqueued = 0;
            var after = 0L;
            while (true)
            {
                var page = await site.Contacts.List(query, after, cancellationToken);
                mark ??= page.AnsweredAt;
                var wanted = await Wanted(site.Name, page.Contacts, linkedOnly, cancellationToken);
                if (wanted.Count > 0)
                {
                    await inbox.AcceptAll(site.Name, wanted, request, cancellationToken);
                    signals.Wake(site.Name);
                }
                enqueued += wanted.Count;
                if (page.IsLast || page.Contacts.Count == 0)
                    return (mark.Value, enqueued);
                after = page.Contacts[^1].Id;
            }
        }

        private async Task<IReadOnlyList<long>> Wanted(
            string site,
            IReadOnlyList<ListedContact> listed,
            bool linkedOnly,
            CancellationToken cancellationToken
        )
        {
            var entries = await ledger.FindAll(site, [.. listed.Select(contact => contact.Id)], cancellationToken);
            var linked = entries.Where(entry => entry.UserId is not null).ToDictionary(entry => entry.Contact);
            return
            [
                .. listed
                    .Where(contact =>
                        linked.TryGetValue(contact.Id, out var entry)
                            ? !(contact.UpdatedAt < entry.ReadAt - Known)
                            : !linkedOnly
                    )
                    .Select(contact => contact.Id),
            ];
        }
    }
}

/// <summary>How a site catches up.</summary>
public sealed record CatchUpSettings
{
    /// <summary>How often. Default 15 minutes; zero turns it off.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How far before the watermark it looks. Default an hour.</summary>
    public TimeSpan Overlap { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often every linked user is looked through. Default a day; zero turns it off.</summary>
    public TimeSpan Sweep { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The tag whose contacts become users; null for none.</summary>
    public string? AddWithTag { get; init; }

    /// <summary>The role that those users get, as slug or title; null leaves it to the site.</summary>
    public string? AddRole { get; init; }
}
