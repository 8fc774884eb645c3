using System.Globalization;
using DbUp.Engine.Output;
using Microsoft.Extensions.Logging;

namespace CleanSync.Inbox;

/// <summary>An upgrade at start is nothing that an operator has to see.</summary>
internal sealed partial class SchemaLog(ILogger logger) : IUpgradeLog
{
    public void LogTrace(string format, params object[] args) { }

    public void LogDebug(string format, params object[] args) => Write(format, args);

    public void LogInformation(string format, params object[] args) => Write(format, args);

    public void LogWarning(string format, params object[] args) => Write(format, args);

    public void LogError(string format, params object[] args) => Write(format, args);

    public void LogError(Exception ex, string format, params object[] args) => Write(format, args);

    private void Write(string format, object[] args)
    {
        if (logger.IsEnabled(LogLevel.Debug))
            Upgraded(string.Format(CultureInfo.InvariantCulture, format, args));
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Schema of the inbox: {What}")]
    private partial void Upgraded(string what);
}
