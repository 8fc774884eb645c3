using System.ComponentModel;
using System.Diagnostics;

namespace CleanSync.Docs.Tests;

/// <summary>PHP that is to be copied is PHP.</summary>
public sealed class PhpBlockTests
{
    public static TheoryData<string, int> Blocks =>
        [
            .. Checkout.Pages.SelectMany(path =>
                Checkout
                    .Page(path)
                    .Blocks.Where(block => block.Language == "php")
                    .Select(block => new TheoryDataRow<string, int>(path, block.Line))
            ),
        ];

    [Theory]
    [MemberData(nameof(Blocks))]
    [Trait("Spec", "9.5")]
    public async Task Every_block_of_PHP_is_read_by_PHP(string path, int line)
    {
        var code = Checkout.Page(path).Blocks.Single(block => block.Line == line).Text;
        if (!code.StartsWith("<?php", StringComparison.Ordinal))
            code = "<?php\n" + code;
        using var php = Start();
        await php.StandardInput.WriteAsync(code);
        php.StandardInput.Close();
        var said = await php.StandardOutput.ReadToEndAsync();
        await php.WaitForExitAsync();
        Assert.True(php.ExitCode == 0, $"{path}:{line}: {said}");
    }

    private static Process Start()
    {
        try
        {
            return Process.Start(
                new ProcessStartInfo("php", "-d log_errors=0 -d display_errors=1 -l")
                {
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                }
            )!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("Needs PHP: install Debian's package php-cli.");
            throw;
        }
    }
}
