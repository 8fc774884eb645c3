using CleanSync.Application.Ports;
using CleanSync.Application.Syncing;
using CleanSync.Domain;
using FluentValidation;
using MediatR;

namespace CleanSync.Application;

/// <summary>
/// Creates the user of a contact, or brings the one that exists up to date. A created user's password is returned to the
/// contact, and he is mailed a welcome, as the site's rules say.
/// </summary>
/// <param name="Site">The site's name.</param>
/// <param name="Contact">The contact id, greater than zero.</param>
/// <param name="Role">A role's slug or title; null leaves a new user the site's default and an existing one his own.</param>
/// <param name="SendNotification">Whether a created user is mailed; null leaves it to the site.</param>
public sealed record AddUser(string Site, long Contact, string? Role = null, bool? SendNotification = null)
    : IUseCase<SyncOutcome>,
        IContactWork
{
    /// <summary>Whether an import asks: then nobody is mailed unless told, and the guard does not count. Default false.</summary>
    public bool Imported { get; init; }

    /// <summary>The latest receipt that this covers; without one, no verdict of a person holds for it.</summary>
    internal long Receipt { get; init; } = long.MaxValue;

    /// <summary>How soon it was asked for.</summary>
    internal Urgency Urgency { get; init; }

    bool IContactWork.IsDirect => Receipt == long.MaxValue;

    /// <summary>Checks the command.</summary>
    internal sealed class Validator : AbstractValidator<AddUser>
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
        UserCreation creation,
        Obligations obligations
    ) : IRequestHandler<AddUser, SyncOutcome>
    {
        public async Task<SyncOutcome> Handle(AddUser command, CancellationToken cancellationToken)
        {
            var request = new SyncRequest(
                SyncAction.Add,
                command.Role,
                command.SendNotification,
                command.Imported,
                command.Urgency
            );
            await using var right = await rights.For(command, cancellationToken);
            using var person = await locks.Contact(command.Site, command.Contact, cancellationToken);
            for (var attempt = 0; attempt < 3; attempt++)
            {
                using var decision = await decider.Decide(
                    command.Site,
                    command.Contact,
                    request,
                    command.Receipt,
                    cancellationToken
                );
                var written = decision.Plan is UserPlan.Create create
                    ? await creation.Create(decision, create, cancellationToken)
                    : await changes.Write(decision, cancellationToken);
                // Null: somebody else created the user meanwhile. He is an existing user now, and is planned for as one.
                if (written is not null)
                    return await obligations.Settle(decision, written, cancellationToken);
            }
            throw new TransientException("wordpress: the user appears and disappears");
        }
    }
}
