using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.Connector;

/// <summary>
/// Finds out whether the CleanSync plugin is active: its namespace stands in the site's index. Looked for again every ten minutes, and at
/// once when its routes are gone.
/// </summary>
internal sealed class ConnectorDetection
{
    /// <summary>The namespace of the connector's routes.</summary>
    public const string Namespace = "cleansync/v1";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private readonly RestRootFinder _roots;
    private readonly Kept<bool?> _found;
    private bool _hasAsked;

    public ConnectorDetection(RestRootFinder roots, TimeProvider time) =>
        (_roots, _found) = (roots, new Kept<bool?>(Ask, Lifetime, time));

    /// <summary>Whether it is active; null when the site does not show its index.</summary>
    public async Task<bool?> IsActive(CancellationToken cancellationToken)
    {
        var found = await _found.Get(cancellationToken);
        if (found is null)
            Lost();
        return found;
    }

    /// <summary>Has it looked for again: the site has just shown that things have changed.</summary>
    public void Lost() => _found.Forget();

    private async Task<bool?> Ask()
    {
        // The index that was fetched to find the routes serves the first time.
        if (_hasAsked)
            _roots.Forget();
        _hasAsked = true;
        return (await _roots.Find(CancellationToken.None)).Namespaces?.Contains(Namespace);
    }
}
