using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CleanSync.AspNetCore.Keys;

/// <summary>The query as it was sent, key included. Only the webhook endpoint looks at it.</summary>
/// <param name="Query">With its leading question mark.</param>
internal sealed record SentQuery(string Query);

/// <summary>
/// Takes access keys out of the URL before the server logs or traces the request: the hosting layer asks this factory for the
/// context first and writes its request log and activity from it afterwards.
/// </summary>
internal sealed class KeyRedaction(IServiceProvider services) : IHttpContextFactory
{
    private const string KeyName = "access_key";
    private readonly DefaultHttpContextFactory _inner = new(services);

    public HttpContext Create(IFeatureCollection featureCollection)
    {
        if (featureCollection.Get<IHttpRequestFeature>() is { } request && request.QueryString.Length > KeyName.Length)
            Redact(request, featureCollection);
        return _inner.Create(featureCollection);
    }

    public void Dispose(HttpContext httpContext) => _inner.Dispose(httpContext);

    private static void Redact(IHttpRequestFeature request, IFeatureCollection features)
    {
        var sent = request.QueryString;
        if (WithoutKeys(sent) is not { } clean)
            return;
        features.Set(new SentQuery(sent));
        request.QueryString = clean;
        var query = request.RawTarget.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0)
            request.RawTarget = string.Concat(request.RawTarget.AsSpan(0, query), clean);
    }

    /// <summary>The query without its keys; null when there was none.</summary>
    internal static string? WithoutKeys(string query)
    {
        StringBuilder? clean = null;
        var rest = query.AsSpan(1);
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf('&');
            var pair = end < 0 ? rest : rest[..end];
            if (IsKey(pair))
                clean ??= new StringBuilder(query, 0, query.Length - rest.Length, query.Length);
            else
                clean?.Append(pair).Append(end < 0 ? "" : "&");
            rest = end < 0 ? [] : rest[(end + 1)..];
        }
        if (clean is null)
            return null;
        if (clean[^1] is '&' or '?')
            clean.Length--;
        return clean.ToString();
    }

    private static bool IsKey(ReadOnlySpan<char> pair)
    {
        var equals = pair.IndexOf('=');
        var name = equals < 0 ? pair : pair[..equals];
        return name.Contains('%')
            ? Uri.UnescapeDataString(name).Trim().Equals(KeyName, StringComparison.OrdinalIgnoreCase)
            : name.Trim('+').Equals(KeyName, StringComparison.OrdinalIgnoreCase);
    }
}
