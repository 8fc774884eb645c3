using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace CleanSync.AspNetCore.Webhooks;

/// <summary>Reads multipart forms. No known sender uses them for webhooks; people trying the URL do.</summary>
internal static class MultipartForm
{
    private const int LongestBoundary = 200;

    /// <summary>Reads the parts; what is broken ends the reading, and what was read until then counts.</summary>
    public static async Task Read(
        ArraySegment<byte> body,
        MediaTypeHeaderValue type,
        WebhookParameters parameters,
        CancellationToken cancellationToken
    )
    {
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > LongestBoundary)
            return;
        using var stream = new MemoryStream(body.Array!, body.Offset, body.Count, writable: false);
        try
        {
            var reader = new MultipartReader(boundary, stream);
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (section.AsFormDataSection() is not { } field)
                    continue;
                var name = Encoding.UTF8.GetBytes(field.Name.ToLowerInvariant());
                if (WebhookParameters.Knows(name))
                {
                    var value = await field.GetValueAsync(cancellationToken);
                    parameters.Set(name, value);
                }
            }
        }
        catch (Exception fault)
            when (fault is IOException or InvalidDataException or ArgumentException or NotSupportedException) { }
    }
}
