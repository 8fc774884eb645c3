using System.Numerics;

namespace CleanSync.Infrastructure.WordPress.Rest;

/// <summary>Requests that cost about the same for each entry.</summary>
internal enum RequestKind
{
    /// <summary>Too different from each other to be compared.</summary>
    Other,

    /// <summary>Core: a search.</summary>
    Search,

    /// <summary>Core: a list of users by id.</summary>
    List,

    /// <summary>Core: one creation.</summary>
    Create,

    /// <summary>Core: one change.</summary>
    Change,

    /// <summary>Core: a batch of changes.</summary>
    Batch,

    /// <summary>Connector: people looked up.</summary>
    Find,

    /// <summary>Connector: changes.</summary>
    Apply,

    /// <summary>Connector: creations, each with a password to be hashed.</summary>
    ApplyCreates,
}

/// <summary>How a request ended, as far as the pace of a site is concerned.</summary>
internal enum RequestEnd
{
    /// <summary>With an answer.</summary>
    Answered,

    /// <summary>With a server's error, or without an answer.</summary>
    Failed,

    /// <summary>It tells nothing about the site.</summary>
    Ignored,
}

/// <summary>
/// What was learnt about one kind of request: the best cost per entry for each magnitude of size, since a request costs something of its own;
/// and how many entries it should hold, so that it takes about as long as it should. Full batches that are faster let the size grow, slower
/// ones let it shrink at once.
/// </summary>
internal sealed class KindPace
{
    private const int MostEntries = 100;

    // Below that, differences say nothing.
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(20);

    private readonly TimeSpan? _target;
    private readonly double[] _best = new double[8];
    private int _cap = MostEntries;

    private KindPace(TimeSpan? target, int size) => (_target, Size) = (target, size);

    /// <summary>How many entries the next request should hold.</summary>
    public int Size { get; private set; }

    /// <summary>Nothing learnt yet.</summary>
    public static KindPace Of(RequestKind kind) =>
        kind switch
        {
            RequestKind.Find or RequestKind.Apply => new(TimeSpan.FromMilliseconds(450), 25),
            // A hash takes 80 to 300 ms since WordPress 6.8.
            RequestKind.ApplyCreates => new(TimeSpan.FromSeconds(2), 8),
            RequestKind.Other => new(null, MostEntries) { IsComparable = false },
            _ => new(null, MostEntries),
        };

    /// <summary>How long the site is given for one request of this kind, in seconds.</summary>
    public static int Seconds(RequestKind kind) => kind == RequestKind.ApplyCreates ? 5 : 2;

    private bool IsComparable { get; init; } = true;

    /// <summary>Learns from an answered request.</summary>
    /// <returns>Its cost as a multiple of the best one; null when it cannot be compared.</returns>
    public double? Learn(int entries, TimeSpan duration)
    {
        if (entries <= 0)
            return null;
        Resize(entries, duration);
        if (!IsComparable)
            return null;
        var cost = Math.Max(duration.TotalMilliseconds, Quick.TotalMilliseconds) / entries;
        ref var best = ref _best[BitOperations.Log2((uint)Math.Min(entries, MostEntries))];
        var ratio = best > 0 ? cost / best : 1;
        // Slowly forgotten: a site that has become slower for good is not held back for ever.
        best = best > 0 ? Math.Min(cost, best * 1.01) : cost;
        return ratio;
    }

    /// <summary>A request of that many entries failed.</summary>
    public void Fail(int entries)
    {
        if (_target is not null)
            Size = Math.Max(1, Math.Min(Size, entries) / 2);
    }

    /// <summary>The site does not take that many entries; the limit is raised again one by one.</summary>
    public void TooLarge(int entries)
    {
        _cap = Math.Max(1, entries / 2);
        Size = Math.Min(Size, _cap);
    }

    private void Resize(int entries, TimeSpan duration)
    {
        if (_target is not { } target)
            return;
        var fits = duration > TimeSpan.Zero ? target / duration * entries : MostEntries;
        if (entries >= Size && duration < target * 0.75)
        {
            if (Size == _cap)
                _cap = Math.Min(MostEntries, _cap + 1);
            Size = (int)Math.Clamp(Math.Min(fits, Size * 2), 1, _cap);
        }
        else if (duration > target * 1.5)
            Size = (int)Math.Clamp(fits, 1, Size);
    }
}
