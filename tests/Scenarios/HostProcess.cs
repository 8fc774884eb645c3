using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CleanSync.Infrastructure.Sandbox;

namespace CleanSync.Scenarios;

/// <summary>The real host as a process of its own, which can be killed, stopped and started again at the same address.</summary>
/// <param name="settings">Its whole configuration.</param>
/// <param name="log">Where its output is kept; null when nobody will read it.</param>
internal sealed class HostProcess(Dictionary<string, string?> settings, string? log = null) : IDisposable
{
    // As systemd and container engines do it, only sooner.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private readonly HttpClient _http = new(
        new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(30) }
    )
    {
        Timeout = TimeSpan.FromSeconds(10),
    };
    private readonly int _port = FreePort();
    private readonly Lock _lock = new();
    private Process? _process;
    private TaskCompletionSource _ready = new();

    /// <summary>Done while a host answers.</summary>
    public Task Ready => Volatile.Read(ref _ready).Task;

    public async Task Start()
    {
        var start = new ProcessStartInfo("dotnet", [Program(), "--urls", $"http://127.0.0.1:{_port}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in settings)
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        start.Environment["Logging__LogLevel__Default"] = log is null ? "Warning" : "Information";
        start.Environment["Logging__LogLevel__Microsoft"] = "Warning";
        start.Environment["Logging__LogLevel__System"] = "Warning";
        start.Environment["Logging__Console__FormatterOptions__TimestampFormat"] = "HH:mm:ss.fff ";
        start.Environment["Logging__Console__FormatterName"] = "simple";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.Is(async () =>
        {
            Assert.False(_process.HasExited, "the host ended by itself");
            return await Answers();
        });
        _ready.TrySetResult();
    }

    /// <summary>Ends it with SIGKILL.</summary>
    public void Kill()
    {
        Volatile.Write(ref _ready, new TaskCompletionSource());
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>Asks it to end with SIGTERM, and kills it when it takes too long.</summary>
    public async Task Terminate()
    {
        Volatile.Write(ref _ready, new TaskCompletionSource());
        await Signal("TERM");
        using var patience = new CancellationTokenSource(Grace);
        try
        {
            await _process!.WaitForExitAsync(patience.Token);
            _process.Dispose();
        }
        catch (OperationCanceledException)
        {
            Kill();
        }
    }

    /// <summary>Stops it with SIGSTOP, and lets it go on later. It does not notice.</summary>
    public async Task Freeze(TimeSpan time)
    {
        await Freeze();
        await Task.Delay(time, TimeProvider.System);
        await Thaw();
    }

    /// <summary>Stops it with SIGSTOP until <see cref="Thaw"/>.</summary>
    public Task Freeze() => Signal("STOP");

    /// <summary>Lets it go on.</summary>
    public Task Thaw() => Signal("CONT");

    /// <summary>Sends a webhook.</summary>
    /// <returns>Whether it was answered 200: then, and only then, it must not be lost.</returns>
    public async Task<bool> Webhook(string action, long contact, string more = "")
    {
        using var body = new StringContent($"contact%5Bid%5D={contact}", Encoding.UTF8, SandboxWebhook.ContentType);
        try
        {
            using var answer = await _http.PostAsync(
                $"http://127.0.0.1:{_port}/?wpf_action={action}&access_key={HostUnderTest.Key}{more}",
                body
            );
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception error) when (IsGone(error))
        {
            return false;
        }
    }

    public void Dispose()
    {
        if (_process is not null && Ready.IsCompleted)
            Kill();
        _http.Dispose();
    }

    private async Task Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process!.Id}"]);
        await kill.WaitForExitAsync();
    }

    private void Note(string? line)
    {
        if (log is null || line is null)
            return;
        lock (_lock)
            File.AppendAllText(log, line + "\n");
    }

    private async Task<bool> Answers()
    {
        try
        {
            using var answer = await _http.GetAsync($"http://127.0.0.1:{_port}/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (IsGone(error))
        {
            return false;
        }
    }

    // A connection that is reset the moment it is made comes as the bare error of the socket.
    private static bool IsGone(Exception error) =>
        error is HttpRequestException or SocketException or TaskCanceledException;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // Built beside the tests, in the same configuration.
    private static string Program()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Root, "src", "Host.Web", "bin", own.Parent!.Name, own.Name, "CleanSync.Host.Web.dll");
    }

    /// <summary>The repository's folder.</summary>
    public static string Root
    {
        get
        {
            var root = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(root!.FullName, "CleanSync.sln")))
                root = root.Parent;
            return root.FullName;
        }
    }
}
