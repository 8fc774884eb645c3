namespace CleanSync.Docs.Tests;

/// <summary>Whoever follows a link arrives.</summary>
public sealed class LinkTests
{
    public static TheoryData<string> Pages => [.. Checkout.Pages];

    [Theory]
    [MemberData(nameof(Pages))]
    [Trait("Spec", "9.5")]
    public void Every_link_leads_to_a_file_and_a_heading_that_exist(string path) =>
        Faults.None(
            Checkout
                .Page(path)
                .Links.Where(link => !link.Target.Contains("://", StringComparison.Ordinal))
                .Select(link =>
                    Fault(path, link.Target) is { } fault ? $"{path}:{link.Line}: {link.Target}: {fault}" : null
                )
        );

    private static string? Fault(string page, string target)
    {
        var (file, anchor) = target.Split('#', 2) is [var named, var part] ? (named, part) : (target, null);
        var path = Path.GetFullPath(
            file.Length == 0
                ? Path.Combine(Checkout.Root, page)
                : Path.Combine(Checkout.Root, Path.GetDirectoryName(page)!, file)
        );
        if (!File.Exists(path) && !Directory.Exists(path))
            return "there is no such file";
        if (anchor is null)
            return null;
        return Checkout.Page(Path.GetRelativePath(Checkout.Root, path)).Anchors.Contains(anchor)
            ? null
            : "there is no such heading";
    }
}
