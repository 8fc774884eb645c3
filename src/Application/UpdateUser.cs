using CleanSync.Application.Syncing;
using CleanSync.Domain;
using FluentValidation;
using MediatR;

namespace CleanSync.Application;

/// <summary>Brings fields, tags and a named role of a contact to its user. Never creates one.</summary>
/// <param name="Site">The site's name.</param>
/// <param name="Contact">The contact id, greater than zero.</param>
/// <param name="Role">A role's slug or title; null leaves the user his own.</param>
public sealed record UpdateUser(string Site, long Contact, string? Role = null) : IUseCase<SyncOutcome>, IContactWork
{
    /// <summary>The latest receipt that this covers; without one, no verdict of a person holds for it.</summary>
    internal long Receipt { get; init; } = long.MaxValue;

    /// <summary>How soon it was asked for.</summary>
    internal Urgency Urgency { get; init; }

    bool IContactWork.IsDirect => Receipt == long.MaxValue;

    /// <summary>Checks the command.</summary>
    internal sealed class Validator : AbstractValidator<UpdateUser>
    {
        /// <summary>Makes the rules.</summary>
        public Validator()
        {
            RuleFor(command => command.Site).NotEmpty();
            RuleFor(command => command.Contact).GreaterThan(0);
            RuleFor(command => command.Role).MaximumLength(60);
        }
    }

    internal sealed class Handler(
        WorkingRight rights,
        PersonLocks locks,
        Decider decider,
        ChangeWriter changes,
        Obligations obligations
    ) : IRequestHandler<UpdateUser, SyncOutcome>
    {
        public async Task<SyncOutcome> Handle(UpdateUser command, CancellationToken cancellationToken)
        {
            var request = new SyncRequest(SyncAction.Update, command.Role, urgency: command.Urgency);
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
