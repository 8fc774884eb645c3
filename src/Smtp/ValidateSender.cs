using CleanSync.Infrastructure.Configuration;
using Microsoft.Extensions.Options;

namespace CleanSync.Smtp;

/// <summary>Whether the sender is one that a mail can come from.</summary>
internal sealed class ValidateSender : IValidateOptions<CleanSyncOptions>
{
    public ValidateOptionsResult Validate(string? name, CleanSyncOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Smtp.From is not { } from || SmtpWelcomeMail.IsMailbox(from)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"{CleanSyncOptions.Key}:Smtp:From is \"{from}\": write one address, as shop@example.com or \"Shop <shop@example.com>\"."
            );
    }
}
