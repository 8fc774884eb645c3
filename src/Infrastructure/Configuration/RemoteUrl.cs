namespace CleanSync.Infrastructure.Configuration;

/// <summary>The URL of a remote system that is told secrets.</summary>
internal static class RemoteUrl
{
    /// <summary>Whether it is an https URL, or http to this machine, without credentials, query and fragment.</summary>
    public static bool IsSafe(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Host.Length > 0
        && url.UserInfo.Length == 0
        && url.Query.Length == 0
        && url.Fragment.Length == 0
        && (url.Scheme is "https" || (url.Scheme is "http" && url.IsLoopback));

    /// <summary>The same text for every spelling of one address; null when it is no URL.</summary>
    public static string? Normalised(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
            ? url.IdnHost.ToLowerInvariant()
                + (url.IsDefaultPort ? "" : ":" + url.Port.ToString(System.Globalization.CultureInfo.InvariantCulture))
                + url.AbsolutePath.TrimEnd('/')
            : null;
}
