namespace CleanSync.Infrastructure.WordPress;

/// <summary>Makes the HTTP client for a WordPress site.</summary>
internal static class WordPressHttp
{
    /// <summary>The name of the client at the factory.</summary>
    public const string Name = "CleanSync.WordPress";

    /// <summary>
    /// The primary handler. Redirects are not followed: they would carry a password to another address, or turn a POST into a
    /// GET. Cookies are not kept: a session cookie would outrank the application password.
    /// </summary>
    public static SocketsHttpHandler Handler() =>
        new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = System.Net.DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        };

    /// <summary>A client over the handler; each request carries its own time limit.</summary>
    public static HttpClient Client(HttpMessageHandler? handler = null) =>
        Configured(new HttpClient(handler ?? Handler()));

    /// <summary>Sets what every request to WordPress needs.</summary>
    public static HttpClient Configured(HttpClient client)
    {
        client.Timeout = Timeout.InfiniteTimeSpan;
        client.MaxResponseContentBufferSize = 64 * 1024 * 1024;
        client.DefaultRequestHeaders.UserAgent.ParseAdd("CleanSync/1.0");
        return client;
    }
}
