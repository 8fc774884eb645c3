using System.Text;
using System.Text.RegularExpressions;

namespace CleanSync.Docs.Tests;

/// <summary>A page of Markdown, as far as the tests look into it.</summary>
internal sealed partial class Page
{
    private readonly string[] _prose;

    public Page(string path, string text)
    {
        (Path, Text) = (path, text);
        var lines = text.Split('\n');
        (Blocks, _prose) = Split(lines);
    }

    /// <summary>Its path in the checkout.</summary>
    public string Path { get; }

    /// <summary>All of it.</summary>
    public string Text { get; }

    /// <summary>The fenced blocks of code.</summary>
    public IReadOnlyList<CodeBlock> Blocks { get; }

    /// <summary>The anchors of its headings, as GitHub makes them.</summary>
    public IReadOnlySet<string> Anchors
    {
        get
        {
            // A heading that was there before is numbered.
            var anchors = new HashSet<string>(StringComparer.Ordinal);
            foreach (var heading in _prose.Select(line => Heading().Match(line)).Where(heading => heading.Success))
            {
                var slug = Slug(heading.Groups[1].Value);
                for (var i = 0; !anchors.Add(i == 0 ? slug : $"{slug}-{i}"); i++) { }
            }
            return anchors;
        }
    }

    /// <summary>The targets of its links.</summary>
    public IReadOnlyList<(int Line, string Target)> Links
    {
        get
        {
            // The code between backticks may look like a link; in its place stands something as long.
            var text = CodeSpan()
                .Replace(string.Join('\n', _prose.Select(Unindented)), span => new string('x', span.Length));
            return
            [
                .. Link()
                    .Matches(text)
                    .Select(link => (text.AsSpan(0, link.Index).Count('\n') + 1, link.Groups[1].Value)),
            ];
        }
    }

    /// <summary>The texts between backticks.</summary>
    public IReadOnlyList<string> CodeSpans => Spans(string.Join('\n', _prose));

    /// <summary>The texts between backticks.</summary>
    /// <param name="text">A part of a page.</param>
    public static IReadOnlyList<string> Spans(string text) =>
        [
            .. CodeSpan()
                .Matches(text)
                .Select(span =>
                    Blanks().Replace(span.Groups[1].Value.Replace("\\|", "|", StringComparison.Ordinal), " ")
                ),
        ];

    /// <summary>What stands between a heading and the next one as high, subsections included; null when there is none.</summary>
    /// <param name="heading">The text of the heading.</param>
    public string? Section(string heading)
    {
        var start = Array.FindIndex(_prose, line => Heading().Match(line).Groups[1].Value == heading);
        if (start < 0)
            return null;
        var level = _prose[start].TakeWhile(c => c == '#').Count();
        var end = Array.FindIndex(
            _prose,
            start + 1,
            line => Heading().IsMatch(line) && line.TakeWhile(c => c == '#').Count() <= level
        );
        return string.Join('\n', _prose[(start + 1)..(end < 0 ? _prose.Length : end)]);
    }

    /// <summary>The rows of the tables in a part of a page, by cells; heads and rules are left out.</summary>
    public static IReadOnlyList<string[]> Rows(string section)
    {
        var lines = section.Split('\n');
        return
        [
            .. lines
                .Where(
                    (line, i) =>
                        line.StartsWith('|')
                        && !Rule().IsMatch(line)
                        && !(i + 1 < lines.Length && Rule().IsMatch(lines[i + 1]))
                )
                .Select(line => CellEnd().Split(line.Trim()[1..^1]).Select(cell => cell.Trim()).ToArray()),
        ];
    }

    private static (IReadOnlyList<CodeBlock> Blocks, string[] Prose) Split(string[] lines)
    {
        var blocks = new List<CodeBlock>();
        var prose = (string[])lines.Clone();
        for (var i = 0; i < lines.Length; i++)
        {
            if (Fence().Match(lines[i]) is not { Success: true } fence)
                continue;
            var end = Array.FindIndex(lines, i + 1, line => line.Trim() == "```");
            end = end < 0 ? lines.Length : end;
            blocks.Add(new CodeBlock(i + 2, fence.Groups[1].Value, string.Join('\n', lines[(i + 1)..end]) + "\n"));
            Array.Fill(prose, "", i, Math.Min(end + 1, lines.Length) - i);
            i = end;
        }
        return (blocks, prose);
    }

    private static string Slug(string heading)
    {
        var slug = new StringBuilder();
        foreach (
            var c in Link().Replace(heading, link => link.Value[1..link.Value.IndexOf(']', StringComparison.Ordinal)])
        )
        {
            if (char.IsLetterOrDigit(c) || c is '_' or '-')
                slug.Append(char.ToLowerInvariant(c));
            else if (c == ' ')
                slug.Append('-');
        }
        return slug.ToString();
    }

    // Four blanks make code.
    private static string Unindented(string line) => line.StartsWith("    ", StringComparison.Ordinal) ? "" : line;

    [GeneratedRegex(@"^#{1,6} +(.+?)\s*$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^ *```(\w*)\s*$")]
    private static partial Regex Fence();

    [GeneratedRegex(@"\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(([^()\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<!`)`([^`]+)`(?!`)")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"^\|(?:[ :]*-+[ :]*\|)+\s*$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex CellEnd();
}

/// <summary>A fenced block of code.</summary>
/// <param name="Line">The line of the page that it begins in.</param>
/// <param name="Language">What stands after the fence; empty when nothing does.</param>
/// <param name="Text">The code.</param>
internal sealed record CodeBlock(int Line, string Language, string Text);
