using CleanSync.Application.Syncing;
using CleanSync.Domain;
using FluentValidation;
using MediatR;

namespace CleanSync.Application;

/// <summary>Brings a contact's tags to its user, and nothing else. Never creates one.</summary>
/// <param name="Site">The site's name.</param>
/// <param name="Contact">The contact id, greater than zero.</param>
public sealed record UpdateTags(string Site, long Contact) : IUseCase<SyncOutcome>, IContactWork
{
    /// <summary>The latest receipt that this covers; without one, no verdict of a person holds for it.</summary>
    internal long Receipt { get; init; } = long.MaxValue;

    /// <summary>How soon it was asked for.</summary>
    internal Urgency Urgency { get; init; }

    bool IContactWork.IsDirect => Receipt == long.MaxValue;

    /// <summary>Checks the command.</summary>
    internal sealed class Validator : AbstractValidator<UpdateTags>
    {
        /// <summary>Makes the rules.</summary>
        public Validator()
        {
            RuleFor(command => command.Site).NotEmpty();
            RuleFor(command => command.Contact).GreaterThan(0);
        }
    }

    internal sealed class Handler(
        WorkingRight rights,
        PersonLocks locks,
        Decider decider,
        ChangeWriter changes,
        Obligations obligations
    ) : IRequestHandler<UpdateTags, SyncOutcome>
    {
        public async Task<SyncOutcome> Handle(UpdateTags command, CancellationToken cancellationToken)
        {
            var request = new SyncRequest(SyncAction.UpdateTags, urgency: command.Urgency);
            await using var right = await rights.For(command, cancellationToken);
            using var person = await locks.Contact(command.Site, command.Contact, cancellationToken);
            using var decision = await decider.Decide(
                command.Site,
                command.Contact,
                request,
                command.Receipt,
                cancellationToken
            );
            var written = await changes.Write(decision, cancellationToken);
            // A user who was taken over from a merged contact may still be owed something.
            return await obligations.Settle(decision, written, cancellationToken);
        }
    }
}
