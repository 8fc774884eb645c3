using CleanSync.Application.Ports;
using CleanSync.Domain;
using FluentValidation;
using MediatR;

namespace CleanSync.Application;

/// <summary>Stores what a webhook asks for. When the answer comes, it is durable.</summary>
/// <param name="Site">The site that the access key named.</param>
/// <param name="Action">The action.</param>
/// <param name="Contact">The contact id, greater than zero.</param>
/// <param name="Role">The role named, slug or title; at most 60 characters; null for none.</param>
/// <param name="SendNotification">Whether a created user is mailed; null leaves it to the site.</param>
/// <param name="Wait">How long to wait for the outcome, at most 30 seconds; null answers at once.</param>
public sealed record ReceiveWebhook(
    string Site,
    SyncAction Action,
    long Contact,
    string? Role = null,
    bool? SendNotification = null,
    TimeSpan? Wait = null
) : IUseCase<WebhookReceipt>
{
    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>Names the parameter of the URL and the remedy.</summary>
    internal sealed class Validator : AbstractValidator<ReceiveWebhook>
    {
        /// <summary>Makes the rules.</summary>
        public Validator()
        {
            RuleFor(webhook => webhook.Site).NotEmpty();
            RuleFor(webhook => webhook.Action).IsInEnum().OverridePropertyName("wpf_action");
            RuleFor(webhook => webhook.Contact)
                .GreaterThan(0)
                .OverridePropertyName("contact_id")
                .WithMessage("must be a whole number greater than zero");
            RuleFor(webhook => webhook.Role)
                // A zero is the one character that not every store can keep.
                .Must(role => role is null || (role.Length <= 60 && !role.Contains('\0', StringComparison.Ordinal)))
                .OverridePropertyName("role")
                .WithMessage("must be a role's slug or title of at most 60 characters");
            RuleFor(webhook => webhook.Wait)
                .Must(wait => wait is null || (wait >= TimeSpan.Zero && wait <= LongestWait))
                .OverridePropertyName("wait")
                .WithMessage("must be a number of seconds from 0 to 30");
        }
    }

    internal sealed class Handler(ISites sites, IInbox inbox, InboxSignals signals, TimeProvider time)
        : IRequestHandler<ReceiveWebhook, WebhookReceipt>
    {
        public async Task<WebhookReceipt> Handle(ReceiveWebhook webhook, CancellationToken cancellationToken)
        {
            // Stored under a name that nobody works, it would be lost without a word.
            if (sites.Find(webhook.Site) is null)
                throw new PermanentException("configuration: there is no such site");
            var request = new SyncRequest(webhook.Action, webhook.Role, webhook.SendNotification);
            using var outcome = webhook.Wait > TimeSpan.Zero ? signals.Watch(webhook.Site, webhook.Contact) : null;
            // The sender may hang up, but he never repeats himself.
            var receipt = await inbox.Accept(webhook.Site, webhook.Contact, request, CancellationToken.None);
            signals.Arrived(webhook.Site, webhook.Contact);
            return new WebhookReceipt(
                receipt,
                outcome is null ? null : await outcome.For(receipt, webhook.Wait!.Value, time, cancellationToken)
            );
        }
    }
}

/// <summary>The answer to a webhook that was stored.</summary>
/// <param name="Receipt">Its number.</param>
/// <param name="Outcome">The outcome; null when it was not asked for, or not there in time.</param>
public sealed record WebhookReceipt(long Receipt, SyncOutcome? Outcome);
