namespace CleanSync.AspNetCore.Webhooks;

/// <summary>
/// The parameters that a webhook may carry, as texts. Everything else is passed over. Of the same name, the last one counts;
/// an empty one counts as left out.
/// </summary>
internal sealed class WebhookParameters
{
    public string? WpfAction { get; private set; }
    public string? Action { get; private set; }
    public string? AccessKey { get; private set; }
    public string? NestedContactId { get; private set; }
    public string? ContactId { get; private set; }
    public string? Role { get; private set; }
    public string? SendNotification { get; private set; }
    public string? Wait { get; private set; }

    /// <summary>The longest name, unescaped.</summary>
    public const int LongestName = 17;

    /// <summary>Whether a parameter of that name is of interest. The name is in lower case.</summary>
    public static bool Knows(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("wpf_action"u8)
        || name.SequenceEqual("action"u8)
        || name.SequenceEqual("access_key"u8)
        || name.SequenceEqual("contact[id]"u8)
        || name.SequenceEqual("contact_id"u8)
        || name.SequenceEqual("role"u8)
        || name.SequenceEqual("send_notification"u8)
        || name.SequenceEqual("wait"u8);

    /// <summary>Keeps a parameter, if it is known.</summary>
    public void Set(ReadOnlySpan<byte> name, string text)
    {
        var value = string.IsNullOrWhiteSpace(text) ? null : text.Trim();
        if (name.SequenceEqual("wpf_action"u8))
            WpfAction = value;
        else if (name.SequenceEqual("action"u8))
            Action = value;
        else if (name.SequenceEqual("access_key"u8))
            AccessKey = value;
        else if (name.SequenceEqual("contact[id]"u8))
            NestedContactId = value;
        else if (name.SequenceEqual("contact_id"u8))
            ContactId = value;
        else if (name.SequenceEqual("role"u8))
            Role = value;
        else if (name.SequenceEqual("send_notification"u8))
            SendNotification = value;
        else if (name.SequenceEqual("wait"u8))
            Wait = value;
    }
}
