using System.Net;
using System.Net.Http.Headers;

namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>Makes the HTTP client of one account.</summary>
internal static class AccountHttp
{
    /// <summary>The name of the client at the factory.</summary>
    public const string Name = "CleanSync.ActiveCampaign";

    /// <summary>The header that carries the token.</summary>
    public const string TokenHeader = "Api-Token";

    /// <summary>Makes a client for an account, outside of the factory.</summary>
    /// <inheritdoc cref="Configure"/>
    public static HttpClient Create(Uri account, string token, HttpMessageHandler? handler = null) =>
        Configure(new HttpClient(handler ?? CreateHandler()), account, token);

    /// <summary>Sets a client up for an account.</summary>
    /// <param name="client">The client.</param>
    /// <param name="account">The account's URL as shown under Settings, Developer; a trailing <c>/api/3</c> is tolerated.</param>
    /// <param name="token">The API token.</param>
    /// <exception cref="ArgumentException">The token holds characters that no token has.</exception>
    public static HttpClient Configure(HttpClient client, Uri account, string token)
    {
        ArgumentNullException.ThrowIfNull(account);
        // The framework's own message about a bad header value would repeat the token.
        if (!IsToken(token))
            throw new ArgumentException("The API token is empty or holds characters that no token has.", nameof(token));
        client.BaseAddress = Root(account);
        // Time-outs run on the application's clock, see AccountClient.
        client.Timeout = Timeout.InfiniteTimeSpan;
        client.DefaultRequestHeaders.Add(TokenHeader, token);
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("CleanSync", null));
        return client;
    }

    // Every answer sets session cookies: sent back they would tie requests together. A redirect is a fault, not a way.
    public static SocketsHttpHandler CreateHandler() =>
        new()
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };

    /// <summary>Whether a header can carry the token.</summary>
    public static bool IsToken(string? token) => !string.IsNullOrEmpty(token) && token.All(c => c is > ' ' and <= '~');

    /// <summary>The address that all spellings of an account's URL have in common.</summary>
    public static Uri Root(Uri account)
    {
        var root = account.GetLeftPart(UriPartial.Path).TrimEnd('/');
        if (root.EndsWith("/api/3", StringComparison.OrdinalIgnoreCase))
            root = root[..^"/api/3".Length];
        return new Uri(root + "/");
    }
}
