using System.Net;
using CleanSync.Application.Ports;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress;

/// <summary>
/// Asks WordPress for its set-password mail, as the form "Lost your password?" does: no plugin, nonce or login is needed
/// (wp-login.php, <c>retrieve_password()</c>). Each call voids the link of the one before.
/// </summary>
/// <param name="http">A client that follows no redirects (<see cref="WordPressHttp"/>).</param>
/// <param name="site">The site.</param>
/// <param name="time">The clock.</param>
internal sealed class WordPressWelcomeMail(HttpClient http, WordPressSite site, TimeProvider time) : IWelcomeMail
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public async Task<MailEnd> Send(WelcomeMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellationToken.ThrowIfCancellationRequested();
        var address = site.At("/wp-login.php?action=lostpassword");
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        // By email: a login that looks like an email is looked up as an email first and might be another user's.
        request.Content = new FormUrlEncodedContent([new("user_login", message.Email)]);
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            return End(response, new Uri(address));
        }
        catch (Exception error) when (RestFaults.IsDisconnected(error))
        {
            return RestFaults.IsUnreached(error) ? MailEnd.NotSent : MailEnd.Unknown;
        }
        catch (OperationCanceledException)
        {
            // Also when the host stops: the request may be on its way, and a mail sent twice is worse than one not sent.
            return MailEnd.Unknown;
        }
    }

    private static MailEnd End(HttpResponseMessage response, Uri asked) =>
        response.StatusCode switch
        {
            HttpStatusCode.Found or HttpStatusCode.SeeOther => MovedAway(response.Headers.Location, asked)
                ? MailEnd.Refused
                : MailEnd.Sent,
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable or HttpStatusCode.RequestTimeout =>
                MailEnd.NotSent,
            >= HttpStatusCode.InternalServerError => MailEnd.Unknown,
            // 200 shows the form again with an error; a hidden or guarded login page answers 403 or 404.
            _ => MailEnd.Refused,
        };

    // A redirect of the whole site, to https or another host, keeps the path and its query; the form was not read.
    private static bool MovedAway(Uri? location, Uri asked) =>
        location is not null
        && new Uri(asked, location).Query.Contains("action=lostpassword", StringComparison.OrdinalIgnoreCase);
}
