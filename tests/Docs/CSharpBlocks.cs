using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CleanSync.Docs.Tests;

/// <summary>
/// Compiles the blocks of a page against the packages. Blocks of types alone belong to all others of the page. One with statements is a
/// program, or else a part of one, with these at hand: <c>builder</c>, <c>app</c>, <c>services</c>, <c>cleanSync</c> (what
/// <c>AddCleanSync</c> returned), <c>sync</c>, <c>mediator</c>, and <c>cancellationToken</c>.
/// </summary>
internal static class CSharpBlocks
{
    // Those of Microsoft.NET.Sdk.Web.
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Net.Http.Json;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    private const string AtHand =
        "WebApplicationBuilder builder, WebApplication app, IServiceProvider services, CleanSyncBuilder cleanSync, "
        + "CleanSync.Application.ICleanSync sync, MediatR.IMediator mediator, CancellationToken cancellationToken";

    // Of the host and of the tests nothing is at hand.
    private static readonly string[] NotPackages =
    [
        "CleanSync.Host.Web",
        "CleanSync.Docs.Tests",
        "Microsoft.CodeAnalysis",
        "Microsoft.Testing",
        "System.CommandLine",
        "xunit",
    ];

    // What only an excerpt does: async without await, and results that are not looked at.
    private static readonly string[] Excerpts = ["CS1998", "CS0168", "CS0219", "CS8321", "CS1701", "CS1702"];

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);

    private static readonly Lazy<MetadataReference[]> Packages = new(() =>
        [
            .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
                .Split(Path.PathSeparator)
                .Where(file =>
                    !NotPackages.Any(name => Path.GetFileName(file).StartsWith(name, StringComparison.Ordinal))
                )
                .Select(file => MetadataReference.CreateFromFile(file)),
        ]
    );

    /// <summary>What the compiler says against a block, with the lines of the page.</summary>
    public static IReadOnlyList<string> Faults(Page page, CodeBlock block)
    {
        var types = page
            .Blocks.Where(other => other.Language == "csharp" && !ReferenceEquals(other, block))
            .Select(other => Parse(page, other))
            .Where(tree => !HasStatements(tree))
            .ToList();
        var alone = Parse(page, block);
        var faults = Compile([alone, .. types]);
        if (faults.Count == 0 || !HasStatements(alone))
            return faults;
        var within = Compile([Within(page, block), .. types]);
        // The way that comes further has more to say.
        return within.Count <= faults.Count ? within : faults;
    }

    private static SyntaxTree Within(Page page, CodeBlock block)
    {
        var tree = CSharpSyntaxTree.ParseText(block.Text, Language);
        var root = tree.GetCompilationUnitRoot();
        var statements = root.Members.OfType<GlobalStatementSyntax>().ToList();
        var line = block.Line + tree.GetLineSpan(statements[0].FullSpan).StartLinePosition.Line;
        return CSharpSyntaxTree.ParseText(
            $$"""
            {{string.Concat(root.Usings)}}
            static class Excerpt
            {
                static async Task Run({{AtHand}})
                {
            #line {{line}} "{{page.Path}}"
            {{string.Concat(statements.Select(statement => statement.ToFullString()))}}
                }
            }
            {{string.Concat(root.Members.Where(member => member is not GlobalStatementSyntax))}}
            """,
            Language
        );
    }

    private static SyntaxTree Parse(Page page, CodeBlock block) =>
        CSharpSyntaxTree.ParseText($"#line {block.Line} \"{page.Path}\"\n{block.Text}", Language);

    private static bool HasStatements(SyntaxTree tree) =>
        tree.GetCompilationUnitRoot().Members.OfType<GlobalStatementSyntax>().Any();

    private static List<string> Compile(IReadOnlyList<SyntaxTree> trees)
    {
        var kind = HasStatements(trees[0]) ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary;
        return
        [
            .. CSharpCompilation
                .Create(
                    "Excerpt",
                    [CSharpSyntaxTree.ParseText(Usings, Language), .. trees],
                    Packages.Value,
                    new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable)
                )
                .GetDiagnostics()
                .Where(said => said.Severity >= DiagnosticSeverity.Warning && !Excerpts.Contains(said.Id))
                .Select(said => said.ToString()),
        ];
    }
}
