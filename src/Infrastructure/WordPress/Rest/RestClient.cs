using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using CleanSync.Application.Ports;

namespace CleanSync.Infrastructure.WordPress.Rest;

/// <summary>Speaks to the REST routes of one site, and says plainly why it is not let in.</summary>
internal sealed class RestClient(RestWire wire, RestRootFinder roots)
{
    private const string UsersRoute = "/wp/v2/users";

    /// <summary>A read. Anything but success is thrown.</summary>
    public async Task<RestAnswer> Get(string route, string query, CancellationToken cancellationToken)
    {
        var kind = string.Equals(route, UsersRoute, StringComparison.Ordinal) ? RequestKind.Search : RequestKind.Other;
        return Succeeded(await Send(new(HttpMethod.Get, kind), route, query, cancellationToken));
    }

    /// <summary>A read of so many users. Anything but success is thrown.</summary>
    public async Task<RestAnswer> GetList(string query, int entries, CancellationToken cancellationToken) =>
        Succeeded(
            await Send(
                new(HttpMethod.Get, RequestKind.List) { Entries = entries },
                UsersRoute,
                query,
                cancellationToken
            )
        );

    /// <summary>Asks what a route can do.</summary>
    public Task<RestAnswer> Options(string route, CancellationToken cancellationToken) =>
        Send(new(HttpMethod.Options, RequestKind.Other), route, "", cancellationToken);

    /// <summary>A write. Success and WordPress's own refusals are returned.</summary>
    public Task<RestAnswer> Post(string route, string query, JsonNode body, CancellationToken cancellationToken)
    {
        var creates = string.Equals(route, UsersRoute, StringComparison.Ordinal);
        var kind = creates ? RequestKind.Create : RequestKind.Change;
        return Send(new(HttpMethod.Post, kind) { Body = () => new RestBody(body, 1) }, route, query, cancellationToken);
    }

    /// <summary>Several writes at once, whose answer is returned whatever it is, unless it is about the site as a whole.</summary>
    public async Task<RestAnswer> PostBatch(
        string route,
        JsonNode body,
        int entries,
        CancellationToken cancellationToken
    )
    {
        var call = new RestCall(HttpMethod.Post, RequestKind.Batch) { Body = () => new RestBody(body, entries) };
        var answer = await Exchange(call, route, "", cancellationToken);
        return RestFaults.IsBusy(answer.Status) ? throw RestFaults.Unusable(answer) : answer;
    }

    /// <summary>Any request, whose answer is returned whatever it is, unless it says that nothing gets through to this site.</summary>
    /// <exception cref="SiteHeldException">The site has moved, or does not accept the credentials.</exception>
    /// <exception cref="TransientException">No complete answer came.</exception>
    public async Task<RestAnswer> Exchange(
        RestCall call,
        string route,
        string query,
        CancellationToken cancellationToken
    )
    {
        var root = await roots.Find(cancellationToken);
        var address = root.At(route, query);
        var answer = await wire.Send(call, address, cancellationToken);
        // A page instead of JSON: the permalinks may have changed, or the site has moved. Look for the root again next time. A server's
        // error or a body that is too large says nothing of that.
        if (
            answer.Error is null
            && (answer.Json is null || (int)answer.Status >= 300)
            && (int)answer.Status is not (413 or >= 500)
        )
            roots.Forget();
        if (RestRootFinder.IsElsewhere(answer, address, out var elsewhere))
            throw new SiteHeldException($"wordpress: the site has moved; set its Url to {elsewhere}");
        if (answer.Status == HttpStatusCode.Unauthorized)
            throw new SiteHeldException(await WhyNotLetIn(answer, root, cancellationToken));
        return answer;
    }

    private async Task<RestAnswer> Send(RestCall call, string route, string query, CancellationToken cancellationToken)
    {
        var answer = await Exchange(call, route, query, cancellationToken);
        var understood = answer.Succeeded || answer.Error is not null;
        return understood && !RestFaults.IsBusy(answer.Status) ? answer : throw RestFaults.Unusable(answer);
    }

    private static RestAnswer Succeeded(RestAnswer answer) =>
        answer.Succeeded ? answer : throw RestFaults.Unexpected(answer);

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
                new RestCall(HttpMethod.Get, RequestKind.Other) { SignedIn = false },
                root.At("/", "_fields=authentication"),
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
