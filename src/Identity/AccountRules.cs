using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using CleanSync.Domain;

namespace CleanSync.Identity;

/// <summary>What the directory takes, before the application's own validators are asked: what every directory of CleanSync takes.</summary>
internal static partial class AccountRules
{
    private const int LongestDisplayName = 250;
    private const int LongestUrl = 100;

    // Empty where the process runs without any culture data: then nothing is known about locales.
    private static readonly Lazy<FrozenSet<string>> Locales = new(() =>
        CultureInfo
            .GetCultures(CultureTypes.AllCultures)
            .Select(culture => culture.Name)
            .Where(name => name.Length > 0)
            .ToFrozenSet(StringComparer.OrdinalIgnoreCase)
    );

    /// <summary>ASCII letters, digits, <c>_ - . @</c> and single inner blanks, at most 60 characters.</summary>
    public static bool AcceptsLogin(string login) => login.Length <= Username.LongestStored && Login().IsMatch(login);

    /// <summary>Why an email does not fit, as a warning's code; null when it does.</summary>
    public static string? RefusalOfEmail(string email) =>
        email.Length > ContactEmail.LongestStored ? "too_long"
        : ContactEmail.IsValid(email) ? null
        : "email_refused";

    /// <summary>Why a value does not fit, as a warning's code; null when it does.</summary>
    public static string? Refusal(string target, FieldContent content) =>
        (target, content) switch
        {
            (UserTarget.Locale, FieldContent.Text text) when !IsLocale(text.Value) => "value_refused",
            (UserTarget.DisplayName, FieldContent.Text { Value.Length: > LongestDisplayName }) => "too_long",
            (UserTarget.Url, FieldContent.Text { Value.Length: > LongestUrl }) => "too_long",
            _ => null,
        };

    private static bool IsLocale(string locale) =>
        locale.Length == 0 || Locales.Value.Count == 0 || Locales.Value.Contains(locale.Replace('_', '-'));

    [GeneratedRegex(
        "^[a-z0-9_.@-]+(?: [a-z0-9_.@-]+)*\\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        1000
    )]
    private static partial Regex Login();
}
