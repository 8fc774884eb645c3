using CleanSync.Application.Ports;
using CleanSync.Domain;
using FluentValidation;
using MediatR;

namespace CleanSync.Application;

/// <summary>How a site stands, from what is stored: any process that sees the store can tell.</summary>
/// <param name="Site">The site's name.</param>
public sealed record ReadStatus(string Site) : IUseCase<SiteStatus>
{
    /// <summary>How many rows are told.</summary>
    public const int Rows = 20;

    /// <summary>Checks the command.</summary>
    internal sealed class Validator : AbstractValidator<ReadStatus>
    {
        /// <summary>Makes the rules.</summary>
        public Validator() => RuleFor(command => command.Site).NotEmpty();
    }

    internal sealed class Handler(IInbox inbox, ISiteRecords records, IJobs jobs)
        : IRequestHandler<ReadStatus, SiteStatus>
    {
        public async Task<SiteStatus> Handle(ReadStatus command, CancellationToken cancellationToken)
        {
            var waiting = new Dictionary<Urgency, long>();
            foreach (var urgency in Enum.GetValues<Urgency>())
                waiting[urgency] = await inbox.Waiting(command.Site, urgency, cancellationToken);
            return new SiteStatus(
                await records.Find(command.Site, cancellationToken),
                await inbox.Depth(command.Site, cancellationToken),
                waiting,
                await inbox.Rows(command.Site, Rows, cancellationToken),
                await jobs.Find(command.Site, JobKind.Import, cancellationToken),
                await jobs.Find(command.Site, JobKind.Sweep, cancellationToken)
            );
        }
    }
}

/// <summary>How a site stands.</summary>
/// <param name="Record">Pause, hold, watermark and last webhook.</param>
/// <param name="Depth">How full its inbox is.</param>
/// <param name="Waiting">How many contacts wait, by urgency; those with more to do while they are worked aside.</param>
/// <param name="Rows">The first rows, parked ones first.</param>
/// <param name="Import">The latest import; null when there was none.</param>
/// <param name="Sweep">The latest sweep; null when there was none.</param>
public sealed record SiteStatus(
    SiteRecord Record,
    InboxDepth Depth,
    IReadOnlyDictionary<Urgency, long> Waiting,
    IReadOnlyList<InboxRow> Rows,
    Job? Import,
    Job? Sweep
);
