using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CleanSync.AspNetCore.Keys;

/// <summary>The query as it was sent, key included. Only the webhook endpoint looks at it.</summary>
/// <param name="Query">With its leading question mark.</param>
internal sealed record SentQuery(string Query);

/// <summary>
/// Takes access keys out of the URL before the server logs or traces the request: the hosting layer asks this factory for the
/// context first and writes its request log and activity from it afterwards. Keys in URLs that were copied or typed wrongly
/// (<c>&amp;amp;access_key=</c>, a second question mark, none at all) open nothing, and are taken out all the same.
/// </summary>
internal sealed class KeyRedaction(IServiceProvider services) : IHttpContextFactory
{
    private const string KeyName = "access_key";
    private readonly DefaultHttpContextFactory _inner = new(services);

    public HttpContext Create(IFeatureCollection featureCollection)
    {
        if (featureCollection.Get<IHttpRequestFeature>() is { } request)
        {
            RedactPath(request);
            if (request.QueryString.Length > KeyName.Length)
                RedactQuery(request, featureCollection);
        }
        return _inner.Create(featureCollection);
    }

    public void Dispose(HttpContext httpContext) => _inner.Dispose(httpContext);

    private static void RedactPath(IHttpRequestFeature request)
    {
        if (FindKey(request.Path) is not (var key and >= 0))
            return;
        request.Path = request.Path[..key];
        request.RawTarget = request.Path + request.QueryString;
    }

    private static void RedactQuery(IHttpRequestFeature request, IFeatureCollection features)
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
        var plain = (pair.Contains('%') ? Uri.UnescapeDataString(pair) : pair).Trim("+ \t\uFEFF");
        return plain.Equals(KeyName, StringComparison.OrdinalIgnoreCase) || FindKey(plain) >= 0;
    }

    /// <summary>Where a key is given in an unescaped text, <c>access_key=</c> or <c>access_key[…</c>; -1 when nowhere.</summary>
    private static int FindKey(ReadOnlySpan<char> text)
    {
        for (var from = 0; text[from..].IndexOf(KeyName, StringComparison.OrdinalIgnoreCase) is var found and >= 0; )
        {
            var (start, end) = (from + found, from + found + KeyName.Length);
            var isWholeName = start == 0 || !(char.IsLetterOrDigit(text[start - 1]) || text[start - 1] == '_');
            if (isWholeName && text[end..].TrimStart("+ \t") is ['=' or '[', ..])
                return start;
            from = end;
        }
        return -1;
    }
}
