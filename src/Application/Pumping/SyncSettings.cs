namespace CleanSync.Application.Pumping;

/// <summary>How the inbox is worked.</summary>
public sealed record SyncSettings
{
    /// <summary>How long a failing contact is tried before it is parked. Default 3 days.</summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromDays(3);

    /// <summary>How long outcomes are kept. Default 30 days.</summary>
    public TimeSpan KeepHistory { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How many contacts of a site are worked side by side; ActiveCampaign gives 100 a request.</summary>
    public int BatchSize { get; init; } = 100;

    /// <summary>How often the credentials of a held site are probed. Default one minute.</summary>
    public TimeSpan ProbeEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often it is looked who has signed in, so that his password leaves the contact. Default 5 minutes.</summary>
    public TimeSpan FirstLoginEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often it is looked whether a site's webhook is still there as it should be. Default one hour.</summary>
    public TimeSpan WebhookCheckEvery { get; init; } = TimeSpan.FromHours(1);
}
