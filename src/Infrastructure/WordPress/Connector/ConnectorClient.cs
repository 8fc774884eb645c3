using System.Globalization;
using System.Net;
using System.Text.Json;
using CleanSync.Application.Ports;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.Connector;

/// <summary>Speaks to the connector's routes (connector/PROTOCOL.md), and tells what a failure says about the entries that were sent.</summary>
internal sealed class ConnectorClient(RestClient client, ConnectorDetection detection, int? blog)
{
    private const string Base = "/" + ConnectorDetection.Namespace;
    private readonly string _query = blog is { } number
        ? string.Create(CultureInfo.InvariantCulture, $"blog={number}")
        : "";

    /// <summary>Asks for the description of the site.</summary>
    public async Task<RestAnswer> Site(CancellationToken cancellationToken)
    {
        var call = new RestCall(HttpMethod.Get, RequestKind.Other);
        var answer = await client.Exchange(call, Base + "/site", _query, cancellationToken);
        return answer.Succeeded ? answer : throw AboutSite(answer) ?? RestFaults.Unexpected(answer);
    }

    /// <summary>Sends entries.</summary>
    /// <param name="route">The route.</param>
    /// <param name="kind">What the request does.</param>
    /// <param name="body">Makes the body when the request's turn has come.</param>
    /// <param name="isProbe">Whether the entries are part of a batch that failed.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<ConnectorReply> Post(
        string route,
        RequestKind kind,
        Func<RestBody> body,
        bool isProbe,
        CancellationToken cancellationToken
    )
    {
        var sent = 0;
        var call = new RestCall(HttpMethod.Post, kind)
        {
            IsProbe = isProbe,
            Body = () =>
            {
                var made = body();
                sent = made.Entries;
                return made;
            },
        };
        try
        {
            return Read(await client.Exchange(call, Base + route, _query, cancellationToken), sent);
        }
        catch (TransientException fault)
        {
            var perhaps = sent > 0 && fault is not SiteHeldException && !RestFaults.IsUnreached(fault.InnerException);
            return new ConnectorReply.Failed(perhaps ? Trouble.PerhapsAnOutage : Trouble.Everything, fault);
        }
    }

    private ConnectorReply Read(RestAnswer answer, int sent)
    {
        if (answer is { Succeeded: true, Json: { } json })
        {
            return
                json.Part("results") is { ValueKind: JsonValueKind.Array } results && results.GetArrayLength() == sent
                ? new ConnectorReply.Answered([.. results.EnumerateArray()], json.Moment("time") ?? answer.Date)
                : Failed(Trouble.PerhapsAnEntry, RestFaults.Misshapen(answer, "the answer of the CleanSync plugin"));
        }
        if (AboutSite(answer) is { } fault)
            return Failed(Trouble.Everything, fault);
        return answer.Status switch
        {
            HttpStatusCode.RequestEntityTooLarge => Failed(
                Trouble.TooLarge,
                new TransientException("wordpress: HTTP 413; the web server does not take a request of that size")
            ),
            HttpStatusCode.TooManyRequests => Failed(Trouble.Everything, RestFaults.Unusable(answer)),
            HttpStatusCode.ServiceUnavailable when answer.RetryAfter is not null => Failed(
                Trouble.Everything,
                RestFaults.Unusable(answer)
            ),
            _ when RestFaults.IsBusy(answer.Status) => Failed(Trouble.PerhapsAnOutage, RestFaults.Unusable(answer)),
            _ => RestFaults.Unexpected(answer) is var other && other is SiteHeldException
                ? Failed(Trouble.Everything, other)
                : Failed(Trouble.PerhapsAnEntry, other),
        };
    }

    // What every route says of the site as a whole.
    private Exception? AboutSite(RestAnswer answer)
    {
        switch (answer.Error?.Code)
        {
            case "rest_no_route":
                detection.Lost();
                return new TransientException("wordpress: the CleanSync plugin is not active any more (rest_no_route)");
            case "cleansync_no_blog":
                return new SiteHeldException(
                    $"wordpress: there is no blog {blog}; set WordPress:Blog to the number of one, or remove it where there is no network (cleansync_no_blog)"
                );
            case "rest_forbidden" when answer.Status == HttpStatusCode.Forbidden:
                return new SiteHeldException(
                    "wordpress: the connected user lacks a capability (rest_forbidden); make him an administrator, or give him create_users, edit_users and promote_users"
                );
            default:
                return null;
        }
    }

    private static ConnectorReply.Failed Failed(Trouble trouble, Exception fault) => new(trouble, fault);
}
