namespace CleanSync.Application.Ports;

/// <summary>Sends the welcome mail of one site, to the user only.</summary>
public interface IWelcomeMail
{
    /// <summary>Sends it once.</summary>
    /// <param name="message">Whom to welcome. Never holds a password.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>What became of it. A fault before anything was handed over is <see cref="MailEnd.NotSent"/>.</returns>
    Task<MailEnd> Send(WelcomeMessage message, CancellationToken cancellationToken);
}

/// <summary>Whom a welcome mail is for.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Login">The username as stored.</param>
/// <param name="Email">The address.</param>
/// <param name="FirstName">First name, or empty.</param>
/// <param name="LastName">Last name, or empty.</param>
public sealed record WelcomeMessage(long UserId, string Login, string Email, string FirstName, string LastName);

/// <summary>The end of a welcome mail.</summary>
public enum MailEnd
{
    /// <summary>It was accepted for delivery.</summary>
    Sent,

    /// <summary>Nothing was handed over; it may be tried again.</summary>
    NotSent,

    /// <summary>It was refused for good.</summary>
    Refused,

    /// <summary>The connection ended after the mail was handed over: it may or may not have been sent, so it is not tried again.</summary>
    Unknown,
}
