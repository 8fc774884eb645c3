using System.Collections.Immutable;
using System.Net.Mail;
using System.Text.RegularExpressions;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Sandbox;

/// <summary>What WordPress accepts, as far as the sandbox plays it.</summary>
internal static partial class SandboxRules
{
    /// <summary>The locales of a site without translations.</summary>
    public static readonly ImmutableHashSet<string> Locales = ["", "en_US"];

    /// <summary>The titles of the roles that the sandbox has from the start.</summary>
    public static readonly ImmutableDictionary<string, string> Titles = new Dictionary<string, string>(
        StringComparer.Ordinal
    )
    {
        ["administrator"] = "Administrator",
        ["editor"] = "Editor",
        ["author"] = "Author",
        ["contributor"] = "Contributor",
        ["subscriber"] = "Subscriber",
        ["customer"] = "Customer",
    }.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>As <c>validate_username()</c> and the length of the column: ASCII letters, digits, <c>_ - . @</c> and inner blanks.</summary>
    public static bool AcceptsLogin(string login) => login.Length <= 60 && login is not "0" && Login().IsMatch(login);

    /// <summary>Close to <c>is_email()</c>: ASCII only, a dot in the domain, no blanks.</summary>
    public static bool AcceptsEmail(string email) =>
        email.Length is >= 6 and <= 100
        && email.All(char.IsAscii)
        && !email.Any(char.IsWhiteSpace)
        && MailAddress.TryCreate(email, out var address)
        && string.Equals(address.Address, email, StringComparison.Ordinal)
        && address.Host.Contains('.', StringComparison.Ordinal);

    /// <summary>Why a value does not fit, as a warning's code; null when it does.</summary>
    public static string? Refusal(string target, FieldContent content) =>
        (target, content) switch
        {
            (UserTarget.Locale, FieldContent.Text text) when !Locales.Contains(text.Value) => "value_refused",
            (UserTarget.DisplayName, FieldContent.Text { Value.Length: > 250 }) => "too_long",
            (UserTarget.Url, FieldContent.Text { Value.Length: > 100 }) => "too_long",
            _ => null,
        };

    [GeneratedRegex(
        "^[a-z0-9_.@-]+(?: [a-z0-9_.@-]+)*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        1000
    )]
    private static partial Regex Login();
}
