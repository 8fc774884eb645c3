using System.Text;
using CleanSync.Infrastructure.Configuration;
using Microsoft.Extensions.Configuration;

namespace CleanSync.Docs.Tests;

/// <summary>Settings that are to be copied are valid, in all but what only their owner can know.</summary>
public sealed class JsonBlockTests
{
    private const string Key = "Zm9yIHRoZSB0ZXN0cyBvZiB0aGUgcGFnZXMgb25seS4";

    private const string Site = """
        "ActiveCampaign": { "Url": "https://account.api-us1.com", "ApiToken": "..." },
        "WordPress": { "Url": "https://shop.example", "Username": "cleansync", "ApplicationPassword": "..." }
        """;

    // What stands on a page for something that only the reader has, and what the test puts in its place.
    private static readonly (string Begins, string Value)[] Placeholders =
    [
        ("...", Key),
        ("made by: ", Key),
        // Files that only his machine has.
        ("file:/", Key),
    ];

    public static TheoryData<string, int> Blocks =>
        [
            .. Checkout.Pages.SelectMany(path =>
                Checkout
                    .Page(path)
                    .Blocks.Where(block => IsConfiguration(block))
                    .Select(block => new TheoryDataRow<string, int>(path, block.Line))
            ),
        ];

    [Theory]
    [MemberData(nameof(Blocks))]
    [Trait("Spec", "9.5")]
    public void Every_block_of_settings_is_accepted_by_the_host(string path, int line)
    {
        var block = Checkout.Page(path).Blocks.Single(block => block.Line == line);
        Faults.None(Configurations.Faults(Read(block.Text)).Select(fault => $"{path}:{line}: {fault}"));
    }

    private static bool IsConfiguration(CodeBlock block) =>
        block.Language is "json" or "jsonc"
        && (block.Text.Contains($"\"{CleanSyncOptions.Key}\"", StringComparison.Ordinal) || IsFragment(block.Text));

    private static bool Begins(string text, SettingsSection section) =>
        section
            .Settings.Select(setting => setting.Key.Split(':')[0])
            .Any(key => text.TrimStart().StartsWith($"\"{key}\"", StringComparison.Ordinal));

    // Lines out of an object.
    private static bool IsFragment(string text) => text.TrimStart().StartsWith('"');

    private static IEnumerable<KeyValuePair<string, string?>> Read(string text)
    {
        // Beside the sites, or within one that has all it needs.
        if (IsFragment(text))
            text = Settings
                .Sections.Where(section => section.Root == SettingsSection.OfHost)
                .Any(section => Begins(text, section))
                ? $$"""{ "{{CleanSyncOptions.Key}}": { {{text}} } }"""
                : $$"""{ "{{CleanSyncOptions.Key}}": { "Sites": { "shop": { {{Site}}, {{text}} } } } }""";
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var number = 0;
        foreach (var (key, value) in new ConfigurationBuilder().AddJsonStream(json).Build().AsEnumerable())
        {
            var placeholder = Placeholders.FirstOrDefault(known =>
                value?.StartsWith(known.Begins, StringComparison.Ordinal) == true
            );
            // No two are the same, as no two keys may be.
            yield return new(key, placeholder.Value is null ? value : $"{placeholder.Value}{number++}");
        }
    }
}
