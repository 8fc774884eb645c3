using System.Text.RegularExpressions;

namespace CleanSync.Docs.Tests;

/// <summary>Whoever types a command from a page is understood.</summary>
public sealed partial class CommandTests
{
    public static TheoryData<string> Pages => [.. Checkout.Pages];

    [Theory]
    [MemberData(nameof(Pages))]
    [Trait("Spec", "9.5")]
    public async Task Every_command_of_the_host_that_a_page_names_exists_with_its_options(string path)
    {
        var host = await HostHelp.OfAll();
        Faults.None(
            LinesOf(Checkout.Page(path))
                .Select(line => host.Fault(line) is { } fault ? $"{path}: {line}: {fault}" : null)
        );
    }

    [Fact]
    [Trait("Spec", "9.5")]
    public async Task The_table_of_commands_is_complete_and_names_every_option()
    {
        var host = await HostHelp.OfAll();
        var told = Page.Rows(Checkout.Page("docs/operations.md").Section("Commands")!)
            .SelectMany(row => Whole(Page.Spans(row[0])))
            .ToList();
        Faults.None(told.Select(line => host.Fault(Plain(line)) is { } fault ? $"{line}: {fault}" : null));
        foreach (var (words, command) in host.Leaves())
        {
            var lines = told.Where(line => $"{line} ".StartsWith($"{words} ", StringComparison.Ordinal)).ToList();
            Assert.True(lines.Count > 0, $"The table does not name the command {words}.");
            Faults.None(
                command
                    .Options.Keys.Where(option => option is not ("--help" or "--version"))
                    .Where(option => !lines.Any(line => line.Contains(option, StringComparison.Ordinal)))
                    .Select(option => $"The table does not name {words} {option}.")
            );
        }
    }

    private static IEnumerable<string> LinesOf(Page page) =>
        Line()
            .Matches(page.Text)
            .Select(line => Unquoted(line.Groups[1].Value).Trim())
            // The program itself, with settings of its own.
            .Where(line => line.Length > 0 && line[0] != '-');

    // Below "webhooks install" stands "check" alone.
    private static IEnumerable<string> Whole(IReadOnlyList<string> lines)
    {
        var group = lines[0].Split(' ');
        return lines.Select((line, i) => i > 0 && group is ["webhooks", ..] ? $"{group[0]} {line}" : line);
    }

    // The command itself may stand in quotes.
    private static string Unquoted(string line) =>
        line.Count(c => c == '"') % 2 == 0 ? line : line[..line.LastIndexOf('"')];

    // Of several ways to say it each is allowed.
    private static string Plain(string line) => line.Replace(" | ", " ", StringComparison.Ordinal);

    [GeneratedRegex(
        @"(?:dotnet run --project src/Host\.Web --|(?<=[\s`])(?:\S+/)?CleanSync\.Host\.Web\.dll|(?:^ {4}(?:\$ )?|`)cleansync)((?: (?!#|=)[^\n`#;|]+)?)",
        RegexOptions.Multiline
    )]
    private static partial Regex Line();
}
