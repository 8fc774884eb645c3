using CleanSync.Application.Ports;
using FluentValidation;
using MediatR;

namespace CleanSync.Application;

/// <summary>Pauses a site: its webhooks are accepted and wait. What is being worked ends. Answers the pause, which may be an earlier one.</summary>
/// <param name="Site">The site's name.</param>
/// <param name="Because">Why, for those who look at it later; at most 200 characters; null says that a person did it.</param>
public sealed record PauseSite(string Site, string? Because = null) : IUseCase<SitePause>
{
    /// <summary>Checks the command.</summary>
    internal sealed class Validator : AbstractValidator<PauseSite>
    {
        /// <summary>Makes the rules.</summary>
        public Validator()
        {
            RuleFor(command => command.Site).NotEmpty();
            RuleFor(command => command.Because).MaximumLength(200);
        }
    }

    internal sealed class Handler(ISiteRecords records, TimeProvider time) : IRequestHandler<PauseSite, SitePause>
    {
        public async Task<SitePause> Handle(PauseSite command, CancellationToken cancellationToken)
        {
            var because = string.IsNullOrWhiteSpace(command.Because) ? "paused by a person" : command.Because.Trim();
            var pause = new SitePause(time.GetUtcNow(), because, Domain.Losses.None);
            await records.Pause(command.Site, pause, cancellationToken);
            return (await records.Find(command.Site, cancellationToken)).Pause ?? pause;
        }
    }
}
