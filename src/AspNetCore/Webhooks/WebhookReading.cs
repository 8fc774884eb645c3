using System.Globalization;
using CleanSync.Application;
using CleanSync.Application.Webhooks;

namespace CleanSync.AspNetCore.Webhooks;

/// <summary>
/// Turns parameters into a command. What the URL says holds over what the body says, since the URL is the site owner's word;
/// for the contact id it is the other way round, since the sender fills in the body.
/// </summary>
internal abstract record WebhookReading
{
    private WebhookReading() { }

    /// <summary>The command that it is.</summary>
    public sealed record Understood(ReceiveWebhook Command) : WebhookReading;

    /// <summary>A parameter that cannot be understood, and what it must be. Never holds the value.</summary>
    public sealed record Misfit(string Parameter, string Remedy) : WebhookReading;

    private const string Actions = "must be add, update, update_tags or test";
    private const string Id = "must be the contact's id, a whole number greater than zero";

    /// <summary>Whether the webhook only asks whether its key is right.</summary>
    public static bool IsTest(WebhookParameters query, WebhookParameters body) =>
        "test".Equals(ActionOf(query, body), StringComparison.OrdinalIgnoreCase);

    /// <summary>The command, or what is wrong.</summary>
    public static WebhookReading Read(string site, WebhookParameters query, WebhookParameters body)
    {
        if (ActionNames.Find(ActionOf(query, body)) is not { } action)
            return new Misfit("wpf_action", Actions);

        var nested = body.NestedContactId;
        var text = nested ?? body.ContactId ?? query.ContactId ?? query.NestedContactId;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var contact) || contact <= 0)
            return new Misfit(nested is null ? "contact_id" : "contact[id]", Id);

        bool? notify = null;
        if ((query.SendNotification ?? body.SendNotification) is { } send && (notify = YesOrNo(send)) is null)
            return new Misfit("send_notification", "must be true, false, 1, 0, yes or no, or be left out");

        TimeSpan? wait = null;
        if ((query.Wait ?? body.Wait) is { } seconds && (wait = Seconds(seconds)) is null)
            return new Misfit("wait", "must be a number of seconds from 0 to 30");

        return new Understood(new ReceiveWebhook(site, action, contact, query.Role ?? body.Role, notify, wait));
    }

    private static string? ActionOf(WebhookParameters query, WebhookParameters body) =>
        query.WpfAction ?? body.WpfAction ?? query.Action ?? body.Action;

    private static bool? YesOrNo(string text) =>
        text.ToLowerInvariant() switch
        {
            "true" or "1" or "yes" => true,
            "false" or "0" or "no" => false,
            _ => null,
        };

    // Whether the number is in range is a rule of the command; here it need only fit into a duration.
    private static TimeSpan? Seconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        && seconds <= 1_000_000
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
