using System.Net;

namespace CleanSync.Infrastructure.Sandbox;

/// <summary>Answers the requests of an HTTP client from an account in memory.</summary>
internal sealed class SandboxHandler(SandboxAccount account) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var address = request.RequestUri!;
        var body = request.Content is { } content ? await content.ReadAsByteArrayAsync(cancellationToken) : [];
        var answer = account.Handle(
            new SandboxRequest(
                request.Method.Method,
                Uri.UnescapeDataString(address.AbsolutePath),
                address.Query,
                request.Headers.ToDictionary(
                    header => header.Key,
                    header => string.Join(',', header.Value),
                    StringComparer.OrdinalIgnoreCase
                ),
                body
            )
        );
        var response = new HttpResponseMessage((HttpStatusCode)answer.Status)
        {
            Content = new ReadOnlyMemoryContent(answer.Body),
            RequestMessage = request,
        };
        foreach (var (name, value) in answer.Headers)
            if (!response.Headers.TryAddWithoutValidation(name, value))
                response.Content.Headers.TryAddWithoutValidation(name, value);
        return response;
    }
}
