using System.Text.RegularExpressions;

namespace CleanSync.Docs.Tests;

/// <summary>What the pages say of settings is what the program has.</summary>
public sealed partial class ConfigurationTests
{
    private const string WriteVariable = "CLEANSYNC_WRITE_DOCS";

    public static TheoryData<string> Pages => [.. Checkout.Pages];

    [Fact]
    [Trait("Spec", "9.5")]
    public void The_page_of_settings_is_the_one_that_the_options_make()
    {
        var made = ConfigurationPage.Make();
        var file = Path.Combine(Checkout.Root, ConfigurationPage.Path);
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
            File.WriteAllText(file, made);
        var kept = File.Exists(file) ? Checkout.Read(ConfigurationPage.Path) : "";
        Assert.True(
            made == kept,
            $"{ConfigurationPage.Path} is not what the options and their comments make. Write it anew: "
                + $"{WriteVariable}=1 dotnet test tests/Docs\n{Difference(made, kept)}"
        );
    }

    [Fact]
    [Trait("Spec", "9.5")]
    public void Comments_name_the_defaults_that_fresh_options_have() => Faults.None(ConfigurationPage.FalseDefaults());

    [Theory]
    [MemberData(nameof(Pages))]
    [Trait("Spec", "9.5")]
    public void Every_key_of_a_setting_that_a_page_names_exists(string path)
    {
        Faults.None(
            KeysOf(Checkout.Page(path)).Where(key => !Settings.Knows(key)).Select(key => $"{path}: {key} is no setting")
        );
    }

    [Fact]
    [Trait("Spec", "9.5")]
    public void The_table_of_settings_in_the_README_names_true_keys_and_defaults()
    {
        var section = Checkout.Page("README.md").Section("Settings used most");
        Assert.True(section is not null, "The README has no section \"Settings used most\".");
        var rows = Page.Rows(section);
        Assert.NotEmpty(rows);
        Faults.None(rows.SelectMany(row => FaultsOf(Page.Spans(row[0]), row[1])));
    }

    private static IEnumerable<string> KeysOf(Page page) =>
        page
            .CodeSpans.Where(span => Key().IsMatch(span))
            .Concat(
                Variable().Matches(page.Text).Select(name => name.Value.Replace("__", ":", StringComparison.Ordinal))
            );

    // Further keys of a row stand below the same section as the first one, and so do defaults, unless one is meant for all.
    private static IEnumerable<string> FaultsOf(IReadOnlyList<string> keys, string defaults)
    {
        var below = keys[0].Contains(':', StringComparison.Ordinal) ? keys[0][..(keys[0].LastIndexOf(':') + 1)] : "";
        var said = defaults.Split(" / ").Select(text => text.Trim(' ', '`')).ToList();
        foreach (var (i, named) in keys.Index())
        {
            var key = Settings.Knows(named) && (i == 0 || Settings.Find(below + named) is null) ? named : below + named;
            if (!Settings.Knows(key))
                yield return $"{named} is no setting";
            else if (said.Count != 1 && said.Count != keys.Count)
                yield return $"{named}: {keys.Count} keys have {said.Count} defaults";
            else if (Settings.Find(key) is { } setting)
            {
                var written = Settings.Written(setting.Default);
                var claim = said[said.Count == 1 ? 0 : i];
                if (written is null ? claim is not ("" or "none" or "required" or "*required*") : claim != written)
                    yield return $"{key}: the default is {written ?? "none"}, not {claim}";
            }
        }
    }

    private static string Difference(string made, string kept)
    {
        var (left, right) = (made.Split('\n'), kept.Split('\n'));
        var at = left.Zip(right).TakeWhile(lines => lines.First == lines.Second).Count();
        return $"line {at + 1} ought to be: {left.ElementAtOrDefault(at)}\nbut is: {right.ElementAtOrDefault(at)}";
    }

    [GeneratedRegex(@"^(CleanSync|[A-Z][A-Za-z]+)(:([A-Z][A-Za-z]+|\d|shop|\([a-z ]+\)))+$")]
    private static partial Regex Key();

    [GeneratedRegex("CleanSync(__[A-Za-z0-9]+)+")]
    private static partial Regex Variable();
}
