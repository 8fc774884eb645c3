using System.Net.Http.Headers;
using System.Text;

namespace CleanSync.Infrastructure.WordPress;

/// <summary>How one WordPress site is reached, and which of its user meta matter.</summary>
/// <param name="Url">The site's address, with its folder if it has one. https, or http to loopback: passwords travel here.</param>
/// <param name="Username">The connected user's login or email.</param>
/// <param name="ApplicationPassword">His application password; blanks in it do not matter.</param>
/// <param name="TagsMetaKey">The meta key that holds a user's tags.</param>
/// <param name="MetaKeys">The mapped meta keys, to be read with each user.</param>
/// <param name="MaxConcurrency">How many requests may be in flight at most; beyond two the site's visitors wait.</param>
/// <param name="TagsProtected">Whether the tags key is known to be registered so that users cannot write it themselves.</param>
/// <param name="LinkMetaKey">The meta key that holds the id of the user's contact.</param>
/// <param name="Blog">The number of a blog of a network; null for the one that the address belongs to.</param>
internal sealed record WordPressSite(
    Uri Url,
    string Username,
    string ApplicationPassword,
    string TagsMetaKey,
    IReadOnlyCollection<string> MetaKeys,
    int MaxConcurrency = 2,
    bool TagsProtected = false,
    string LinkMetaKey = "activecampaign_contact_id",
    int? Blog = null
)
{
    /// <inheritdoc cref="WordPressSite"/>
    public Uri Url { get; } = Guarded(Url);

    /// <summary>The address of a path below the site.</summary>
    public string At(string path) => Url.GetLeftPart(UriPartial.Path).TrimEnd('/') + path;

    /// <summary>The header that signs a request in.</summary>
    public AuthenticationHeaderValue Credentials { get; } =
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Username}:{ApplicationPassword}")));

    /// <summary>Whether this meta key holds the tags.</summary>
    public bool IsTags(string key) => string.Equals(key, TagsMetaKey, StringComparison.Ordinal);

    /// <summary>Whether this meta key holds the id of the contact.</summary>
    public bool IsLink(string key) => string.Equals(key, LinkMetaKey, StringComparison.Ordinal);

    /// <summary>Never shows the password.</summary>
    public override string ToString() => $"WordPress at {Url.Host}";

    private static Uri Guarded(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (!url.IsAbsoluteUri || url.Scheme is not ("https" or "http"))
            throw new ArgumentException($"'{url}' is no web address; write it as https://shop.example.", nameof(url));
        if (url.Scheme is "http" && !url.IsLoopback)
        {
            throw new ArgumentException(
                $"'{url}' would send passwords unencrypted; use https://{url.Authority} (http is allowed to loopback only).",
                nameof(url)
            );
        }
        return url;
    }
}
