using CleanSync.Domain;

namespace CleanSync.Application.Pumping;

/// <summary>Says what the owner of a site should know of its webhook.</summary>
internal static class WebhookInspection
{
    public static IReadOnlyList<Warning> Of(WebhookCondition condition) =>
        condition switch
        {
            WebhookCondition.Missing => [new Warning("webhook_missing")],
            WebhookCondition.Changed changed => [new Warning("webhook_changed", string.Join(", ", changed.What))],
            WebhookCondition.Doubled => [new Warning("webhook_doubled")],
            _ => [],
        };
}
