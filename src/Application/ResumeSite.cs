using CleanSync.Application.Ports;
using FluentValidation;
using MediatR;

namespace CleanSync.Application;

/// <summary>
/// Lets a paused site go on within a second. When the guard had stopped it, what waits is let through or discarded: every request that
/// was accepted so far and whose plan would take what the guard stopped. Answers the pause that is over; null when there was none.
/// </summary>
/// <param name="Site">The site's name.</param>
/// <param name="LetThrough">
/// True lets through what the guard stopped, false discards it; null says nothing, which is refused when the guard stopped something.
/// </param>
public sealed record ResumeSite(string Site, bool? LetThrough = null) : IUseCase<SitePause?>
{
    /// <summary>Checks the command.</summary>
    internal sealed class Validator : AbstractValidator<ResumeSite>
    {
        /// <summary>Makes the rules.</summary>
        public Validator() => RuleFor(command => command.Site).NotEmpty();
    }

    internal sealed class Handler(ISiteRecords records, InboxSignals signals) : IRequestHandler<ResumeSite, SitePause?>
    {
        /// <exception cref="PermanentException">The guard stopped something, and nothing was said about it.</exception>
        public async Task<SitePause?> Handle(ResumeSite command, CancellationToken cancellationToken)
        {
            var over = await records.Resume(command.Site, command.LetThrough, cancellationToken);
            if (over is { Stopped: not Domain.Losses.None } && command.LetThrough is null)
                throw new PermanentException(
                    "the guard stopped this site: say whether what waits is let through or discarded"
                );
            signals.Wake(command.Site);
            return over;
        }
    }
}
