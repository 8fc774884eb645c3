using System.Collections.Immutable;
using System.Text.Json;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.WordPress.Connector;

/// <summary>Reads what the connector left out. What it says ends in logs and histories, so only names that were sent are repeated.</summary>
internal static class ConnectorWarnings
{
    /// <summary>The warnings of a result.</summary>
    /// <param name="result">The result.</param>
    /// <param name="subjects">The names that were sent: targets and roles.</param>
    public static ImmutableArray<Warning> Read(JsonElement result, IEnumerable<string> subjects)
    {
        var known = subjects.ToHashSet(StringComparer.Ordinal);
        return
        [
            .. result
                .Items("warnings")
                .Select(warning => Read(Code(warning), warning.Text("about") ?? "", known))
                .Distinct(),
        ];
    }

    /// <summary>The code that stands in a result.</summary>
    public static string Code(JsonElement json) =>
        new([.. (json.Text("code") ?? "").Where(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-').Take(60)]);

    private static Warning Read(string code, string about, HashSet<string> known) =>
        code switch
        {
            "email_taken" or "email_refused" => new Warning(code, UserTarget.Email),
            "kept_privileged" => about is "roles"
                ? new Warning("role_kept_privileged")
                : new Warning("email_kept_privileged", UserTarget.Email),
            "" => new Warning("unknown"),
            _ => new Warning(code, known.Contains(about) ? about : ""),
        };
}
