using CleanSync.Application.Ports;

namespace CleanSync.Infrastructure.Sites;

/// <summary>A mail of the application's own, sent only while this process may work the site (SPEC 5.4).</summary>
internal sealed class FencedMail(IWelcomeMail mail, IWorkerRole role, string site) : IWelcomeMail
{
    public Task<MailEnd> Send(WelcomeMessage message, CancellationToken cancellationToken)
    {
        WriteFence.Check(role, site);
        return mail.Send(message, cancellationToken);
    }
}

/// <summary>There is nobody who could mail: the outcome says so.</summary>
internal sealed class NoMail : IWelcomeMail
{
    public Task<MailEnd> Send(WelcomeMessage message, CancellationToken cancellationToken) =>
        Task.FromResult(MailEnd.Refused);
}
