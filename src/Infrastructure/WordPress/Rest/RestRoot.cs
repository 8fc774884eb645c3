using System.Net;
using System.Text.Json;
using CleanSync.Application.Ports;

namespace CleanSync.Infrastructure.WordPress.Rest;

/// <summary>Where a site's REST routes begin.</summary>
/// <param name="Prefix">Everything before the route.</param>
internal sealed record RestRoot(string Prefix)
{
    /// <summary>The namespaces that the index names; null when the site did not show it.</summary>
    public IReadOnlySet<string>? Namespaces { get; init; }

    /// <summary>The address of a route.</summary>
    /// <param name="route">Begins with a slash.</param>
    /// <param name="query">Without a question mark, escaped; may be empty.</param>
    public string At(string route, string query)
    {
        var address = Prefix + route;
        var sign = Prefix.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        return query.Length == 0 ? address : $"{address}{sign}{query}";
    }
}

/// <summary>Finds the root: with pretty permalinks, with index.php in them, or by parameter where there are none.</summary>
internal sealed class RestRootFinder(RestWire wire, WordPressSite site)
{
    private static readonly string[] Prefixes = ["/wp-json", "/index.php/wp-json", "/?rest_route="];
    private volatile RestRoot? _known;

    /// <summary>Forgets the root, since the site does not answer there any more.</summary>
    public void Forget() => _known = null;

    /// <summary>The root, found once and remembered.</summary>
    public async Task<RestRoot> Find(CancellationToken cancellationToken) => _known ??= await Search(cancellationToken);

    private async Task<RestRoot> Search(CancellationToken cancellationToken)
    {
        RestAnswer? answer = null;
        foreach (var prefix in Prefixes)
        {
            var root = new RestRoot(site.At(prefix));
            var address = root.At("/", "_fields=namespaces");
            answer = await wire.Send(new RestCall(HttpMethod.Get, RequestKind.Other), address, cancellationToken);
            if (IsElsewhere(answer, address, out var elsewhere))
                throw new SiteHeldException($"wordpress: the site has moved; set its Url to {elsewhere}");
            // A refusal is a find too: the request that follows will be refused with a better reason.
            if (Namespaces(answer) is { } names && names.Contains("wp/v2"))
                return root with { Namespaces = names };
            if (
                answer.Status == HttpStatusCode.Unauthorized
                || answer is { Error: not null, Status: HttpStatusCode.Forbidden }
            )
                return root;
            if ((int)answer.Status is 408 or 425 or 429 or >= 500)
                throw RestFaults.Unusable(answer);
        }
        throw new TransientException(
            $"wordpress: no REST API found at {site.Url.Host} (HTTP {(int)answer!.Status}); check the Url, and that no plugin hides wp-json"
        );
    }

    private static HashSet<string>? Namespaces(RestAnswer answer) =>
        answer is { Succeeded: true, Json: { ValueKind: JsonValueKind.Object } json }
        && json.TryGetProperty("namespaces", out var names)
        && names.ValueKind == JsonValueKind.Array
            ? names.EnumerateArray().Select(name => name.ToString()).ToHashSet(StringComparer.Ordinal)
            : null;

    /// <summary>
    /// Whether a redirect leads to another scheme or host. One within the site is only WordPress's idea of a canonical address
    /// (<c>redirect_canonical()</c>): the root is then another one.
    /// </summary>
    public static bool IsElsewhere(RestAnswer answer, string asked, out string elsewhere)
    {
        elsewhere = "";
        if ((int)answer.Status is not (301 or 302 or 303 or 307 or 308) || answer.Location is null)
            return false;
        var from = new Uri(asked);
        var to = new Uri(from, answer.Location);
        // Only scheme and host: what follows may carry an email.
        elsewhere = to.GetLeftPart(UriPartial.Authority);
        return !string.Equals(elsewhere, from.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);
    }
}
