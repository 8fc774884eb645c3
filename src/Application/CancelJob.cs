using CleanSync.Application.Ports;
using FluentValidation;
using MediatR;

namespace CleanSync.Application;

/// <summary>
/// Cancels an import or a sweep. The few hundred contacts that it has enqueued at most are still worked. Answers the run as it ended;
/// null when none was running.
/// </summary>
/// <param name="Site">The site's name.</param>
/// <param name="Kind">Which.</param>
public sealed record CancelJob(string Site, JobKind Kind) : IUseCase<Job?>
{
    /// <summary>Checks the command.</summary>
    internal sealed class Validator : AbstractValidator<CancelJob>
    {
        /// <summary>Makes the rules.</summary>
        public Validator()
        {
            RuleFor(command => command.Site).NotEmpty();
            RuleFor(command => command.Kind).IsInEnum();
        }
    }

    internal sealed class Handler(IJobs jobs) : IRequestHandler<CancelJob, Job?>
    {
        public async Task<Job?> Handle(CancelJob command, CancellationToken cancellationToken) =>
            await jobs.Cancel(command.Site, command.Kind, cancellationToken)
                ? await jobs.Find(command.Site, command.Kind, cancellationToken)
                : null;
    }
}
