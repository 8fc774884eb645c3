namespace CleanSync.Docs.Tests;

/// <summary>What the tests find, a line each, to be mended on the page.</summary>
internal static class Faults
{
    /// <summary>Fails with all of them.</summary>
    public static void None(IEnumerable<string?> found)
    {
        var faults = found.OfType<string>().Distinct().ToList();
        Assert.True(faults.Count == 0, "To be mended:\n" + string.Join('\n', faults));
    }
}
