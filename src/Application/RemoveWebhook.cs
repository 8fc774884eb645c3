using CleanSync.Application.Ports;
using CleanSync.Application.Webhooks;
using CleanSync.Domain;
using FluentValidation;
using MediatR;

namespace CleanSync.Application;

/// <summary>Removes the webhook of a site from its account, and no other. Answers how many were removed: it may have been doubled.</summary>
/// <param name="Site">The site's name.</param>
/// <param name="Action">What the webhook asks for; null for <see cref="InstallWebhook.UsualAction"/>.</param>
public sealed record RemoveWebhook(string Site, SyncAction? Action = null) : IUseCase<int>
{
    /// <summary>Checks the command.</summary>
    internal sealed class Validator : AbstractValidator<RemoveWebhook>
    {
        /// <summary>Makes the rules.</summary>
        public Validator()
        {
            RuleFor(command => command.Site).NotEmpty();
            RuleFor(command => command.Action).IsInEnum();
        }
    }

    internal sealed class Handler(ISites sites) : IRequestHandler<RemoveWebhook, int>
    {
        public async Task<int> Handle(RemoveWebhook command, CancellationToken cancellationToken)
        {
            var own = OwnWebhooks.Of(sites, command.Site);
            var action = command.Action ?? InstallWebhook.UsualAction;
            var removed = 0;
            foreach (var webhook in await own.Find(cancellationToken))
                if (webhook.Action == action && await own.Account.Remove(webhook.Registered.Id, cancellationToken))
                    removed++;
            return removed;
        }
    }
}
