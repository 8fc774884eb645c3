namespace CleanSync.Infrastructure.Configuration;

/// <summary>Secrets that stand in a file of their own, as containers mount them: <c>file:/run/secrets/token</c>.</summary>
internal static class SecretFile
{
    private const string Prefix = "file:";

    /// <summary>Whether the value names a file rather than being the secret.</summary>
    public static bool Names(string value) => value.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The file's text without outer white space; null, with an error, when there is none.</summary>
    public static string? Read(string value, out string? error)
    {
        try
        {
            var content = File.ReadAllText(value[Prefix.Length..]).Trim();
            error = content.Length == 0 ? "the file is empty; write the secret into it" : null;
            return error is null ? content : null;
        }
        catch (Exception fault)
            when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            error = "this file cannot be read; see that it exists and that this process may read it";
            return null;
        }
    }
}
