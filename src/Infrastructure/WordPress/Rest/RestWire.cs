using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CleanSync.Application.Ports;

namespace CleanSync.Infrastructure.WordPress.Rest;

/// <summary>Sends single requests: bounded in number and time, read to the end, told apart from what never arrived.</summary>
[SuppressMessage(
    "Design",
    "CA1001",
    Justification = "A semaphore holds nothing while its wait handle is not asked for."
)]
internal sealed class RestWire(HttpClient http, WordPressSite site, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly SemaphoreSlim _gate = new(site.MaxConcurrency);

    /// <summary>Sends one request and reads its answer, whatever it is.</summary>
    /// <exception cref="TransientException">No complete answer came.</exception>
    public async Task<RestAnswer> Send(
        HttpMethod method,
        string address,
        JsonNode? body,
        bool signedIn,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.Accept.ParseAdd("application/json");
        if (signedIn)
            request.Headers.Authorization = site.Credentials;
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        var isWrite = method == HttpMethod.Post;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            using var limit = new CancellationTokenSource(Limit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            using var response = await http.SendAsync(request, either.Token);
            return Read(response, await response.Content.ReadAsByteArrayAsync(either.Token), isWrite);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransientException("wordpress: no answer within 60 s", unanswered: isWrite, inner: error);
        }
        catch (HttpRequestException error)
        {
            var neverOpened =
                error.HttpRequestError
                is HttpRequestError.NameResolutionError
                    or HttpRequestError.ConnectionError
                    or HttpRequestError.SecureConnectionError
                    or HttpRequestError.ProxyTunnelError;
            throw new TransientException(
                $"wordpress: connection failed ({error.HttpRequestError})",
                unanswered: isWrite && !neverOpened,
                inner: error
            );
        }
        finally
        {
            _gate.Release();
        }
    }

    private RestAnswer Read(HttpResponseMessage response, byte[] bytes, bool isWrite) =>
        new(response.StatusCode, Parse(bytes), isWrite)
        {
            Date = response.Headers.Date,
            Location = response.Headers.Location,
            RetryAfter = Wait(response.Headers.RetryAfter),
            Pages =
                response.Headers.TryGetValues("X-WP-TotalPages", out var pages)
                && int.TryParse(pages.First(), CultureInfo.InvariantCulture, out var count)
                    ? count
                    : null,
        };

    private TimeSpan? Wait(RetryConditionHeaderValue? header)
    {
        var wait = header?.Delta ?? (header?.Date - time.GetUtcNow());
        return wait is { } span ? TimeSpan.FromTicks(Math.Max(0, span.Ticks)) : null;
    }

    // A byte order mark comes from a theme or plugin file that was saved with one; everything else before the JSON (notices of
    // PHP, for instance) makes the answer undecodable, which is a failure and never "nothing there".
    private static JsonElement? Parse(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Span.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
