using CleanSync.Application.Ports;
using CleanSync.Domain;
using FluentValidation;
using MediatR;

namespace CleanSync.Application;

/// <summary>Makes parked contacts due now, with fresh attempts. Answers how many.</summary>
/// <param name="Site">The site's name.</param>
/// <param name="Contact">One contact; null for all.</param>
/// <param name="Reason">Only those parked for this reason; null for any.</param>
public sealed record RetryParked(string Site, long? Contact = null, ParkReason? Reason = null) : IUseCase<int>
{
    /// <summary>Checks the command.</summary>
    internal sealed class Validator : AbstractValidator<RetryParked>
    {
        /// <summary>Makes the rules.</summary>
        public Validator()
        {
            RuleFor(command => command.Site).NotEmpty();
            RuleFor(command => command.Contact).GreaterThan(0);
            RuleFor(command => command.Reason).IsInEnum();
        }
    }

    internal sealed class Handler(IInbox inbox, InboxSignals signals) : IRequestHandler<RetryParked, int>
    {
        public async Task<int> Handle(RetryParked command, CancellationToken cancellationToken)
        {
            var retried = await inbox.Retry(command.Site, command.Contact, command.Reason, cancellationToken);
            if (retried > 0)
                signals.Wake(command.Site);
            return retried;
        }
    }
}
