using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CleanSync.Scenarios.Chaos;

/// <summary>A mail that was delivered.</summary>
/// <param name="To">The recipient's address.</param>
/// <param name="Login">The user whom it welcomes, by the login in its text.</param>
internal sealed record DeliveredMail(string To, string Login);

/// <summary>A mail server that takes every mail and notes for whom: once the sender has sent its end, the mail is delivered.</summary>
internal sealed class MailSink : IAsyncDisposable
{
    private const string LoginLine = "login: ";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<DeliveredMail> _delivered = new();
    private readonly Task _running;

    public MailSink()
    {
        _listener.Start();
        _running = Run();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The template that its senders use.</summary>
    public static string Template => $"Subject: Welcome\n{LoginLine}{{{{login}}}}";

    /// <summary>All mails.</summary>
    public IReadOnlyCollection<DeliveredMail> Delivered => _delivered;

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _running;
    }

    private async Task Run()
    {
        try
        {
            while (true)
                _ = Serve(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException) { }
    }

    private async Task Serve(TcpClient client)
    {
        using var _ = client;
        try
        {
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.UTF8);
            await Say(stream, "220 here");
            var recipient = "";
            while (await reader.ReadLineAsync() is { } line)
            {
                var verb = line.Split(' ', ':')[0].ToUpperInvariant();
                if (verb is "RCPT")
                    recipient = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.LastIndexOf('>')];
                await Say(
                    stream,
                    verb is "DATA" ? "354 go on"
                        : verb is "QUIT" ? "221 bye"
                        : "250 fine"
                );
                if (verb is not "DATA")
                    continue;
                string? text;
                var login = "";
                while ((text = await reader.ReadLineAsync()) is not (null or "."))
                    if (text.StartsWith(LoginLine, StringComparison.Ordinal))
                        login = text[LoginLine.Length..];
                if (text is null)
                    return;
                _delivered.Enqueue(new DeliveredMail(recipient, login));
                await Say(stream, "250 taken");
            }
        }
        catch (Exception end) when (end is IOException or SocketException) { }
    }

    private static ValueTask Say(NetworkStream stream, string answer) =>
        stream.WriteAsync(Encoding.ASCII.GetBytes(answer + "\r\n"));
}
