using System.Diagnostics;

namespace CleanSync.Docs.Tests;

/// <summary>The commands of the host, as it tells them itself.</summary>
internal sealed class HostHelp
{
    private static readonly Lazy<Task<HostHelp>> Whole = new(() => Ask([]));

    private HostHelp(
        IReadOnlyDictionary<string, HostHelp> commands,
        IReadOnlyDictionary<string, string?> options,
        bool takesSite
    ) => (Commands, Options, TakesSite) = (commands, options, takesSite);

    /// <summary>The commands below this one.</summary>
    public IReadOnlyDictionary<string, HostHelp> Commands { get; }

    /// <summary>Its options, and what each takes; null for one that takes nothing.</summary>
    public IReadOnlyDictionary<string, string?> Options { get; }

    /// <summary>Whether it may name a site.</summary>
    public bool TakesSite { get; }

    /// <summary>All of them, asked for once.</summary>
    public static Task<HostHelp> OfAll() => Whole.Value;

    /// <summary>Every command that does something by its words, for instance <c>webhooks install</c>.</summary>
    public IEnumerable<(string Words, HostHelp Command)> Leaves(string before = "") =>
        Commands.SelectMany(command =>
            command.Value.Commands.Count > 0
                ? command.Value.Leaves($"{before}{command.Key} ")
                : [($"{before}{command.Key}", command.Value)]
        );

    /// <summary>What is wrong with a command line as a page writes it, with placeholders and optional parts; null when nothing is.</summary>
    public string? Fault(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var command = this;
        var i = 0;
        for (; i < words.Length && command.Commands.TryGetValue(words[i], out var inner); i++)
            command = inner;
        if (i == 0 || command.Commands.Count > 0)
            return $"there is no command {line}";
        var sites = 0;
        for (; i < words.Length; i++)
        {
            var word = words[i].Trim('[', ']');
            if (!word.StartsWith('-'))
                sites++;
            else if (!command.Options.TryGetValue(word, out var takes))
                return $"there is no option {word}";
            else if (takes is not null)
                // A value may be several words in quotes.
                i += words[i + 1].StartsWith('"')
                    ? words[(i + 1)..].TakeWhile(next => !next.EndsWith('"')).Count() + 1
                    : 1;
        }
        return sites > (command.TakesSite ? 1 : 0) ? "too much is said" : null;
    }

    private static async Task<HostHelp> Ask(string[] command)
    {
        var help = await Run([.. command, "--help"]);
        var names = Names(help, "Commands:").Select(line => line.Split(' ')[0]);
        var commands = new Dictionary<string, HostHelp>(StringComparer.Ordinal);
        foreach (var name in names)
            commands[name] = await Ask([.. command, name]);
        return new HostHelp(
            commands,
            Names(help, "Options:")
                .Select(line => line.Split("  ")[0].Split(", ")[^1].Split(' ', 2))
                .ToDictionary(option => option[0], option => option.ElementAtOrDefault(1), StringComparer.Ordinal),
            Names(help, "Arguments:").Any()
        );
    }

    // The entries of a part of the help; what hangs below one is its description.
    private static IEnumerable<string> Names(string help, string part) =>
        help.ReplaceLineEndings("\n")
            .Split('\n')
            .SkipWhile(line => line != part)
            .Skip(1)
            .TakeWhile(line => line.Length > 0)
            .Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line[2] != ' ')
            .Select(line => line.Trim());

    private static async Task<string> Run(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "CleanSync.Host.Web.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync();
        return said;
    }
}
