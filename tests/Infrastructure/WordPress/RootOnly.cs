using CleanSync.Infrastructure.WordPress;
using CleanSync.Infrastructure.WordPress.CoreRest;
using CleanSync.Infrastructure.WordPress.Rest;
using Microsoft.Extensions.Logging.Abstractions;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>A site whose REST routes are at one place; everywhere else it shows a page, or leads to its canonical address.</summary>
internal sealed class RootOnly(string root) : HttpMessageHandler
{
    public List<string> Addresses { get; } = [];

    public CoreRestUsers Users(WordPressSite site) =>
        new(
            SiteRest.To(WordPressHttp.Client(this), site, TimeProvider.System),
            site,
            TimeProvider.System,
            NullLogger<CoreRestUsers>.Instance
        );

    public bool IsAt(string address)
    {
        var uri = new Uri(address);
        return root == "/"
            ? uri.AbsolutePath == "/" && uri.Query.StartsWith("?rest_route=/", StringComparison.Ordinal)
            : uri.AbsolutePath.StartsWith(root, StringComparison.Ordinal);
    }

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var address = request.RequestUri!.OriginalString;
        Addresses.Add(address);
        return Task.FromResult(
            !IsAt(address)
                ? address.Contains("index.php", StringComparison.Ordinal)
                    ? StubSite.Answer("", 301, ("Location", "/somewhere"))
                    : StubSite.Answer("<html>a page</html>")
                : address.Contains("users/me", StringComparison.Ordinal)
                    ? StubSite.Answer(StubSite.Me)
                    : StubSite.Answer("""{"namespaces":["wp/v2"]}""")
        );
    }
}
