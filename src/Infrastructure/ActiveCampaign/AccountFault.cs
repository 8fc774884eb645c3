using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using CleanSync.Application.Ports;

namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>Tells which failures pass by themselves. No reason carries personal data, a token or an address.</summary>
internal static class AccountFault
{
    /// <summary>The fault of an answer that is neither a success nor a refusal of this very request.</summary>
    /// <param name="status">The status of the answer.</param>
    /// <param name="retryAfter">What the answer asked to wait.</param>
    /// <param name="writing">Whether the request may have changed something.</param>
    public static Exception Of(HttpStatusCode status, TimeSpan? retryAfter, bool writing) =>
        (int)status switch
        {
            429 => new TransientException(Reason(status), retryAfter, spendsAttempt: false),
            408 or 425 or >= 500 => new TransientException(Reason(status), retryAfter, unanswered: writing),
            // Something on the way answered, not the account.
            < 400 => new TransientException(Reason(status), retryAfter, unanswered: writing),
            401 or 403 => new SiteHeldException(
                $"{Reason(status)}, the API token is refused; see ActiveCampaign:ApiToken"
            ),
            402 => new SiteHeldException($"{Reason(status)}, the account is not paid for"),
            _ => Refused(status),
        };

    /// <summary>The account refuses this request for good.</summary>
    public static PermanentException Refused(HttpStatusCode status) => new(Reason(status));

    /// <summary>The request took too long.</summary>
    public static TransientException TimedOut(bool writing, Exception inner) =>
        new("activecampaign: time-out", unanswered: writing, inner: inner);

    /// <summary>The connection could not be made, or broke.</summary>
    public static TransientException Disconnected(bool writing, Exception inner) =>
        new("activecampaign: connection failed", unanswered: writing, inner: inner);

    /// <summary>The answer is not what the account sends.</summary>
    public static TransientException Unreadable(bool writing = false, Exception? inner = null) =>
        new("activecampaign: unreadable answer", unanswered: writing, inner: inner);

    /// <summary>The answer is readable, but something is missing from it.</summary>
    public static TransientException Incomplete(string what) => new($"activecampaign: incomplete answer, {what}");

    /// <summary>What an answer asks to wait: seconds or a date. Null when it does not say.</summary>
    public static TimeSpan? RetryAfter(HttpResponseHeaders headers, DateTimeOffset now)
    {
        if (headers.RetryAfter?.Date is { } date)
            return date > now ? date - now : TimeSpan.Zero;
        if (headers.RetryAfter?.Delta is { } delta)
            return delta;
        // Fractions are against the standard, yet clear.
        return
            headers.TryGetValues("Retry-After", out var values)
            && double.TryParse(
                values.First(),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var seconds
            )
            && seconds < TimeSpan.MaxValue.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : null;
    }

    private static string Reason(HttpStatusCode status) =>
        string.Create(CultureInfo.InvariantCulture, $"activecampaign: HTTP {(int)status}");
}
