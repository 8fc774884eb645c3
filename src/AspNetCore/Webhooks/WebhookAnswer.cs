using System.Globalization;
using System.Text.Json;
using CleanSync.Application;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace CleanSync.AspNetCore.Webhooks;

/// <summary>Writes answers: small JSON without any personal data, and never 410, which the sender takes for a farewell.</summary>
internal static class WebhookAnswer
{
    private const string Json = "application/json; charset=utf-8";
    private const string ProblemJson = "application/problem+json; charset=utf-8";

    /// <summary>200: stored durably, and how it ended when that was asked for.</summary>
    public static Task Accepted(HttpResponse response, WebhookReceipt receipt) =>
        Write(
            response,
            StatusCodes.Status200OK,
            Json,
            receipt,
            static (json, receipt) =>
            {
                json.WriteString("status"u8, "accepted"u8);
                Span<byte> number = stackalloc byte[20];
                receipt.Receipt.TryFormat(number, out var length, default, CultureInfo.InvariantCulture);
                json.WriteString("receipt"u8, number[..length]);
                if (receipt.Outcome is not { } outcome)
                    return;
                json.WriteString("outcome"u8, outcome.ToString());
                json.WriteStartArray("warnings"u8);
                foreach (var warning in outcome.Warnings)
                    json.WriteStringValue(warning.ToString());
                json.WriteEndArray();
            }
        );

    /// <summary>200: the key is right.</summary>
    public static Task Tested(HttpResponse response, string site) =>
        Write(
            response,
            StatusCodes.Status200OK,
            Json,
            site,
            static (json, site) =>
            {
                json.WriteBoolean("success"u8, true);
                json.WriteString("site"u8, site);
            }
        );

    /// <summary>A refusal.</summary>
    /// <param name="response">The response.</param>
    /// <param name="status">The status code.</param>
    /// <param name="title">What is wrong, in general.</param>
    /// <param name="detail">What to do.</param>
    /// <param name="parameter">The parameter that it is about, if any.</param>
    /// <param name="retryAfter">When to come back, if that helps.</param>
    public static Task Problem(
        HttpResponse response,
        int status,
        string title,
        string detail,
        string? parameter = null,
        TimeSpan? retryAfter = null
    )
    {
        if (retryAfter is { } wait)
            response.Headers.RetryAfter = ((long)Math.Ceiling(wait.TotalSeconds)).ToString(
                CultureInfo.InvariantCulture
            );
        return Write(
            response,
            status,
            ProblemJson,
            (status, title, detail, parameter),
            static (json, problem) =>
            {
                json.WriteString("title"u8, problem.title);
                json.WriteNumber("status"u8, problem.status);
                json.WriteString("detail"u8, problem.detail);
                if (problem.parameter is not null)
                    json.WriteString("parameter"u8, problem.parameter);
            }
        );
    }

    private static async Task Write<T>(
        HttpResponse response,
        int status,
        string type,
        T content,
        Action<Utf8JsonWriter, T> write
    )
    {
        response.StatusCode = status;
        response.ContentType = type;
        response.Headers[HeaderNames.CacheControl] = "no-store";
        using (var json = new Utf8JsonWriter(response.BodyWriter))
        {
            json.WriteStartObject();
            write(json, content);
            json.WriteEndObject();
            json.Flush();
            response.ContentLength = json.BytesCommitted;
        }
        await response.BodyWriter.FlushAsync(CancellationToken.None);
    }
}
