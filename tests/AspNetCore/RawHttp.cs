using System.Net.Sockets;
using System.Text;

namespace CleanSync.AspNetCore.Tests;

/// <summary>Sends bytes that no HTTP client would send.</summary>
internal static class RawHttp
{
    /// <summary>The first bytes of the answer.</summary>
    public static async Task<string> Send(Uri server, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        var answer = new byte[4096];
        return Encoding.Latin1.GetString(answer, 0, await stream.ReadAsync(answer));
    }
}
