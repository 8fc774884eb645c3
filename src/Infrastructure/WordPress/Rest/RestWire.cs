using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CleanSync.Application.Ports;

namespace CleanSync.Infrastructure.WordPress.Rest;

/// <summary>A request to a site.</summary>
/// <param name="Method">The method.</param>
/// <param name="Kind">What it does.</param>
internal sealed record RestCall(HttpMethod Method, RequestKind Kind)
{
    /// <summary>Makes the body when the request's turn has come, so that it holds whatever has gathered until then; null for none.</summary>
    public Func<RestBody>? Body { get; init; }

    /// <summary>How many entries it is about, where there is no body.</summary>
    public int Entries { get; init; } = 1;

    /// <summary>Whether it carries the credentials.</summary>
    public bool SignedIn { get; init; } = true;

    /// <summary>Whether it looks for what made an earlier one fail: another failure then tells nothing new about the site.</summary>
    public bool IsProbe { get; init; }

    /// <summary>Whether it can change something.</summary>
    public bool IsWrite => Method == HttpMethod.Post && Kind != RequestKind.Find;
}

/// <summary>The body of a request.</summary>
/// <param name="Json">The body.</param>
/// <param name="Entries">How many entries it holds.</param>
internal readonly record struct RestBody(JsonNode Json, int Entries)
{
    /// <summary>Never shows the content, which may hold passwords.</summary>
    public override string ToString() => $"{Entries} entries";
}

/// <summary>Sends single requests: at the site's pace, bounded in time, read to the end, told apart from what never arrived.</summary>
internal sealed class RestWire(HttpClient http, WordPressSite site, SitePace pace, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Sends one request and reads its answer, whatever it is.</summary>
    /// <exception cref="TransientException">No complete answer came.</exception>
    public async Task<RestAnswer> Send(RestCall call, string address, CancellationToken cancellationToken)
    {
        await pace.Enter(cancellationToken);
        var (started, entries, end) = (time.GetTimestamp(), call.Entries, RequestEnd.Ignored);
        try
        {
            using var request = new HttpRequestMessage(call.Method, address);
            request.Headers.Accept.ParseAdd("application/json");
            if (call.SignedIn)
                request.Headers.Authorization = site.Credentials;
            if (call.Body?.Invoke() is { } body)
            {
                entries = body.Entries;
                request.Content = new StringContent(body.Json.ToJsonString(), Encoding.UTF8, "application/json");
            }
            end = call.IsProbe ? RequestEnd.Ignored : RequestEnd.Failed;
            var answer = await Exchange(request, call.IsWrite, cancellationToken);
            if ((int)answer.Status is 413)
                end = RequestEnd.Ignored;
            else if ((int)answer.Status is not (429 or >= 500) || IsRefusal(answer))
                end = RequestEnd.Answered;
            return answer;
        }
        catch (OperationCanceledException)
        {
            end = RequestEnd.Ignored;
            throw;
        }
        finally
        {
            pace.Leave(call.Kind, entries, time.GetElapsedTime(started), end);
        }
    }

    // Core says 500 when it refuses a login or an email that exists; a fatal error has a code of its own (WP_Fatal_Error_Handler).
    private static bool IsRefusal(RestAnswer answer) =>
        answer is { Status: HttpStatusCode.InternalServerError, Error: { } error }
        && error.Code is not ("internal_server_error" or "cleansync_failed");

    private async Task<RestAnswer> Exchange(
        HttpRequestMessage request,
        bool isWrite,
        CancellationToken cancellationToken
    )
    {
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
        catch (Exception error) when (RestFaults.IsDisconnected(error))
        {
            throw new TransientException(
                $"wordpress: connection failed ({(error as HttpRequestException)?.HttpRequestError ?? HttpRequestError.ConnectionError})",
                unanswered: isWrite && !RestFaults.IsUnreached(error),
                inner: error
            );
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
