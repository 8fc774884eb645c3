namespace CleanSync.Infrastructure.Sandbox;

/// <summary>Switches for what is not certain of ActiveCampaign, or differs between accounts. The defaults are the usual account.</summary>
public sealed class SandboxBehaviour
{
    /// <summary>Requests let through in a rolling second; the next one is answered 429. 0 switches the limit off.</summary>
    public int RequestsPerSecond { get; set; } = 5;

    /// <summary>Whether answers carry <c>RateLimit-Limit</c> and <c>RateLimit-Remaining</c>.</summary>
    public bool RateHeaders { get; set; }

    /// <summary>Whether <c>include</c> is heeded.</summary>
    public bool Sideloads { get; set; } = true;

    /// <summary>Whether a deleted contact is still answered singly, its email rewritten, instead of 404.</summary>
    public bool DeletedAnswered { get; set; }

    /// <summary>Whether <c>limit</c> also cuts answers to <c>ids[]</c>.</summary>
    public bool LimitCutsIds { get; set; } = true;

    /// <summary>Whether taking a tag away moves a contact's update time.</summary>
    public bool RemovedTagMovesUpdate { get; set; }

    /// <summary>Whether dates that are not set come as zero dates instead of null.</summary>
    public bool ZeroDates { get; set; }

    /// <summary>The longest path with query that is answered; longer ones get 400.</summary>
    public int LongestUrl { get; set; } = 6000;
}
