namespace CleanSync.Application.Ports;

/// <summary>A remote system cannot do it now; the same request may succeed later.</summary>
public class TransientException : Exception
{
    /// <summary>Makes the fault.</summary>
    /// <param name="reason">A short reason without personal data, for instance <c>activecampaign: HTTP 503</c>.</param>
    /// <param name="retryAfter">How long the system asked to be left alone; null when it did not say.</param>
    /// <param name="spendsAttempt">False when waiting is nobody's fault, as for a rate limit.</param>
    /// <param name="unanswered">True when the request may have been carried out all the same.</param>
    /// <param name="ofContact">True when it is about one contact alone: then nobody asks whether the system is down.</param>
    /// <param name="inner">The cause.</param>
    public TransientException(
        string reason,
        TimeSpan? retryAfter = null,
        bool spendsAttempt = true,
        bool unanswered = false,
        bool ofContact = false,
        Exception? inner = null
    )
        : base(reason, inner) =>
        (RetryAfter, SpendsAttempt, Unanswered, OfContact) = (retryAfter, spendsAttempt, unanswered, ofContact);

    /// <summary>How long to wait at least; null leaves it to the schedule.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether the wait counts as an attempt.</summary>
    public bool SpendsAttempt { get; }

    /// <summary>Whether the request may have been carried out although no answer came.</summary>
    public bool Unanswered { get; }

    /// <summary>Whether it is about one contact alone.</summary>
    public bool OfContact { get; }
}

/// <summary>A remote system refuses the site's credentials: nothing of this site can go on until that is mended.</summary>
public sealed class SiteHeldException(string reason) : TransientException(reason, spendsAttempt: false);

/// <summary>The site is paused: the work waits until a person resumes it.</summary>
public sealed class SitePausedException(string reason) : TransientException(reason, spendsAttempt: false);

/// <summary>A remote system refuses the request for good; asking again is useless.</summary>
/// <param name="reason">A short reason without personal data.</param>
/// <param name="inner">The cause.</param>
public sealed class PermanentException(string reason, Exception? inner = null) : Exception(reason, inner);
