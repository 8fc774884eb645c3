using System.Text;
using CleanSync.Infrastructure.Configuration;

namespace CleanSync.Docs.Tests;

/// <summary>Makes the page of all settings out of the options, their comments and their defaults.</summary>
internal static class ConfigurationPage
{
    public const string Path = "docs/configuration.md";

    private const string Head = """
        # Configuration

        <!-- Made from the options in src/Infrastructure/Configuration by tests/Docs, which tells how to make it anew. -->

        - [Where settings come from](#where-settings-come-from) · [How they are written](#how-they-are-written) ·
          [Secrets](#secrets) · [Mistakes](#mistakes) · [When they count](#when-they-count) · [Example](#example)
        - [A site](#a-site): (sections of a site)
        - [The host](#the-host): (sections of the host)

        ## Where settings come from

        Everything stands under the key `CleanSync`. The host reads these one after the other, and what comes later holds:

        1. the `appsettings.json` that comes with the program;
        2. `appsettings.json` in the folder that the host is started in, then `appsettings.Production.json`, or with the name of
           another environment that `DOTNET_ENVIRONMENT` names;
        3. in the environment `Development`, the user secrets of .NET: `dotnet user-secrets set KEY VALUE --project
           src/Host.Web`;
        4. environment variables;
        5. for the host itself, not for its commands, the command line: `--CleanSync:History:Keep 10.00:00:00`.

        An application that embeds CleanSync gives its own `IConfiguration`, or makes the settings by code:
        [embedding.md](embedding.md#registration).

        ## How they are written

        A colon in a key is a level of JSON. In the name of an environment variable two underscores stand for it, and the items of
        a list are numbered from 0:

        | key | JSON | environment |
        |---|---|---|
        | `CleanSync:Sites:shop:Tags:Protected` | `{ "CleanSync": { "Sites": { "shop": { "Tags": { "Protected": true } } } } }` | `CleanSync__Sites__shop__Tags__Protected=true` |
        | `CleanSync:TrustedProxies:0` | `{ "CleanSync": { "TrustedProxies": [ "127.0.0.1" ] } }` | `CleanSync__TrustedProxies__0=127.0.0.1` |

        Upper and lower case of keys are the same. Shells take no `-` in the name of a variable; name such a site in a file. An
        empty value is one that was left out.

        | value | |
        |---|---|
        | duration | `days.hours:minutes:seconds`: `00:15:00`, `1.12:30:00`. A number alone is days |
        | names such as `Replace` | as they stand in the table, whatever the case |
        | field of a contact | personalization tag (`%SIZE%` or `SIZE`) or id |
        | list of texts | in JSON an array |

        ## Secrets

        A value that is marked *secret* may be `file:/path`: it is the text of that file, without blanks and line breaks around it,
        read whenever the configuration is. Neither an error nor a log shows it.

        ## Mistakes

        All mistakes are told at once when the host starts, each with its key, what stands there (of a secret not), and what to write
        instead; the exit code is 1. A key that is not known is a mistake too. One that comes in by a changed file is logged, and
        what was valid before stays in force.

        ## When they count

        A changed `appsettings.json` is read at once, and everything of a site and `Smtp` follows it. A restart is needed for new and
        removed sites, `Inbox`, `History`, `TrustedProxies`, and for all environment variables. After a change of a secret file
        alone, touch `appsettings.json`.

        ## Example

        ```json
        {
          "CleanSync": {
            "Sites": {
              "shop": {
                "AccessKeys": [ "file:/run/secrets/access-key" ],
                "ActiveCampaign": { "Url": "https://account.api-us1.com", "ApiToken": "file:/run/secrets/activecampaign" },
                "WordPress": {
                  "Url": "https://shop.example",
                  "Username": "cleansync",
                  "ApplicationPassword": "file:/run/secrets/wordpress"
                },
                "Roles": { "Default": "customer", "Field": "%LEVEL%", "Allowed": [ "member", "gold_member" ] },
                "ReturnPassword": { "Field": "%WPPASSWORD%" },
                "Fields": {
                  "billing_phone": "phone",
                  "interests": { "From": "%INTERESTS%", "Kind": "List" }
                }
              }
            },
            "Inbox": { "ConnectionString": "Data Source=/var/lib/cleansync/cleansync.db" },
            "TrustedProxies": [ "127.0.0.1" ]
          }
        }
        ```

        """;

    private const string OfSite = """
        ## A site

        Under `CleanSync:Sites:(site)`. The name of a site has 1 to 40 characters out of a-z, 0-9 and `-`. *Required* is what a site
        of ActiveCampaign and WordPress does not start without.

        """;

    private const string OfHost = """
        ## The host

        Under `CleanSync`.

        """;

    /// <summary>The page.</summary>
    public static string Make()
    {
        var required = Required();
        var page = new StringBuilder(
            Head.Replace("(sections of a site)", Links(SettingsSection.OfSite), StringComparison.Ordinal)
                .Replace("(sections of the host)", Links(SettingsSection.OfHost), StringComparison.Ordinal)
        );
        var root = "";
        foreach (var section in Settings.Sections)
        {
            if (root != section.Root)
                page.Append('\n').Append((root = section.Root) == SettingsSection.OfSite ? OfSite : OfHost);
            if (section.Key.Length > 0)
                page.Append($"\n### {Title(section)}\n\n{string.Join(' ', section.About.Select(Comments.Of))}\n");
            Append(page, section, required);
        }
        return page.ToString();
    }

    /// <summary>What is not true of the comments' own words about defaults; the page would say something else beside them.</summary>
    public static IEnumerable<string> FalseDefaults() =>
        from setting in Settings.Sections.SelectMany(section => section.Settings)
        let said = Comments.Sentences(Comments.Of(setting.Property)).FirstOrDefault(IsDefault)
        let written = Settings.Written(setting.Default)
        where written is null ? said is not null && Claims(said) : !Wordings(setting.Default!, written).Contains(said)
        select $"{setting.Key}: the default is {written ?? "none"}, but its comment says: {said ?? "nothing of it"}";

    private static void Append(StringBuilder page, SettingsSection section, IReadOnlySet<string> required)
    {
        page.Append("\n| key | value | default | |\n|---|---|---|---|\n");
        foreach (var setting in section.Settings)
        {
            var sentences = Comments.Sentences(Comments.Of(setting.Property));
            var written = Settings.Written(setting.Default);
            var said = sentences.FirstOrDefault(IsDefault)?["Default ".Length..].TrimEnd('.');
            var isDefault =
                required.Contains(setting.Key) ? "*required*"
                : written is not null ? $"`{written}`"
                : said ?? "none";
            var rest = sentences.Where(sentence => !IsDefault(sentence) && !(setting.IsSecret && IsFile(sentence)));
            page.Append($"| `{setting.Key}` | {Values(setting)} | {isDefault} | {Cell(string.Join(' ', rest))} |\n");
        }
        foreach (var setting in section.Settings.Where(setting => setting.Type.IsEnum))
        {
            page.Append($"\n`{setting.Key}`:\n\n");
            foreach (var name in Enum.GetNames(setting.Type))
                page.Append($"- `{name}`: {Comments.Of(setting.Type, name)}\n");
        }
    }

    private static string Values(Setting setting)
    {
        var type = setting.Type;
        var value =
            type.IsEnum ? string.Join(", ", Enum.GetNames(type).Select(name => $"`{name}`"))
            : type == typeof(bool) ? "`true`, `false`"
            : type == typeof(int) ? "number"
            : type == typeof(TimeSpan) ? "duration"
            : type == typeof(string) ? (setting.IsList ? "list of texts" : "text")
            : throw new InvalidOperationException($"{setting.Key} is a {type.Name}, of which the page knows nothing.");
        return setting.IsSecret ? value + ", *secret*" : value;
    }

    private static string Title(SettingsSection section) =>
        section.Key.Replace(":(target)", "", StringComparison.Ordinal);

    private static string Links(string root) =>
        string.Join(
            " ·\n  ",
            Settings
                .Sections.Where(section => section.Root == root && section.Key.Length > 0)
                .Select(Title)
                .Select(title => $"[{title}](#{title.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant()})")
                .Chunk(5)
                .Select(line => string.Join(" · ", line))
        );

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static bool IsDefault(string sentence) => sentence.StartsWith("Default ", StringComparison.Ordinal);

    private static bool IsFile(string sentence) => sentence == "May be `file:/path`.";

    // Words for the default of what has none: not a value that a fresh instance ought to have.
    private static bool Claims(string sentence) =>
        sentence is "Default true." or "Default false." || char.IsAsciiDigit(sentence["Default ".Length]);

    private static IEnumerable<string> Wordings(object value, string written)
    {
        yield return $"Default {(value is string or Enum ? $"`{written}`" : written)}.";
        if (value is TimeSpan time)
            yield return $"Default {Words(time)}.";
    }

    private static string Words(TimeSpan time) =>
        (time.TotalDays, time.TotalHours, time.TotalMinutes) switch
        {
            (1, _, _) => "a day",
            (> 1, _, _) => $"{time.TotalDays} days",
            (_, 1, _) => "an hour",
            (_, > 1, _) => $"{time.TotalHours} hours",
            (_, _, 1) => "a minute",
            _ => $"{time.TotalMinutes} minutes",
        };

    // What the validation misses of a site that has nothing but a name.
    private static HashSet<string> Required()
    {
        const string site = $"{CleanSyncOptions.Key}:Sites:shop:";
        return
        [
            .. Configurations
                .Faults([new($"{site}DryRun", "true")])
                .Where(fault => fault.StartsWith(site, StringComparison.Ordinal))
                .Select(fault => fault[site.Length..fault.IndexOf(' ', StringComparison.Ordinal)])
                .Select(key => key.EndsWith(":0", StringComparison.Ordinal) ? key[..^2] : key.TrimEnd(':')),
        ];
    }
}
