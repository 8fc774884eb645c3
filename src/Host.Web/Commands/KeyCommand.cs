using System.Buffers.Text;
using System.CommandLine;
using CleanSync.Application;

namespace CleanSync.Host.Web.Commands;

/// <summary><c>key new</c>: prints a fresh access key of 256 bits and where it goes.</summary>
internal static class KeyCommand
{
    private const int KeyBytes = 32;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var make = new Command("new", "Print a fresh access key and where to put it.");
        make.SetAction(line => Print(line.InvocationConfiguration.Output, NewKey(new Randomness())));
        return new Command("key", "Access keys, which webhooks carry.") { make };
    }

    /// <summary>A key of 256 bits in base64url.</summary>
    public static string NewKey(Randomness randomness)
    {
        Span<byte> bytes = stackalloc byte[KeyBytes];
        randomness.Fill(bytes);
        return Base64Url.EncodeToString(bytes);
    }

    private static void Print(TextWriter output, string key) =>
        output.WriteLine(
            $"""
            {key}

            In the configuration:    CleanSync:Sites:(site):AccessKeys:0
            In the environment:      CleanSync__Sites__(site)__AccessKeys__0={key}
            In the webhook's URL:    https://(this host)/?wpf_action=add&access_key={key}

            To change a key without a gap, put the new one before the old one (AccessKeys:0 and AccessKeys:1), change the URLs
            (the command webhooks install changes the one that it made), then remove the old one.
            """
        );
}
