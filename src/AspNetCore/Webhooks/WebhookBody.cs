using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace CleanSync.AspNetCore.Webhooks;

/// <summary>Reads the body: parameters from its first 64 KiB, the rest is drained.</summary>
internal static class WebhookBody
{
    /// <summary>How much of a body is looked at, in bytes.</summary>
    public const int Looked = 64 * 1024;

    /// <summary>How long a body may be, in bytes.</summary>
    public const long Longest = 4 * 1024 * 1024;

    /// <summary>Reads the parameters out of the body.</summary>
    /// <returns>False when the body is longer than <see cref="Longest"/>.</returns>
    public static async Task<bool> Read(HttpRequest request, WebhookParameters parameters)
    {
        if (request.ContentLength > Longest)
            return false;
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            // The server counts the framing of chunks too; the exact limit is kept here.
            limit.MaxRequestBodySize = 2 * Longest;
        var size = (int)Math.Min(request.ContentLength ?? Looked, Looked);
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(size, 1));
        try
        {
            var length = await Fill(request.Body, buffer.AsMemory(0, size), request.HttpContext.RequestAborted);
            await Parse(
                new ArraySegment<byte>(buffer, 0, length),
                length == Looked && request.ContentLength != Looked,
                request,
                parameters
            );
            return length < Looked || await Drain(request, buffer, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>Reads what is there of a body, at most as much as fits.</summary>
    internal static async ValueTask<int> Fill(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var length = 0;
        while (length < buffer.Length && await body.ReadAsync(buffer[length..], cancellationToken) is var read and > 0)
            length += read;
        return length;
    }

    /// <summary>Reads the parameters out of the bytes, by the type that the sender names or, failing that, by their look.</summary>
    internal static async ValueTask Parse(
        ArraySegment<byte> body,
        bool cut,
        HttpRequest request,
        WebhookParameters parameters
    )
    {
        if (body.Count == 0)
            return;
        var type = request.ContentType;
        if (type is not null && type.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
        {
            if (MediaTypeHeaderValue.TryParse(type, out var multipart))
                await MultipartForm.Read(body, multipart, parameters, request.HttpContext.RequestAborted);
        }
        else if (IsJson(type, body))
            JsonReader.Read(body, cut, parameters);
        else
            FormReader.Read(body, cut, parameters);
    }

    private static bool IsJson(string? type, ReadOnlySpan<byte> body)
    {
        if (
            type is not null
            && type.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
        )
            return false;
        return type?.Contains("json", StringComparison.OrdinalIgnoreCase) == true
            || body.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];
    }

    private static async Task<bool> Drain(HttpRequest request, byte[] buffer, long length)
    {
        while (await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted) is var read and > 0)
        {
            length += read;
            if (length > Longest)
                return false;
        }
        return true;
    }
}
