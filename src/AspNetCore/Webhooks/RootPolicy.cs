using System.Buffers;
using CleanSync.AspNetCore.Keys;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace CleanSync.AspNetCore.Webhooks;

/// <summary>Marks the endpoint at <c>/</c>, which a page of the host may share.</summary>
internal sealed class SharesItsPath
{
    public static SharesItsPath Instance { get; } = new();
}

/// <summary>
/// Lets a request for <c>/</c> be a webhook only when it is a GET or POST that carries <c>wpf_action</c>, in the query or in the
/// body. Every other one is the host's, its body untouched.
/// </summary>
internal sealed class RootPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    /// <summary>After the policies of the framework, so that only what is left is looked at.</summary>
    public override int Order => 1000;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<SharesItsPath>() is not null);

    public async Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        for (var i = 0; i < candidates.Count; i++)
        {
            if (
                candidates.IsValidCandidate(i)
                && candidates[i].Endpoint.Metadata.GetMetadata<SharesItsPath>() is not null
                && !await IsWebhook(httpContext.Request)
            )
                candidates.SetValidity(i, false);
        }
    }

    private static async ValueTask<bool> IsWebhook(HttpRequest request)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsPost(request.Method))
            return false;
        var parameters = new WebhookParameters();
        FormReader.ReadQuery(
            request.HttpContext.Features.Get<SentQuery>()?.Query ?? request.QueryString.Value ?? "",
            parameters
        );
        if (parameters.WpfAction is not null)
            return true;
        if (!HttpMethods.IsPost(request.Method))
            return false;
        await Peek(request, parameters);
        return parameters.WpfAction is not null;
    }

    // The body is kept for whoever handles the request.
    private static async Task Peek(HttpRequest request, WebhookParameters parameters)
    {
        request.EnableBuffering(WebhookBody.Looked);
        var buffer = ArrayPool<byte>.Shared.Rent(WebhookBody.Looked);
        try
        {
            var length = await WebhookBody.Fill(
                request.Body,
                buffer.AsMemory(0, WebhookBody.Looked),
                request.HttpContext.RequestAborted
            );
            var cut = length == WebhookBody.Looked && request.ContentLength != WebhookBody.Looked;
            await WebhookBody.Parse(new ArraySegment<byte>(buffer, 0, length), cut, request, parameters);
        }
        catch (Exception fault) when (fault is IOException or BadHttpRequestException)
        {
            // Whoever handles the request meets the same fault and answers it.
        }
        finally
        {
            request.Body.Position = 0;
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }
}
