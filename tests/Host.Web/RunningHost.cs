using System.Diagnostics;

namespace CleanSync.Host.Web.Tests;

/// <summary>The host as a user runs it: a process of its own, on a free port, with nothing configured.</summary>
internal sealed class RunningHost : IDisposable
{
    // Where an inbox is made that no setting places: new in each run of the tests.
    private static readonly DirectoryInfo Folder = Directory.CreateTempSubdirectory("cleansync-host-");

    private readonly Process _process;
    private readonly List<string> _lines = [];

    private RunningHost(Process process) => _process = process;

    public Uri Url { get; private set; } = null!;

    public static async Task<RunningHost> Start(params (string Name, string Value)[] environment)
    {
        const string before = "listening on: ";
        var host = new RunningHost(Process(["--urls", "http://127.0.0.1:0"], environment));
        host.Url = new Uri((await host.Logs(before))!.Split(before)[1]);
        return host;
    }

    /// <summary>The first line with this text that the host logs or has logged; null when it ends without.</summary>
    public async Task<string?> Logs(string text)
    {
        for (var i = 0; ; i++)
        {
            if (i == _lines.Count)
            {
                if (await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is not { } next)
                    return null;
                _lines.Add(next);
            }
            if (_lines[i].Contains(text, StringComparison.Ordinal))
                return _lines[i];
        }
    }

    public static Process Process(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder.FullName,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "CleanSync.Host.Web.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return System.Diagnostics.Process.Start(start)!;
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int Code, string Output, string Errors)> Run(
        string[] arguments,
        params (string Name, string Value)[] environment
    )
    {
        using var process = Process(arguments, environment);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return (process.ExitCode, await output, await errors);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
