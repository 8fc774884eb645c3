namespace CleanSync.Application.Pumping;

/// <summary>When a failed attempt is made again: exponential back-off with jitter.</summary>
internal static class RetrySchedule
{
    /// <summary>The wait after the first attempt.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>The wait after an attempt: 5 s, 10 s, 20 s … up to an hour, a fifth more or less.</summary>
    /// <param name="attempt">1 for the first attempt.</param>
    /// <param name="random">Any number; the same number gives the same jitter.</param>
    public static TimeSpan After(int attempt, uint random)
    {
        // Ten doublings pass the hour; more would overflow in the end.
        var doublings = Math.Clamp(attempt - 1, 0, 10);
        var plain = Math.Min(First.TotalSeconds * (1 << doublings), Longest.TotalSeconds);
        return TimeSpan.FromSeconds(plain * (0.8 + (0.4 * random / uint.MaxValue)));
    }
}
