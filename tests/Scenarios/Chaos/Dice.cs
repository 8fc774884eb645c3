namespace CleanSync.Scenarios.Chaos;

/// <summary>
/// Random draws that depend on nothing but the seed, what they are for, and their number: the same seed gives each side the same
/// faults in the same order, whatever the other sides do.
/// </summary>
/// <param name="seed">The run's seed.</param>
/// <param name="purpose">What is drawn.</param>
internal sealed class Dice(int seed, string purpose)
{
    private long _count;

    /// <summary>The next draw.</summary>
    public Random Next() => new(Mix(Interlocked.Increment(ref _count)));

    // FNV-1a: the framework's own hashes differ from process to process.
    private int Mix(long number)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in purpose.Select(c => (ulong)c).Append((ulong)seed).Append((ulong)number))
        {
            for (var part = value; part > 0; part >>= 8)
                hash = (hash ^ (part & 0xFF)) * 1099511628211UL;
            hash = (hash ^ 0xFE) * 1099511628211UL;
        }
        return (int)(hash ^ (hash >> 32));
    }
}
