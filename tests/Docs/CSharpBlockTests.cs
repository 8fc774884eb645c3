namespace CleanSync.Docs.Tests;

/// <summary>C# that is to be copied compiles.</summary>
public sealed class CSharpBlockTests
{
    public static TheoryData<string, int> Blocks =>
        [
            .. Checkout.Pages.SelectMany(path =>
                Checkout
                    .Page(path)
                    .Blocks.Where(block => block.Language == "csharp")
                    .Select(block => new TheoryDataRow<string, int>(path, block.Line))
            ),
        ];

    [Theory]
    [MemberData(nameof(Blocks))]
    [Trait("Spec", "9.5")]
    public void Every_block_of_CSharp_compiles_against_the_packages(string path, int line)
    {
        var page = Checkout.Page(path);
        Faults.None(CSharpBlocks.Faults(page, page.Blocks.Single(block => block.Line == line)));
    }
}
