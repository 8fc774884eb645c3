namespace CleanSync.Application.Ports;

/// <summary>Times as the tables hold them: milliseconds since 1970.</summary>
internal static class UnixTime
{
    /// <summary>Now, or a time that has passed.</summary>
    public static long Floor(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    /// <summary>A time before which nothing may happen: rounded up, so that nothing is early by a fraction.</summary>
    public static long Ceiling(DateTimeOffset time)
    {
        var floor = time.ToUnixTimeMilliseconds();
        return DateTimeOffset.FromUnixTimeMilliseconds(floor) < time ? floor + 1 : floor;
    }

    /// <summary>
    /// The latest that anything is due: nothing waits for more than an hour and a fifth (<see cref="Pumping.RetrySchedule"/>). What is due
    /// later was put off by a clock that was ahead.
    /// </summary>
    public static long LatestDue(long now) => now + (long)TimeSpan.FromHours(2).TotalMilliseconds;

    /// <summary>Back from the table.</summary>
    public static DateTimeOffset Read(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
