using CleanSync.Application.Ports;
using FluentValidation;
using MediatR;

namespace CleanSync.Application;

/// <summary>
/// Starts a sweep: every linked contact is read and its user brought up to date, below everything else in urgency. It finds what no
/// webhook told and no update time shows. Answers the run; null when one is running already.
/// </summary>
/// <param name="Site">The site's name.</param>
public sealed record StartSweep(string Site) : IUseCase<Job?>
{
    /// <summary>Checks the command.</summary>
    internal sealed class Validator : AbstractValidator<StartSweep>
    {
        /// <summary>Makes the rules.</summary>
        public Validator() => RuleFor(command => command.Site).NotEmpty();
    }

    internal sealed class Handler(ISites sites, IJobs jobs, ILedger ledger, InboxSignals signals, TimeProvider time)
        : IRequestHandler<StartSweep, Job?>
    {
        public async Task<Job?> Handle(StartSweep command, CancellationToken cancellationToken)
        {
            var site = sites.Find(command.Site) ?? throw new PermanentException("configuration: there is no such site");
            var job = new Job(site.Name, JobKind.Sweep, time.GetUtcNow())
            {
                Total = await ledger.CountLinked(site.Name, cancellationToken),
            };
            if (!await jobs.Start(job, cancellationToken))
                return null;
            signals.Wake(site.Name);
            return job;
        }
    }
}
