using CleanSync.Infrastructure.Batching;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.Connector;

/// <summary>
/// Finds out whether the CleanSync plugin is active: its namespace stands in the site's index. Looked for again every ten minutes, and at
/// once when its routes are gone. While the site does not show its index, what it said last holds, and it is asked once a minute.
/// </summary>
internal sealed class ConnectorDetection
{
    /// <summary>The namespace of the connector's routes.</summary>
    public const string Namespace = "cleansync/v1";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly RestRootFinder _roots;
    private readonly Kept<bool?> _found;
    private bool _hasAsked;
    private volatile bool _isHidden;
    private bool? _said;

    public ConnectorDetection(RestRootFinder roots, TimeProvider time) =>
        (_roots, _found) = (roots, new Kept<bool?>(Ask, Lifetime, time));

    /// <summary>Whether it is active; null when the site has never shown its index.</summary>
    public Task<bool?> IsActive(CancellationToken cancellationToken) =>
        _found.Get(_isHidden ? Patience : Lifetime, cancellationToken);

    /// <summary>Has it looked for again: the site has just shown that things have changed.</summary>
    public void Lost()
    {
        _said = null;
        _found.Forget();
    }

    private async Task<bool?> Ask()
    {
        // The index that was fetched to find the routes serves the first time.
        if (_hasAsked)
            _roots.Forget();
        _hasAsked = true;
        var shown = (await _roots.Find(CancellationToken.None)).Namespaces?.Contains(Namespace);
        _isHidden = shown is null;
        return _said = shown ?? _said;
    }
}
