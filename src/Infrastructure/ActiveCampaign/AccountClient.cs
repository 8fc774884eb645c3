using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>
/// Sends requests to one account, at its speed, and answers with readable JSON or with one of the faults of the ports.
/// Nothing is believed because of its status alone: an empty body, HTML or a failure flag under 200 is a fault.
/// </summary>
internal sealed class AccountClient(HttpClient http, AccountLimiter limiter, TimeProvider time, AccountTimings timings)
{
    // ActiveCampaign answers 403 now and then to a token that is right.
    private const int ForbiddenAttempts = 3;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private static readonly TimeSpan UnsaidPause = TimeSpan.FromSeconds(1);

    /// <summary>Reads.</summary>
    /// <param name="path">Path and query below <c>/api/3/</c>, encoded.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<AccountAnswer> Get(string path, CancellationToken cancellationToken) =>
        Send(() => new HttpRequestMessage(HttpMethod.Get, "api/3/" + path), writing: false, cancellationToken);

    /// <summary>Writes.</summary>
    /// <param name="path">Path below <c>/api/3/</c>, encoded.</param>
    /// <param name="body">A JSON object.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<AccountAnswer> Put(string path, byte[] body, CancellationToken cancellationToken) =>
        Write(HttpMethod.Put, path, body, cancellationToken);

    /// <summary>Makes something new: an unanswered call may have made it.</summary>
    /// <inheritdoc cref="Put"/>
    public Task<AccountAnswer> Post(string path, byte[] body, CancellationToken cancellationToken) =>
        Write(HttpMethod.Post, path, body, cancellationToken);

    /// <summary>Removes.</summary>
    /// <param name="path">Path below <c>/api/3/</c>, encoded.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<AccountAnswer> Delete(string path, CancellationToken cancellationToken) =>
        Write(HttpMethod.Delete, path, null, cancellationToken);

    private Task<AccountAnswer> Write(
        HttpMethod method,
        string path,
        byte[]? body,
        CancellationToken cancellationToken
    ) =>
        Send(
            () =>
                new HttpRequestMessage(method, "api/3/" + path)
                {
                    Content = body is null
                        ? null
                        : new ByteArrayContent(body) { Headers = { { "Content-Type", "application/json" } } },
                },
            writing: true,
            cancellationToken
        );

    private async Task<AccountAnswer> Send(
        Func<HttpRequestMessage> make,
        bool writing,
        CancellationToken cancellationToken
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            var start = await limiter.Enter(cancellationToken);
            using var request = make();
            var (response, body) = await Exchange(request, writing, cancellationToken);
            using (response)
            {
                limiter.Answered(start, Number(response, "RateLimit-Limit"), Number(response, "RateLimit-Remaining"));
                if (response.StatusCode != HttpStatusCode.Forbidden || attempt == ForbiddenAttempts)
                    return Read(response, body, writing);
            }
            await Task.Delay(timings.AfterForbidden * attempt, time, cancellationToken);
        }
    }

    private async Task<(HttpResponseMessage Response, byte[] Body)> Exchange(
        HttpRequestMessage request,
        bool writing,
        CancellationToken cancellationToken
    )
    {
        using var timeout = new CancellationTokenSource(timings.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        HttpResponseMessage? response = null;
        try
        {
            response = await http.SendAsync(request, either.Token);
            var answer = (response, await response.Content.ReadAsByteArrayAsync(either.Token));
            response = null;
            return answer;
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw AccountFault.TimedOut(writing, error);
        }
        // A connection that is reset the moment it is made comes as the bare error of the socket.
        catch (Exception error)
            when (error is HttpRequestException or IOException or InvalidDataException or SocketException)
        {
            throw AccountFault.Disconnected(writing, error);
        }
        finally
        {
            response?.Dispose();
        }
    }

    private AccountAnswer Read(HttpResponseMessage response, byte[] body, bool writing)
    {
        var status = (int)response.StatusCode;
        var retryAfter = AccountFault.RetryAfter(response.Headers, time.GetUtcNow());
        if (status == 429 || (status == 503 && retryAfter is not null))
            limiter.PauseUntil(time.GetUtcNow() + (retryAfter ?? UnsaidPause));
        if (status is not (>= 200 and < 300 or 400 or 404 or 422))
            throw AccountFault.Of(response.StatusCode, retryAfter, writing);
        // Some removals are answered with nothing at all.
        var json =
            body.Length == 0 && status < 300 && response.RequestMessage?.Method == HttpMethod.Delete
                ? default
                : Parse(body, status, writing);
        return new AccountAnswer(response.StatusCode, json, response.Headers.Date);
    }

    // A 404 is an answer of the account only if it is JSON: pages of proxies and parked hosts are not.
    private static JsonElement Parse(byte[] body, int status, bool writing)
    {
        JsonElement json;
        try
        {
            json = JsonElement.Parse(body.AsSpan().StartsWith(ByteOrderMark) ? body.AsSpan(3) : body);
        }
        catch (JsonException error)
        {
            // A body that is not JSON under 400 or 422 says as much as the status: the request was refused.
            return status is 400 or 422 ? default : throw AccountFault.Unreadable(writing, error);
        }
        if (status < 300 && (json.ValueKind != JsonValueKind.Object || json.SaysFailure()))
            throw AccountFault.Unreadable(writing);
        return status != 404 || json.ValueKind == JsonValueKind.Object ? json : throw AccountFault.Unreadable(writing);
    }

    private static int? Number(HttpResponseMessage response, string header)
    {
        if (!response.Headers.TryGetValues(header, out var values))
            return null;
        // Newer drafts add parameters: 5, 5;w=1.
        var first = values.First().AsSpan().Trim();
        var end = first.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(end < 0 ? first : first[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            ? n
            : null;
    }
}
