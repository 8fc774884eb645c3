using System.Net;
using System.Net.Http.Headers;

namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>Makes the HTTP client of one account.</summary>
internal static class AccountHttp
{
    /// <summary>The header that carries the token.</summary>
    public const string TokenHeader = "Api-Token";

    /// <summary>Makes a client for an account.</summary>
    /// <param name="account">The account's URL as shown under Settings, Developer; a trailing <c>/api/3</c> is tolerated.</param>
    /// <param name="token">The API token.</param>
    /// <param name="handler">Another handler than the usual one; for tests.</param>
    public static HttpClient Create(Uri account, string token, HttpMessageHandler? handler = null)
    {
        ArgumentNullException.ThrowIfNull(account);
        // The framework's own message about a bad header value would repeat the token.
        if (string.IsNullOrEmpty(token) || token.Any(c => c is <= ' ' or > '~'))
            throw new ArgumentException("The API token is empty or holds characters that no token has.", nameof(token));
        var client = new HttpClient(handler ?? CreateHandler())
        {
            BaseAddress = Root(account),
            // Time-outs run on the application's clock, see AccountClient.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.Add(TokenHeader, token);
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("CleanSync", null));
        return client;
    }

    // Every answer sets session cookies: sent back they would tie requests together. A redirect is a fault, not a way.
    private static SocketsHttpHandler CreateHandler() =>
        new()
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };

    private static Uri Root(Uri account)
    {
        var root = account.GetLeftPart(UriPartial.Path).TrimEnd('/');
        if (root.EndsWith("/api/3", StringComparison.OrdinalIgnoreCase))
            root = root[..^"/api/3".Length];
        return new Uri(root + "/");
    }
}
