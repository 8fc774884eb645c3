using System.Globalization;
using System.Net;
using System.Text;

namespace CleanSync.Infrastructure.Sandbox;

/// <summary>
/// The form body that ActiveCampaign sends for a contact: keys with brackets, <c>+</c> for a space, everything else outside
/// letters, digits, <c>-</c>, <c>_</c> and <c>.</c> encoded.
/// </summary>
public static class SandboxWebhook
{
    /// <summary>The media type of the body.</summary>
    public const string ContentType = "application/x-www-form-urlencoded";

    /// <summary>What a webhook from Settings, Developer sends: fields are keyed by id, only those with a value.</summary>
    /// <param name="contact">The contact, as it is after the change.</param>
    /// <param name="fields">The account's fields.</param>
    /// <param name="at">When it happened.</param>
    /// <param name="type"><c>update</c>, <c>contact_tag_added</c>, <c>contact_tag_removed</c> and others.</param>
    /// <param name="source">Who changed it: <c>admin</c>, <c>api</c>, <c>public</c> or <c>system</c>.</param>
    /// <param name="tag">The tag, for the two types about tags.</param>
    public static string Standard(
        SandboxContact contact,
        IReadOnlyList<SandboxField> fields,
        DateTimeOffset at,
        string type = "update",
        string source = "admin",
        string? tag = null
    )
    {
        ArgumentNullException.ThrowIfNull(contact);
        ArgumentNullException.ThrowIfNull(fields);
        var form = new Form();
        form.Add("type", type);
        form.Add(
            "date_time",
            at.ToOffset(TimeSpan.FromHours(-5)).ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture)
        );
        form.Add("initiated_from", source);
        form.Add("initiated_by", source);
        form.Add("list", "0");
        AddContact(form, contact);
        form.Add("contact[ip]", "127.0.0.1");
        form.Add("contact[tags]", string.Join(", ", contact.Tags));
        foreach (var field in fields)
        {
            if (contact.Fields.TryGetValue(field.PersonalizationTag, out var value) && value.Length > 0)
                form.Add(FormattableString.Invariant($"contact[fields][{field.Id}]"), value);
        }
        form.Add("contact[customer_acct_name]", contact.OrganizationName);
        form.Add("contact[orgname]", contact.OrganizationName);
        form.Add("customer_acct_name", contact.OrganizationName);
        form.Add("customer_acct_id", "0");
        form.Add("orgname", contact.OrganizationName);
        if (tag is not null)
            form.Add("tag", tag);
        return form.ToString();
    }

    /// <summary>What the webhook action of an automation sends: no type, fields keyed by personalization tag in lower case.</summary>
    /// <param name="contact">The contact.</param>
    /// <param name="fields">The account's fields.</param>
    /// <param name="automation">The automation's id.</param>
    public static string Automation(SandboxContact contact, IReadOnlyList<SandboxField> fields, long automation)
    {
        ArgumentNullException.ThrowIfNull(contact);
        ArgumentNullException.ThrowIfNull(fields);
        var form = new Form();
        AddContact(form, contact);
        form.Add("contact[orgname]", contact.OrganizationName);
        form.Add("contact[customer_acct_name]", contact.OrganizationName);
        form.Add("contact[tags]", string.Join(", ", contact.Tags));
        form.Add("contact[ip4]", "127.0.0.1");
        foreach (var field in fields)
        {
            var key = field.PersonalizationTag.ToLower(CultureInfo.InvariantCulture);
            form.Add($"contact[fields][{key}]", contact.Fields.GetValueOrDefault(field.PersonalizationTag, ""));
        }
        form.Add("seriesid", automation.ToString(CultureInfo.InvariantCulture));
        return form.ToString();
    }

    private static void AddContact(Form form, SandboxContact contact)
    {
        form.Add("contact[id]", contact.Id.ToString(CultureInfo.InvariantCulture));
        form.Add("contact[email]", contact.Email);
        form.Add("contact[first_name]", contact.FirstName);
        form.Add("contact[last_name]", contact.LastName);
        form.Add("contact[phone]", contact.Phone);
    }

    private sealed class Form
    {
        private readonly StringBuilder _text = new();

        public void Add(string key, string value) =>
            _text.Append(_text.Length > 0 ? "&" : "").Append(Encode(key)).Append('=').Append(Encode(value));

        public override string ToString() => _text.ToString();

        // PHP encodes these four, the framework does not.
        private static string Encode(string text) =>
            WebUtility
                .UrlEncode(text)
                .Replace("!", "%21", StringComparison.Ordinal)
                .Replace("*", "%2A", StringComparison.Ordinal)
                .Replace("(", "%28", StringComparison.Ordinal)
                .Replace(")", "%29", StringComparison.Ordinal);
    }
}
