using System.Globalization;
using CleanSync.Infrastructure.Sites;
using FluentValidation.Results;
using Microsoft.Extensions.Options;

namespace CleanSync.Infrastructure.Configuration;

/// <summary>Reports every error of the configuration at once: the full key, the value unless it is a secret, and the fix.</summary>
internal sealed class ValidateCleanSyncOptions(SiteAdapters adapters) : IValidateOptions<CleanSyncOptions>
{
    private static readonly string[] Secrets =
    [
        nameof(SiteOptions.AccessKeys),
        nameof(SiteOptions.LegacyAccessKeys),
        nameof(ActiveCampaignOptions.ApiToken),
        nameof(WordPressOptions.ApplicationPassword),
        nameof(SmtpOptions.Password),
        nameof(InboxOptions.ConnectionString),
    ];

    private static readonly char[] Position = [.. "0123456789:"];

    private readonly CleanSyncOptionsValidator _validator = new(adapters);

    public ValidateOptionsResult Validate(string? name, CleanSyncOptions options)
    {
        List<string> errors = [.. options.Unreadable, .. _validator.Validate(options).Errors.Select(Describe)];
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static string Describe(ValidationFailure failure)
    {
        var path = Failures.PathOf(failure);
        return $"{CleanSyncOptions.Key}:{path}{Value(path, failure.AttemptedValue)}: {failure.ErrorMessage}.";
    }

    private static string Value(string path, object? value) =>
        value switch
        {
            null or "" => " is not set",
            _ when Secrets.Contains(path.TrimEnd(Position).Split(':')[^1]) => "",
            string text => $" is \"{WithoutQuery(WithoutCredentials(text))}\"",
            IFormattable => string.Create(CultureInfo.InvariantCulture, $" is \"{value}\""),
            bool flag => flag ? " is \"true\"" : " is \"false\"",
            _ => "",
        };

    // Somebody may have written a password into an address, as other programs allow.
    private static string WithoutCredentials(string text) =>
        text.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0
        && text.LastIndexOf('@') is var at
        && at > scheme
            ? $"{text[..scheme]}://…{text[at..]}"
            : text;

    // The query of a webhook's URL holds the key.
    private static string WithoutQuery(string text) =>
        text.Contains("://", StringComparison.Ordinal)
        && text.IndexOf('?', StringComparison.Ordinal) is var query and >= 0
            ? $"{text[..query]}?…"
            : text;
}
