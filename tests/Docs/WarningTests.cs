using System.Text.RegularExpressions;
using CleanSync.Application;
using CleanSync.Domain;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CleanSync.Docs.Tests;

/// <summary>Whatever an outcome may say is explained.</summary>
public sealed partial class WarningTests
{
    private const string Rules = "docs/rules.md";

    // The methods that choose a code, or are given one, for a warning that is made elsewhere.
    private static readonly string[] Choosers =
    [
        "AccountRules.Refusal",
        "AccountRules.RefusalOfEmail",
        "FieldReader.Read",
        "RoleGrant.No",
        "UserValues.Misfit",
        "UserValues.Refusal",
        "ValuePlan.Refusal",
    ];

    // A code of the connector that is told under another name.
    private static readonly string[] Renamed = ["kept_privileged"];

    [Fact]
    [Trait("Spec", "9.5")]
    public void Every_code_of_a_warning_is_explained_and_none_that_does_not_exist()
    {
        var warnings = Checkout.Page(Rules);
        var explained = Page.Rows(warnings.Section("Warnings")!)
            .SelectMany(row => Page.Spans(row[0]))
            .Concat(
                Page.Spans(warnings.Section("Dry run")!)
                    .Where(span => span.StartsWith("would_", StringComparison.Ordinal))
            )
            // Of a code with several subjects the others stand alone.
            .Where(span => span[0] != '(')
            .Select(span => span.Split('(')[0])
            .ToHashSet(StringComparer.Ordinal);
        var made = Made().ToHashSet(StringComparer.Ordinal);
        Faults.None([
            .. made.Except(explained).Select(code => $"{code} is not explained in {Rules}"),
            .. explained.Except(made).Select(code => $"{code} is explained in {Rules}, and nothing makes it"),
        ]);
    }

    [Fact]
    [Trait("Spec", "9.5")]
    public void Every_reason_to_skip_is_explained() =>
        Assert.Equal(
            Enum.GetValues<SkipReason>()
                .Select(reason => new SyncOutcome(OutcomeKind.Skipped, []) { Skipped = reason }.ToString())
                .Order(StringComparer.Ordinal),
            Page.Rows(Checkout.Page(Rules).Section("Reasons to skip")!)
                .Select(row => row[0].Trim('`'))
                .Order(StringComparer.Ordinal)
        );

    [Fact]
    [Trait("Spec", "9.5")]
    public void Every_reason_to_park_is_explained_with_the_name_that_retry_takes() =>
        Assert.Equal(
            Enum.GetValues<ParkReason>()
                .Select(reason => $"{new SyncOutcome(OutcomeKind.Parked, []) { Parked = reason }} {reason}")
                .Order(StringComparer.Ordinal),
            Page.Rows(Checkout.Page(Rules).Section("Reasons to park")!)
                .Select(row => $"{row[0].Trim('`')} {row[1].Trim('`')}")
                .Order(StringComparer.Ordinal)
        );

    private static IEnumerable<string> Made() =>
        Checkout
            .Sources("src", ".cs")
            .SelectMany(CodesOfHost)
            .Concat(Checkout.Sources("connector/cleansync", ".php").SelectMany(CodesOfConnector))
            .Except(Renamed);

    private static IEnumerable<string> CodesOfHost(string source)
    {
        var root = CSharpSyntaxTree.ParseText(source).GetRoot();
        var direct = root.DescendantNodes()
            .OfType<ObjectCreationExpressionSyntax>()
            .Where(made => made.Type.ToString() == "Warning")
            .Select(made => (SyntaxNode)made.ArgumentList!.Arguments[0]);
        var chosen = root.DescendantNodes()
            .Where(node =>
                node switch
                {
                    MethodDeclarationSyntax method => IsChooser(method, method.Identifier.Text),
                    InvocationExpressionSyntax call => IsChooser(call, call.Expression.ToString()),
                    // What is given to a variable, and from there to a warning.
                    VariableDeclaratorSyntax { Initializer: not null } variable => direct.Any(code =>
                        code.ToString() == variable.Identifier.Text
                    ),
                    _ => false,
                }
            );
        return direct
            .Concat(chosen)
            .SelectMany(node => node.DescendantTokens())
            .Where(token => token.IsKind(SyntaxKind.StringLiteralToken))
            // What something is compared with is no code of ours.
            .Where(token => token.Parent?.Parent is not (PatternSyntax or CaseSwitchLabelSyntax))
            .Select(token => token.ValueText)
            .Where(text => Code().IsMatch(text));
    }

    private static bool IsChooser(SyntaxNode node, string method) =>
        node.FirstAncestorOrSelf<TypeDeclarationSyntax>() is { } type
        && Choosers.Contains($"{type.Identifier.Text}.{method}");

    private static IEnumerable<string> CodesOfConnector(string source) =>
        Warn()
            .Matches(source)
            .SelectMany(warn => Quoted().Matches(warn.Value))
            .Concat(Refusal().Matches(source).SelectMany(refusal => Quoted().Matches(refusal.Value)))
            .Select(quoted => quoted.Groups[1].Value);

    [GeneratedRegex("^([a-z]+(_[a-z]+)+|unknown)$")]
    private static partial Regex Code();

    [GeneratedRegex(@"->warn\((?:[^,()]|\([^()]*\))*,")]
    private static partial Regex Warn();

    [GeneratedRegex(@"function refusal\(.*?\n\t\}", RegexOptions.Singleline)]
    private static partial Regex Refusal();

    [GeneratedRegex("'([a-z]+(?:_[a-z]+)+)'")]
    private static partial Regex Quoted();
}
