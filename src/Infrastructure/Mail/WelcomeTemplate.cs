using System.Net;
using System.Text;

namespace CleanSync.Infrastructure.Mail;

/// <summary>
/// The text of a welcome mail. A first line <c>Subject: …</c> is the subject; the rest is the body, HTML when it begins with
/// <c>&lt;</c>. Placeholders: <c>{{login}}</c>, <c>{{first_name}}</c>, <c>{{login_url}}</c>, <c>{{set_password_url}}</c> (the page
/// of the site that mails a link to set a password) and <c>{{site}}</c> (its host name). There is none for a password.
/// </summary>
internal sealed class WelcomeTemplate
{
    private const string SubjectLine = "Subject:";
    private const string Open = "{{";
    private const string Close = "}}";

    private const string Ours = """
        Subject: Your account at {{site}}

        Welcome to {{site}}.

        Your username: {{login}}
        Sign in: {{login_url}}
        Set a password: {{set_password_url}}
        """;

    private static readonly string[] Placeholders = ["login", "first_name", "login_url", "set_password_url", "site"];

    private WelcomeTemplate(string subject, string body) =>
        (Subject, Body, IsHtml) = (subject, body, body.StartsWith('<'));

    /// <summary>The subject, with placeholders.</summary>
    public string Subject { get; }

    /// <summary>The body, with placeholders.</summary>
    public string Body { get; }

    /// <summary>Whether the body is HTML; values are encoded for it.</summary>
    public bool IsHtml { get; }

    /// <summary>Reads a template.</summary>
    /// <param name="setting">
    /// The text itself, when it holds a placeholder or a line break; else the path of a file in UTF-8; null or empty for a short
    /// text of our own.
    /// </param>
    /// <param name="error">What is wrong and what to do, when null is returned.</param>
    public static WelcomeTemplate? Read(string? setting, out string? error)
    {
        var text = string.IsNullOrWhiteSpace(setting) ? Ours : setting;
        if (!text.Contains(Open, StringComparison.Ordinal) && !text.Contains('\n', StringComparison.Ordinal))
        {
            try
            {
                text = File.ReadAllText(text);
            }
            catch (Exception fault)
                when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                error =
                    "this file cannot be read; write its path, or the text itself with at least one {{placeholder}}";
                return null;
            }
        }
        error = Fault(text);
        return error is null ? Split(text.Trim()) : null;
    }

    /// <summary>Puts values in the place of placeholders.</summary>
    /// <param name="text">The subject or the body.</param>
    /// <param name="value">The value of a placeholder.</param>
    /// <param name="html">Whether values are encoded for HTML.</param>
    internal static string Fill(string text, Func<string, string> value, bool html)
    {
        var filled = new StringBuilder(text.Length + 100);
        var from = 0;
        // One pass, so that a value which looks like a placeholder stays what it is.
        while (Next(text, from) is var (start, end, name))
        {
            var content = value(name);
            filled.Append(text, from, start - from).Append(html ? WebUtility.HtmlEncode(content) : content);
            from = end;
        }
        return filled.Append(text, from, text.Length - from).ToString();
    }

    private static string? Fault(string text)
    {
        for (var from = 0; Next(text, from) is var (_, end, name); from = end)
            if (!Placeholders.Contains(name, StringComparer.Ordinal))
                return $"{Open}{name}{Close} is unknown; placeholders are {string.Join(", ", Placeholders.Select(p => Open + p + Close))}";
        return null;
    }

    private static WelcomeTemplate Split(string text)
    {
        if (!text.StartsWith(SubjectLine, StringComparison.OrdinalIgnoreCase))
            return new WelcomeTemplate("Your account at {{site}}", text);
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return end < 0
            ? new WelcomeTemplate(text[SubjectLine.Length..].Trim(), "")
            : new WelcomeTemplate(text[SubjectLine.Length..end].Trim(), text[end..].Trim());
    }

    private static (int Start, int End, string Name)? Next(string text, int from)
    {
        var start = text.IndexOf(Open, from, StringComparison.Ordinal);
        var end = start < 0 ? -1 : text.IndexOf(Close, start, StringComparison.Ordinal);
        return end < 0 ? null : (start, end + Close.Length, text[(start + Open.Length)..end].Trim());
    }
}
