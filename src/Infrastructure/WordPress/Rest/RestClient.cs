using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using CleanSync.Application.Ports;

namespace CleanSync.Infrastructure.WordPress.Rest;

/// <summary>Speaks to the REST routes of one site, and says plainly why it is not let in.</summary>
internal sealed class RestClient(RestWire wire, RestRootFinder roots)
{
    /// <summary>A read. Anything but success is thrown.</summary>
    public async Task<RestAnswer> Get(string route, string query, CancellationToken cancellationToken)
    {
        var answer = await Send(HttpMethod.Get, route, query, null, cancellationToken);
        return answer.Succeeded ? answer : throw RestFaults.Unexpected(answer);
    }

    /// <summary>Asks what a route can do.</summary>
    public Task<RestAnswer> Options(string route, CancellationToken cancellationToken) =>
        Send(HttpMethod.Options, route, "", null, cancellationToken);

    /// <summary>A write. Success and WordPress's own refusals are returned.</summary>
    public Task<RestAnswer> Post(string route, string query, JsonNode body, CancellationToken cancellationToken) =>
        Send(HttpMethod.Post, route, query, body, cancellationToken);

    /// <summary>A write whose answer is returned whatever it is, unless it is about the site as a whole.</summary>
    public async Task<RestAnswer> PostForAnything(
        string route,
        string query,
        JsonNode body,
        CancellationToken cancellationToken
    )
    {
        var root = await roots.Find(cancellationToken);
        var address = root.At(route, query);
        var answer = await wire.Send(HttpMethod.Post, address, body, signedIn: true, cancellationToken);
        await ThrowIfSiteIsClosed(answer, root, address, cancellationToken);
        return answer;
    }

    private async Task<RestAnswer> Send(
        HttpMethod method,
        string route,
        string query,
        JsonNode? body,
        CancellationToken cancellationToken
    )
    {
        var root = await roots.Find(cancellationToken);
        var address = root.At(route, query);
        var answer = await wire.Send(method, address, body, signedIn: true, cancellationToken);
        await ThrowIfSiteIsClosed(answer, root, address, cancellationToken);
        if (answer.Succeeded || answer.Error is not null)
            return answer;
        throw RestFaults.Unusable(answer);
    }

    private async Task ThrowIfSiteIsClosed(
        RestAnswer answer,
        RestRoot root,
        string address,
        CancellationToken cancellationToken
    )
    {
        // A page instead of JSON: the permalinks may have changed, or the site has moved. Look for the root again next time.
        if (answer.Error is null && (answer.Json is null || (int)answer.Status >= 300))
            roots.Forget();
        if (RestRootFinder.IsElsewhere(answer, address, out var elsewhere))
            throw new SiteHeldException($"wordpress: the site has moved; set its Url to {elsewhere}");
        if (RestFaults.IsBusy(answer.Status))
            throw RestFaults.Unusable(answer);
        if (answer.Status == HttpStatusCode.Unauthorized)
            throw new SiteHeldException(await WhyNotLetIn(answer, root, cancellationToken));
    }

    /// <summary>
    /// Core answers wrong credentials as it answers none; only plugins bring out WordPress's own reason. Whether application
    /// passwords are available at all stands in the index, without login (<c>WP_REST_Server::add_application_passwords_to_index</c>).
    /// </summary>
    private async Task<string> WhyNotLetIn(RestAnswer refusal, RestRoot root, CancellationToken cancellationToken)
    {
        const string Wrong =
            "wordpress: the username or application password is wrong, or the web server strips the Authorization header";
        switch (refusal.Error?.Code)
        {
            case null:
                return "wordpress: the web server itself asks for a login (HTTP 401), before WordPress";
            case "incorrect_password":
                return "wordpress: the application password is wrong (incorrect_password)";
            case "invalid_username" or "invalid_email":
                return $"wordpress: there is no user with the configured username ({refusal.Error.Code})";
            case "application_passwords_disabled" or "application_passwords_disabled_for_user":
                return $"wordpress: application passwords are not available to this user ({refusal.Error.Code})";
        }
        try
        {
            var index = await wire.Send(
                HttpMethod.Get,
                root.At("/", "_fields=authentication"),
                null,
                signedIn: false,
                cancellationToken
            );
            if (
                index is not { Succeeded: true, Json: { ValueKind: JsonValueKind.Object } json }
                || !json.TryGetProperty("authentication", out var ways)
            )
                return Wrong;
            var available =
                ways.ValueKind == JsonValueKind.Object && ways.TryGetProperty("application-passwords", out _);
            return available
                ? $"{Wrong} ({refusal.Error.Code})"
                : "wordpress: application passwords are not available: the site runs on plain http, or behind a proxy that ends TLS without telling WordPress (HTTPS=on), or a plugin switches them off";
        }
        catch (TransientException)
        {
            return Wrong;
        }
    }
}
