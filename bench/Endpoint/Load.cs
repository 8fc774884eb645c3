using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace CleanSync.Endpoint.Bench;

/// <summary>Requests per second, and the time within which 99 of 100 were answered.</summary>
internal sealed record Result(double PerSecond, TimeSpan P99);

/// <summary>Sends one recorded webhook over and over, on connections that stay open, one request at a time on each.</summary>
internal static class Load
{
    private const string Body =
        "type=contact_tag_added&date_time=2026-07-17T22%3A01%3A25-05%3A00&initiated_from=admin&initiated_by=admin&list=0"
        + "&contact%5Bid%5D=123456&contact%5Bemail%5D=robert%40example.com&contact%5Bfirst_name%5D=Robert&contact%5Blast_name%5D="
        + "&contact%5Bphone%5D=%2B1+555-010-1234&contact%5Bip%5D=127.0.0.1&contact%5Btags%5D=%5BKRC%5D+Registered"
        + "&contact%5Bfields%5D%5B39%5D=11111111-2222-4333-8444-555555555555&tag=%5BKRC%5D+Registered+for+Challenge";

    private static readonly byte[] Request = Encoding.ASCII.GetBytes(
        $"POST /webhooks/activecampaign?wpf_action=update_tags&access_key={Servers.Key} HTTP/1.1\r\nHost: bench\r\n"
            + $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"
    );

    public static async Task<Result> Run(Uri server, int connections, TimeSpan duration)
    {
        var start = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(
            Enumerable.Range(0, connections).Select(_ => Task.Run(() => Send(server, start, duration)))
        );
        var elapsed = Stopwatch.GetElapsedTime(start);
        var all = times.SelectMany(t => t).Order().ToArray();
        return new Result(
            all.Length / elapsed.TotalSeconds,
            TimeSpan.FromSeconds((double)all[all.Length * 99 / 100] / Stopwatch.Frequency)
        );
    }

    private static async Task<List<long>> Send(Uri server, long start, TimeSpan duration)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Host, server.Port);
        var buffer = new byte[4096];
        var times = new List<long>(50_000);
        var answer = 0;
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            var sent = Stopwatch.GetTimestamp();
            await socket.SendAsync(Request.AsMemory());
            var length = 0;
            do length += await socket.ReceiveAsync(buffer.AsMemory(length));
            while (length < answer);
            // Every answer is as long as the first, which comes in one piece.
            answer = length;
            if (!buffer.AsSpan(0, length).StartsWith("HTTP/1.1 200"u8))
                throw new InvalidOperationException(Encoding.ASCII.GetString(buffer, 0, length));
            times.Add(Stopwatch.GetTimestamp() - sent);
        }
        return times;
    }
}
