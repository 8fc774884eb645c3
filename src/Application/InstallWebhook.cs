using CleanSync.Application.Ports;
using CleanSync.Application.Webhooks;
using CleanSync.Domain;
using FluentValidation;
using MediatR;

namespace CleanSync.Application;

/// <summary>
/// Makes the account of a site send its webhooks to this host. A webhook that is there already is mended instead of doubled, also when
/// it carries an older key; of several that ask for the same, one is kept.
/// </summary>
/// <param name="Site">The site's name.</param>
/// <param name="Action">What the webhook asks for; null for <see cref="SyncAction.Update"/>.</param>
/// <param name="Role">The role that it names, slug or title, at most 60 characters; null leaves what is there, at first none.</param>
public sealed record InstallWebhook(string Site, SyncAction? Action = null, string? Role = null)
    : IUseCase<WebhookInstallation>
{
    /// <summary>The action when none is named: users that exist are kept in step, and none is created.</summary>
    public const SyncAction UsualAction = SyncAction.Update;

    /// <summary>Checks the command.</summary>
    internal sealed class Validator : AbstractValidator<InstallWebhook>
    {
        /// <summary>Makes the rules.</summary>
        public Validator()
        {
            RuleFor(command => command.Site).NotEmpty();
            RuleFor(command => command.Action).IsInEnum();
            RuleFor(command => command.Role)
                .Must(role => role is null || (role.Trim().Length is > 0 and <= 60))
                .OverridePropertyName("role")
                .WithMessage("must be a role's slug or title of at most 60 characters");
            RuleFor(command => command.Role)
                .Null()
                .When(command => command.Action == SyncAction.UpdateTags)
                .OverridePropertyName("role")
                .WithMessage("goes with the actions add and update only");
        }
    }

    internal sealed class Handler(ISites sites) : IRequestHandler<InstallWebhook, WebhookInstallation>
    {
        public async Task<WebhookInstallation> Handle(InstallWebhook command, CancellationToken cancellationToken)
        {
            var own = OwnWebhooks.Of(sites, command.Site);
            var action = command.Action ?? UsualAction;
            var role = command.Role?.Trim();
            var there = (await own.Find(cancellationToken)).Where(webhook => webhook.Action == action).ToList();
            if (there.Count == 0)
                return await Create(own, action, role, cancellationToken);

            var kept = there.MinBy(webhook => own.Lacks(webhook, role).Count)!;
            var lacked = own.Lacks(kept, role);
            var mended = own.Mended(kept, role);
            if (lacked.Count > 0 && !await own.Account.Update(mended.Registered, cancellationToken))
                // Somebody removed it since it was listed.
                return await Create(own, action, role, cancellationToken);
            foreach (var doubled in there.Where(webhook => webhook != kept))
                await own.Account.Remove(doubled.Registered.Id, cancellationToken);

            var shown = mended.Url.ToString();
            return lacked.Count == 0 && there.Count == 1
                ? new WebhookInstallation.AlreadyThere(shown)
                : new WebhookInstallation.Updated(shown, lacked, there.Count - 1);
        }

        private static async Task<WebhookInstallation> Create(
            OwnWebhooks own,
            SyncAction action,
            string? role,
            CancellationToken cancellationToken
        )
        {
            var made = own.New(action, role);
            await own.Account.Create(made.Registered, cancellationToken);
            return new WebhookInstallation.Installed(made.Url.ToString(), made.Registered.Events);
        }
    }
}

/// <summary>What it took to install a webhook.</summary>
/// <param name="Url">Where it is sent, its key hidden.</param>
public abstract record WebhookInstallation(string Url)
{
    /// <summary>It was made.</summary>
    /// <param name="Url">Where it is sent, its key hidden.</param>
    /// <param name="Events">The kinds of events that send it, in the account's words.</param>
    public sealed record Installed(string Url, IReadOnlyList<string> Events) : WebhookInstallation(Url);

    /// <summary>It was there, as it should be.</summary>
    /// <param name="Url">Where it is sent, its key hidden.</param>
    public sealed record AlreadyThere(string Url) : WebhookInstallation(Url);

    /// <summary>It was there, but not as it should be.</summary>
    /// <param name="Url">Where it is sent, its key hidden.</param>
    /// <param name="Lacked">What it lacked, for instance <c>access key</c> or <c>event update</c>; may be empty.</param>
    /// <param name="Doubles">How many others that asked for the same were removed.</param>
    public sealed record Updated(string Url, IReadOnlyList<string> Lacked, int Doubles) : WebhookInstallation(Url);
}
