using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace CleanSync.Samples.Tests;

/// <summary>A sample as a reader runs it: a process of its own, out of the folder that it is built to, with nothing configured.</summary>
internal sealed class RunningSample : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly List<string> _lines = [];
    private readonly DirectoryInfo _temporary;

    private RunningSample(Process process, DirectoryInfo temporary)
    {
        (_process, _temporary) = (process, temporary);
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts it.</summary>
    /// <param name="name">The sample's name.</param>
    /// <param name="arguments">Its arguments.</param>
    public static RunningSample Start(string name, params string[] arguments)
    {
        var temporary = Directory.CreateTempSubdirectory("cleansync-sample-");
        var folder = Path.Combine(Samples(), name, "bin", Configuration(), "net10.0");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(folder, name + ".dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        // Whatever it keeps while both its ends are in memory.
        foreach (var variable in new[] { "TMPDIR", "TMP", "TEMP" })
            start.Environment[variable] = temporary.FullName;
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        return new RunningSample(Process.Start(start)!, temporary);
    }

    /// <summary>The first line with this text that it prints or has printed.</summary>
    public async Task<string> Line(string text)
    {
        for (var i = 0; ; i++)
        {
            if (i == _lines.Count)
            {
                var next = await _process.StandardOutput.ReadLineAsync().WaitAsync(Deadline);
                if (next is null)
                    Assert.Fail($"It ended without \"{text}\":\n{string.Join('\n', _lines)}\n{await _errors}");
                _lines.Add(next);
            }
            if (_lines[i].Contains(text, StringComparison.Ordinal))
                return _lines[i];
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>What it printed, line by line. Its exit code is 0, and it complained of nothing.</returns>
    public async Task<IReadOnlyList<string>> End()
    {
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(Deadline) is { } line)
            _lines.Add(line);
        await _process.WaitForExitAsync().WaitAsync(Deadline);
        Assert.Equal((0, ""), (_process.ExitCode, await _errors));
        return _lines;
    }

    /// <summary>Waits until it gives up.</summary>
    /// <returns>What it complained of.</returns>
    public async Task<string> Failure()
    {
        await _process.WaitForExitAsync().WaitAsync(Deadline);
        Assert.NotEqual(0, _process.ExitCode);
        return await _errors;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().WaitAsync(Deadline);
        _process.Dispose();
        _temporary.Delete(recursive: true);
    }

    private static string Samples([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../samples"));

    // The tests stand in bin/Debug/net10.0, and the samples beside them in a folder of the same name.
    private static string Configuration() =>
        new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Parent!.Name;
}
