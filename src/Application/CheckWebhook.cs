using CleanSync.Application.Ports;
using CleanSync.Application.Webhooks;
using FluentValidation;
using MediatR;

namespace CleanSync.Application;

/// <summary>Asks the account of a site whether its webhook, whatever its action, is still there and as it should be. Changes nothing.</summary>
/// <param name="Site">The site's name.</param>
public sealed record CheckWebhook(string Site) : IUseCase<WebhookCondition>
{
    /// <summary>Checks the command.</summary>
    internal sealed class Validator : AbstractValidator<CheckWebhook>
    {
        /// <summary>Makes the rules.</summary>
        public Validator() => RuleFor(command => command.Site).NotEmpty();
    }

    internal sealed class Handler(ISites sites) : IRequestHandler<CheckWebhook, WebhookCondition>
    {
        public async Task<WebhookCondition> Handle(CheckWebhook command, CancellationToken cancellationToken)
        {
            var own = OwnWebhooks.Of(sites, command.Site);
            var byAction = (await own.Find(cancellationToken)).GroupBy(webhook => webhook.Action).ToList();
            if (byAction.Count == 0)
                return new WebhookCondition.Missing();
            // Of those that ask for the same, one that is right is enough.
            var lacked = byAction.SelectMany(same => same.Select(one => own.Lacks(one)).MinBy(lacks => lacks.Count)!);
            if (lacked.Distinct(StringComparer.Ordinal).ToList() is { Count: > 0 } what)
                return new WebhookCondition.Changed(what);
            return byAction.Max(same => same.Count()) is > 1 and var count
                ? new WebhookCondition.Doubled(count)
                : new WebhookCondition.Fine([.. byAction.Select(same => same.First().Url.ToString())]);
        }
    }
}

/// <summary>How the webhook of a site is.</summary>
public abstract record WebhookCondition
{
    private WebhookCondition() { }

    /// <summary>There is none.</summary>
    public sealed record Missing : WebhookCondition;

    /// <summary>It is not as it should be, so that some changes do not arrive.</summary>
    /// <param name="What">What it lacks, for instance <c>access key</c> or <c>event update</c>.</param>
    public sealed record Changed(IReadOnlyList<string> What) : WebhookCondition;

    /// <summary>Several ask for the same, so that each change arrives several times.</summary>
    /// <param name="Count">How many.</param>
    public sealed record Doubled(int Count) : WebhookCondition;

    /// <summary>It is there, as it should be.</summary>
    /// <param name="Urls">Where it is sent, keys hidden; one for each action that is asked for.</param>
    public sealed record Fine(IReadOnlyList<string> Urls) : WebhookCondition;
}
