using CleanSync.Application.Ports;
using CleanSync.Infrastructure.Configuration;
using CleanSync.Infrastructure.Mail;
using CleanSync.Infrastructure.Sites;
using CleanSync.Smtp;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets welcome mails go through a mail server.</summary>
public static class CleanSyncSmtpExtensions
{
    /// <summary>Lets sites whose <c>WelcomeMail:Via</c> is <c>Smtp</c> send their welcome mails through the server of the section <c>Smtp</c>.</summary>
    /// <param name="builder">What <c>AddCleanSync</c> returned.</param>
    public static CleanSyncBuilder UseSmtp(this CleanSyncBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<CleanSyncOptions>, ValidateSender>()
        );
        builder.Services.TryAddSingleton<SmtpMailFactory>(services =>
            (name, site, smtp) =>
                new SmtpWelcomeMail(
                    smtp,
                    WelcomeTemplate.Read(site.WelcomeMail.Template, out _)!,
                    WelcomePages.Of(site),
                    () => WriteFence.Check(services.GetRequiredService<IWorkerRole>(), name),
                    services.GetRequiredService<ILogger<SmtpWelcomeMail>>()
                )
        );
        return builder;
    }
}
