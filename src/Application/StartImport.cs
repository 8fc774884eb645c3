using CleanSync.Application.Ports;
using FluentValidation;
using MediatR;

namespace CleanSync.Application;

/// <summary>
/// Starts an import: contacts of the account become users, page by page, below webhooks in urgency. It goes on where it was after a
/// restart. Nobody is mailed a welcome unless told, and the guard does not count it. Answers the run; null when one is running already.
/// </summary>
/// <param name="Site">The site's name.</param>
/// <param name="Tag">Only contacts with this tag; null for any.</param>
/// <param name="List">Only contacts on this list, by name or id; null for any. Not together with a tag.</param>
/// <param name="Role">The role of the users, as slug or title; null leaves it to the site.</param>
/// <param name="SendNotification">Whether users who are created are mailed a welcome. Default false.</param>
public sealed record StartImport(
    string Site,
    string? Tag = null,
    string? List = null,
    string? Role = null,
    bool SendNotification = false
) : IUseCase<Job?>
{
    /// <summary>Checks the command.</summary>
    internal sealed class Validator : AbstractValidator<StartImport>
    {
        /// <summary>Makes the rules.</summary>
        public Validator()
        {
            RuleFor(command => command.Site).NotEmpty();
            RuleFor(command => command.Tag).NotEmpty().When(command => command.Tag is not null);
            RuleFor(command => command.List).NotEmpty().When(command => command.List is not null);
            RuleFor(command => command.List)
                .Null()
                .When(command => command.Tag is not null)
                .WithMessage("name a tag or a list, not both");
            RuleFor(command => command.Role).MaximumLength(60);
        }
    }

    internal sealed class Handler(ISites sites, IJobs jobs, InboxSignals signals, TimeProvider time)
        : IRequestHandler<StartImport, Job?>
    {
        public async Task<Job?> Handle(StartImport command, CancellationToken cancellationToken)
        {
            var site = sites.Find(command.Site) ?? throw new PermanentException("configuration: there is no such site");
            var job = new Job(site.Name, JobKind.Import, time.GetUtcNow())
            {
                Tag = command.Tag?.Trim(),
                List = command.List?.Trim(),
                Role = command.Role,
                SendNotification = command.SendNotification,
            };
            if (!await jobs.Start(job, cancellationToken))
                return null;
            signals.Wake(site.Name);
            return job;
        }
    }
}
