using System.Net;
using System.Net.Sockets;
using CleanSync.Application.Ports;

namespace CleanSync.Infrastructure.WordPress.Rest;

/// <summary>Turns answers that nobody can use into the faults of the ports. No reason carries a contact's value.</summary>
internal static class RestFaults
{
    // What the users controller says when the connected user's own capabilities do not suffice.
    private static readonly HashSet<string> LacksCapability = new(StringComparer.Ordinal)
    {
        "rest_cannot_create_user",
        "rest_forbidden_context",
        "rest_user_cannot_view",
        "rest_forbidden_orderby",
        "rest_forbidden",
    };

    private static readonly TimeSpan UnsaidPause = TimeSpan.FromSeconds(30);

    /// <summary>Whether the status says "not now", whoever wrote the body.</summary>
    public static bool IsBusy(HttpStatusCode status) => (int)status is 408 or 425 or 429 or 502 or 503 or 504;

    /// <summary>Whether an exception of the HTTP client says that there is no answer.</summary>
    public static bool IsDisconnected(Exception error) => error is HttpRequestException or SocketException;

    /// <summary>Whether the request never reached the site.</summary>
    public static bool IsUnreached(Exception? error) =>
        error
            // A connection that is reset the moment it is made comes as the bare error of the socket.
            is SocketException
                or HttpRequestException
                {
                    HttpRequestError: HttpRequestError.NameResolutionError
                        or HttpRequestError.ConnectionError
                        or HttpRequestError.SecureConnectionError
                        or HttpRequestError.ProxyTunnelError
                };

    /// <summary>An answer that is busy, a server's own failure, or no JSON.</summary>
    public static TransientException Unusable(RestAnswer answer) =>
        new(
            answer.Json is null && !IsBusy(answer.Status)
                ? $"wordpress: HTTP {(int)answer.Status} with an answer that is not JSON"
                : $"wordpress: HTTP {(int)answer.Status}{Suffix(answer)}",
            // A site that limits requests and does not say for how long is not asked again and again.
            answer.RetryAfter
                ?? (answer.Status == HttpStatusCode.TooManyRequests ? UnsaidPause : null),
            spendsAttempt: answer.Status != HttpStatusCode.TooManyRequests,
            unanswered: answer.IsWrite && answer.Status != HttpStatusCode.TooManyRequests
        );

    /// <summary>A 2xx answer of a form that WordPress never sends.</summary>
    public static TransientException Misshapen(RestAnswer answer, string what) =>
        new($"wordpress: {what} was not understood", unanswered: answer.IsWrite);

    /// <summary>An error that the caller has no use for.</summary>
    public static Exception Unexpected(RestAnswer answer)
    {
        if (answer.Succeeded)
            return Misshapen(answer, "the answer");
        if (answer.Error is not { } error || (int)answer.Status >= 500 || IsBusy(answer.Status))
            return Unusable(answer);
        if (LacksCapability.Contains(error.Code))
        {
            return new SiteHeldException(
                $"wordpress: the connected user lacks a capability ({error.Code}); make him an administrator, or give him create_users, edit_users, list_users and promote_users"
            );
        }
        if (answer.Status == HttpStatusCode.Unauthorized)
            return new SiteHeldException($"wordpress: the site does not accept the credentials ({error.Code})");
        if (error.Code is "rest_no_route")
            return new SiteHeldException(
                "wordpress: the REST routes of users are switched off (rest_no_route); a plugin hides them"
            );
        // A read that is forbidden is forbidden for every contact of the site; a write may be for this user only.
        if (answer.Status == HttpStatusCode.Forbidden && !answer.IsWrite)
            return new SiteHeldException($"wordpress: reading users is forbidden ({error.Code})");
        return new PermanentException($"wordpress: HTTP {(int)answer.Status}{Suffix(answer)}");
    }

    private static string Suffix(RestAnswer answer) => answer.Error is { } error ? $" ({error.Code})" : "";
}
