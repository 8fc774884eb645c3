using Microsoft.Extensions.Logging;

namespace CleanSync.Sqlite;

/// <summary>What the store says.</summary>
internal static partial class Log
{
    // Once for an outage, not once for each group that it fails.
    [LoggerMessage(Level = LogLevel.Error, Message = "The inbox cannot write. Webhooks are answered 503 until it can.")]
    public static partial void Failed(ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Information, Message = "The inbox writes again.")]
    public static partial void Recovered(ILogger logger);
}
