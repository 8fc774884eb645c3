using CleanSync.Application.Ports;

namespace CleanSync.Infrastructure.WordPress;

/// <summary>WordPress's own mail to a new user: sent by the CleanSync plugin where it is active, else asked for at the login page.</summary>
/// <param name="users">Knows whether the plugin is active.</param>
/// <param name="loginPage">The way without it.</param>
internal sealed class WordPressMail(WordPressUsers users, WordPressWelcomeMail loginPage) : IWelcomeMail
{
    /// <inheritdoc/>
    public async Task<MailEnd> Send(WelcomeMessage message, CancellationToken cancellationToken)
    {
        try
        {
            IWelcomeMail mail = await users.ConnectorMail(cancellationToken) ?? loginPage;
            return await mail.Send(message, cancellationToken);
        }
        catch (TransientException)
        {
            return MailEnd.NotSent;
        }
    }
}
