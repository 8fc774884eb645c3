namespace CleanSync.Docs.Tests;

/// <summary>The files that the tests read.</summary>
internal static class Checkout
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The pages by their paths: the README, and those of the folders that hold some.</summary>
    public static IReadOnlyList<string> Pages { get; } =
    [
        "README.md",
        .. MarkdownOf("bench"),
        .. MarkdownOf("connector"),
        .. MarkdownOf("docs"),
        .. MarkdownOf("samples"),
        "src/PACKAGE.md",
    ];

    /// <summary>A page.</summary>
    /// <param name="path">Its path below <see cref="Root"/>.</param>
    public static Page Page(string path) => new(path, Read(path));

    /// <summary>The text of a file, with line feeds alone.</summary>
    /// <param name="path">Its path below <see cref="Root"/>.</param>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    /// <summary>The text of each source of a folder, what the build made aside.</summary>
    /// <param name="folder">The folder below <see cref="Root"/>.</param>
    /// <param name="extension">For instance <c>.cs</c>.</param>
    public static IEnumerable<string> Sources(string folder, string extension) =>
        Directory
            .EnumerateFiles(Path.Combine(Root, folder), "*" + extension, SearchOption.AllDirectories)
            .Where(file =>
                !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal)
            )
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllText);

    private static IEnumerable<string> MarkdownOf(string folder)
    {
        var path = Path.Combine(Root, folder);
        return Directory.Exists(path)
            ? Directory
                .EnumerateFiles(path, "*.md")
                .Select(file => $"{folder}/{Path.GetFileName(file)}")
                .Order(StringComparer.Ordinal)
            : [];
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CleanSync.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run inside the checkout.");
    }
}
