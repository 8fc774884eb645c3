using System.Collections.Immutable;
using CleanSync.Application.Ports;

namespace CleanSync.Infrastructure.Sandbox;

/// <summary>A welcome mail that goes nowhere: the sandbox shows it.</summary>
internal sealed class SandboxMail : IWelcomeMail
{
    private ImmutableList<WelcomeMessage> _sent = [];

    /// <summary>Every mail, oldest first.</summary>
    public ImmutableList<WelcomeMessage> Sent => _sent;

    /// <inheritdoc/>
    public Task<MailEnd> Send(WelcomeMessage message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ImmutableInterlocked.Update(ref _sent, static (list, mail) => list.Add(mail), message);
        return Task.FromResult(MailEnd.Sent);
    }
}
