using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CleanSync.Infrastructure.Tests.Mail;

/// <summary>Just enough of a mail server: it answers each command as told, and hangs up where told.</summary>
internal sealed class SmtpServer : IAsyncDisposable
{
    /// <summary>Instead of an answer, the connection ends.</summary>
    public const string HangUp = "";

    private readonly TcpListener _listener = new(IPAddress.Any, 0);
    private readonly Task _running;

    public SmtpServer(Dictionary<string, string>? answers = null)
    {
        Answers = answers ?? [];
        _listener.Start();
        _running = Run();
    }

    /// <summary>By the first word of a command, or <c>GREETING</c>, or <c>END</c> for the end of the mail.</summary>
    public Dictionary<string, string> Answers { get; }

    public List<string> Commands { get; } = [];

    public string Mail { get; private set; } = "";

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _running;
    }

    private async Task Run()
    {
        try
        {
            using var client = await _listener.AcceptTcpClientAsync();
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.UTF8);
            if (!await Answer(stream, "GREETING", "220 here"))
                return;
            while (await reader.ReadLineAsync() is { } line)
            {
                Commands.Add(line);
                var verb = line.Split(' ', ':')[0].ToUpperInvariant();
                var usual = verb switch
                {
                    "EHLO" => "250-here\r\n250 AUTH PLAIN",
                    "AUTH" => "235 welcome",
                    "DATA" => "354 go on",
                    "QUIT" => "221 bye",
                    _ => "250 fine",
                };
                if (!await Answer(stream, verb, usual))
                    return;
                if (verb is "DATA" && !Answers.ContainsKey("DATA") && !await Take(reader, stream))
                    return;
            }
        }
        catch (Exception fault) when (fault is IOException or SocketException or ObjectDisposedException) { }
    }

    private async Task<bool> Take(StreamReader reader, NetworkStream stream)
    {
        var mail = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line and not ".")
            mail.Append(line).Append('\n');
        Mail = mail.ToString();
        return await Answer(stream, "END", "250 taken");
    }

    private async Task<bool> Answer(NetworkStream stream, string verb, string usual)
    {
        var answer = Answers.GetValueOrDefault(verb, usual);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer + (answer == HangUp ? "" : "\r\n")));
        return answer != HangUp;
    }
}
