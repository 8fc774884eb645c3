namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>How long the adapter waits for what.</summary>
internal sealed record AccountTimings
{
    /// <summary>The usual ones.</summary>
    public static AccountTimings Usual { get; } = new();

    /// <summary>How long a batch of contacts waits for one more.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How long the first contact of a batch waits at most.</summary>
    public TimeSpan Ceiling { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a request may take, its answer read to the end.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait before a request that was refused with 403 is tried once more.</summary>
    public TimeSpan AfterForbidden { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long definitions of fields and tags are believed.</summary>
    public TimeSpan DefinitionsAge { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a name that was not found is not looked for again.</summary>
    public TimeSpan NotFoundAge { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long an account that leaves out sideloads is read contact by contact before the batch is tried again.</summary>
    public TimeSpan WithoutSideloads { get; init; } = TimeSpan.FromMinutes(10);
}
