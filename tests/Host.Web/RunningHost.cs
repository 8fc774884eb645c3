using System.Diagnostics;

namespace CleanSync.Host.Web.Tests;

/// <summary>The host as a user runs it: a process of its own, on a free port, with nothing configured.</summary>
internal sealed class RunningHost : IDisposable
{
    private readonly Process _process;

    private RunningHost(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    public static async Task<RunningHost> Start(params (string Name, string Value)[] environment)
    {
        var process = Process(["--urls", "http://127.0.0.1:0"], environment);
        string? line;
        do line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        while (line is not null && !line.Contains("listening on: ", StringComparison.Ordinal));
        return new RunningHost(process, new Uri(line!.Split("listening on: ")[1]));
    }

    public static Process Process(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
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
