using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CleanSync.Domain;
using CleanSync.Infrastructure.Configuration;

namespace CleanSync.Docs.Tests;

/// <summary>The comments of the sources, as the compiler writes them beside each assembly.</summary>
internal static partial class Comments
{
    private static readonly ConcurrentDictionary<Assembly, Dictionary<string, XElement>> Files = new();

    /// <summary>The summary of a class or property, in one line of Markdown.</summary>
    public static string Of(MemberInfo member) =>
        member is Type type
            ? Summary(type.Assembly, $"T:{type.FullName}")
            : Summary(member.Module.Assembly, $"P:{member.DeclaringType!.FullName}.{member.Name}");

    /// <summary>The summary of a member of an enumeration, in one line of Markdown.</summary>
    public static string Of(Type type, string member) => Summary(type.Assembly, $"F:{type.FullName}.{member}");

    /// <summary>Its sentences.</summary>
    public static IReadOnlyList<string> Sentences(string text) => SentenceEnd().Split(text);

    private static string Summary(Assembly assembly, string member)
    {
        var known = Files.GetOrAdd(
            assembly,
            of =>
                XDocument
                    .Load(Path.ChangeExtension(of.Location, ".xml"))
                    .Descendants("member")
                    .ToDictionary(found => found.Attribute("name")!.Value, StringComparer.Ordinal)
        );
        var summary = known.GetValueOrDefault(member)?.Element("summary");
        Assert.True(summary is not null, $"{member} has no summary.");
        return Blanks().Replace(string.Concat(summary.Nodes().Select(node => Markdown(node, member))), " ").Trim();
    }

    private static string Markdown(XNode node, string member) =>
        node switch
        {
            XText text => text.Value,
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement { Name.LocalName: "see" } see when see.Attribute("cref") is { } cref =>
                $"`{Named(cref.Value, member)}`",
            _ => throw new InvalidOperationException(
                $"The summary of {member} holds {node}, which has no form on a page."
            ),
        };

    // A setting is called by its key, a value by its name or text; whatever else a reader of the page does not know.
    private static string Named(string cref, string member) =>
        Settings
            .Sections.SelectMany(section => section.Settings)
            .FirstOrDefault(setting => cref == $"P:{setting.Property.DeclaringType!.FullName}.{setting.Property.Name}")
            ?.Key
        ?? (cref.StartsWith("F:", StringComparison.Ordinal) ? Value(cref[2..]) : null)
        ?? throw new InvalidOperationException(
            $"The summary of {member} names {cref}, which means nothing on the page of {CleanSyncOptions.Key}'s settings."
        );

    private static string? Value(string field)
    {
        var (type, name) = (field[..field.LastIndexOf('.')], field[(field.LastIndexOf('.') + 1)..]);
        var found = typeof(CleanSyncOptions).Assembly.GetType(type) ?? typeof(Warning).Assembly.GetType(type);
        return found?.GetField(name)?.GetRawConstantValue() as string ?? (found is { IsEnum: true } ? name : null);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"(?<=\.) (?=[A-Z`])")]
    private static partial Regex SentenceEnd();
}
