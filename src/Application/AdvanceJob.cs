using CleanSync.Application.Ports;
using CleanSync.Domain;
using FluentValidation;
using MediatR;

namespace CleanSync.Application;

/// <summary>
/// Enqueues the next page of a running import or sweep, unless enough of it waits already: so its progress is that of the work, and
/// a cancelled run ends soon. Answers whether there is another page to enqueue now.
/// </summary>
/// <param name="Site">The site's name.</param>
/// <param name="Kind">Which.</param>
public sealed record AdvanceJob(string Site, JobKind Kind) : IUseCase<bool>
{
    /// <summary>Contacts of a page.</summary>
    public const int PageSize = 100;

    /// <summary>How many contacts of a run wait at most, the next page aside.</summary>
    public const int MostWaiting = 200;

    /// <summary>Checks the command.</summary>
    internal sealed class Validator : AbstractValidator<AdvanceJob>
    {
        /// <summary>Makes the rules.</summary>
        public Validator()
        {
            RuleFor(command => command.Site).NotEmpty();
            RuleFor(command => command.Kind).IsInEnum();
        }
    }

    internal sealed class Handler(
        ISites sites,
        IJobs jobs,
        ILedger ledger,
        IInbox inbox,
        InboxSignals signals,
        TimeProvider time
    ) : IRequestHandler<AdvanceJob, bool>
    {
        public async Task<bool> Handle(AdvanceJob command, CancellationToken cancellationToken)
        {
            var site = sites.Find(command.Site) ?? throw new PermanentException("configuration: there is no such site");
            if (await jobs.Find(site.Name, command.Kind, cancellationToken) is not { State: JobState.Running } job)
                return false;
            var request = RequestOf(job);
            if (await inbox.Waiting(site.Name, request.Urgency, cancellationToken) >= MostWaiting)
                return false;
            Page page;
            try
            {
                page =
                    job.Kind == JobKind.Import
                        ? await Import(site, job, cancellationToken)
                        : await Sweep(site, job, cancellationToken);
            }
            catch (PermanentException failed)
            {
                var end = job with { State = JobState.Failed, Ended = time.GetUtcNow(), Reason = failed.Message };
                await jobs.Save(end, cancellationToken);
                return false;
            }
            // Enqueued first: a page that is enqueued twice does no harm, one that is not enqueued would be missing.
            if (page.Contacts.Count > 0)
            {
                await inbox.AcceptAll(site.Name, page.Contacts, request, cancellationToken);
                signals.Wake(site.Name);
            }
            job = job with
            {
                After = page.Contacts.Count > 0 ? page.Contacts[^1] : job.After,
                Seen = job.Seen + page.Contacts.Count,
                Total = page.Total ?? job.Total,
            };
            if (page.IsLast)
                job = job with { State = JobState.Done, Ended = time.GetUtcNow(), Total = job.Seen };
            return await jobs.Save(job, cancellationToken) && !page.IsLast;
        }

        private static SyncRequest RequestOf(Job job) =>
            job.Kind == JobKind.Import
                ? new(
                    SyncAction.Add,
                    job.Role,
                    job.SendNotification ? true : null,
                    imported: true,
                    urgency: Urgency.Import
                )
                : new(SyncAction.Update, urgency: Urgency.Sweep);

        private static async Task<Page> Import(Site site, Job job, CancellationToken cancellationToken)
        {
            ContactQuery query = job switch
            {
                { Tag: { } tag } => new ContactQuery.WithTag(tag),
                { List: { } list } => new ContactQuery.OnList(list),
                _ => new ContactQuery.Everyone(),
            };
            var page = await site.Contacts.List(query, job.After, cancellationToken);
            return new(
                [.. page.Contacts.Select(contact => contact.Id)],
                job.Seen + page.Total,
                page.IsLast || page.Contacts.Count == 0
            );
        }

        private async Task<Page> Sweep(Site site, Job job, CancellationToken cancellationToken)
        {
            var contacts = await ledger.Linked(site.Name, job.After, PageSize, cancellationToken);
            return new(contacts, job.Total, contacts.Count < PageSize);
        }

        private sealed record Page(IReadOnlyList<long> Contacts, long? Total, bool IsLast);
    }
}
