using System.Net;
using System.Net.Sockets;
using CleanSync.Application.Ports;
using CleanSync.Infrastructure.Configuration;
using CleanSync.Infrastructure.Mail;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Logging;
using MimeKit;

namespace CleanSync.Smtp;

/// <summary>
/// Sends welcome mails through a mail server. Encryption is required, unless the server is this machine. Faults before the
/// server was given the mail are <see cref="MailEnd.NotSent"/>, wrong credentials too, since they can be mended; a sender or
/// recipient refused with 5xx is <see cref="MailEnd.Refused"/>; a connection lost while the mail is handed over is
/// <see cref="MailEnd.Unknown"/>.
/// </summary>
/// <param name="smtp">The server, checked by the validation.</param>
/// <param name="template">The site's template.</param>
/// <param name="pages">What the mail leads to.</param>
/// <param name="fence">Called right before a mail is handed over; throws when it must not be.</param>
/// <param name="logger">Gets faults, without personal data.</param>
internal sealed partial class SmtpWelcomeMail(
    SmtpOptions smtp,
    WelcomeTemplate template,
    WelcomePages pages,
    Action fence,
    ILogger<SmtpWelcomeMail> logger
) : IWelcomeMail
{
    private const int TlsFromTheStart = 465;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Whether the text is one address that a mail can be sent from or to, with or without a name.</summary>
    public static bool IsMailbox(string text) =>
        !text.Any(char.IsControl)
        && MailboxAddress.TryParse(text, out var mailbox)
        && mailbox.Address.Contains('@', StringComparison.Ordinal);

    /// <inheritdoc/>
    public async Task<MailEnd> Send(WelcomeMessage message, CancellationToken cancellationToken)
    {
        if (!IsMailbox(message.Email))
            return MailEnd.Refused;
        using var mail = Compose(message);
        using var client = new SmtpClient { Timeout = (int)Patience.TotalMilliseconds };
        var handover = new Handover();
        try
        {
            await Connect(client, cancellationToken);
        }
        catch (Exception fault) when (IsMailFault(fault))
        {
            Log.NotConnected(logger, fault.GetType().Name);
            return MailEnd.NotSent;
        }
        fence();
        try
        {
            await client.SendAsync(mail, cancellationToken, handover);
        }
        catch (SmtpCommandException answer)
        {
            Log.NotAccepted(logger, answer.ErrorCode, (int)answer.StatusCode);
            return (int)answer.StatusCode >= 500 ? MailEnd.Refused : MailEnd.NotSent;
        }
        catch (Exception fault) when (IsMailFault(fault))
        {
            Log.Lost(logger, fault.GetType().Name, handover.Begun);
            return handover.Begun ? MailEnd.Unknown : MailEnd.NotSent;
        }
        catch (OperationCanceledException) when (handover.Begun)
        {
            return MailEnd.Unknown;
        }
        await Quit(client);
        return MailEnd.Sent;
    }

    private async Task Connect(SmtpClient client, CancellationToken cancellationToken)
    {
        var security =
            smtp.Port == TlsFromTheStart ? SecureSocketOptions.SslOnConnect
            : IsThisMachine(smtp.Host!) ? SecureSocketOptions.StartTlsWhenAvailable
            : SecureSocketOptions.StartTls;
        await client.ConnectAsync(smtp.Host!, smtp.Port, security, cancellationToken);
        if (!string.IsNullOrEmpty(smtp.Username))
            await client.AuthenticateAsync(smtp.Username, smtp.Password ?? "", cancellationToken);
    }

    // The mail is accepted; what happens to the farewell changes nothing.
    private static async Task Quit(SmtpClient client)
    {
        try
        {
            await client.DisconnectAsync(quit: true, CancellationToken.None);
        }
        catch (Exception fault) when (IsMailFault(fault)) { }
    }

    private MimeMessage Compose(WelcomeMessage message)
    {
        var name = WithoutControls($"{message.FirstName} {message.LastName}").Trim();
        var text = new TextPart(template.IsHtml ? "html" : "plain")
        {
            Text = WelcomeTemplate.Fill(template.Body, Value, template.IsHtml),
        };
        var subject = WithoutControls(WelcomeTemplate.Fill(template.Subject, Value, html: false));
        MailboxAddress to = new(name, MailboxAddress.Parse(message.Email).Address);
        var mail = new MimeMessage([MailboxAddress.Parse(smtp.From!)], [to], subject, text);
        // Asks auto-responders to keep silent.
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        return mail;

        string Value(string placeholder) =>
            placeholder switch
            {
                "login" => message.Login,
                "first_name" => message.FirstName,
                "login_url" => pages.Login,
                "set_password_url" => pages.SetPassword,
                _ => pages.Site,
            };
    }

    private static string WithoutControls(string text) =>
        string.Concat(text.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c));

    private static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static bool IsMailFault(Exception fault) =>
        fault
            is IOException
                or SocketException
                or ProtocolException
                or CommandException
                or AuthenticationException
                or SslHandshakeException
                or NotSupportedException
                or TimeoutException
                or ServiceNotConnectedException
                or ServiceNotAuthenticatedException;

    /// <summary>Notes when the first byte of the mail goes to the server.</summary>
    private sealed class Handover : ITransferProgress
    {
        public bool Begun { get; private set; }

        public void Report(long bytesTransferred, long totalSize) => Begun = true;

        public void Report(long bytesTransferred) => Begun = true;
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "The mail server cannot be reached or refuses to let in: {Fault}"
        )]
        public static partial void NotConnected(ILogger logger, string fault);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The mail server does not accept a mail: {Fault}, {Status}")]
        public static partial void NotAccepted(ILogger logger, SmtpErrorCode fault, int status);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "The connection to the mail server was lost: {Fault}, {HandedOver}"
        )]
        public static partial void Lost(ILogger logger, string fault, bool handedOver);
    }
}
