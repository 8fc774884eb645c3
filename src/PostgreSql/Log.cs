using Microsoft.Extensions.Logging;

namespace CleanSync.PostgreSql;

/// <summary>What the store says.</summary>
internal static partial class Log
{
    // Once for an outage, not once for each request that it fails.
    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The inbox does not work: {Why} Webhooks are answered 503 until it does."
    )]
    public static partial void Failed(ILogger logger, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "The inbox works again.")]
    public static partial void Recovered(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "This node works the account {Account} (epoch {Epoch}).")]
    public static partial void Took(ILogger logger, string account, long epoch);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "This node works the account {Account} no longer: it is given to a node that has less to do."
    )]
    public static partial void GivesUp(ILogger logger, string account);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "This node works no account: {Why} It writes nothing until it has one again."
    )]
    public static partial void Lost(ILogger logger, string why);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Other nodes cannot be heard: {Why} What they store is found by looking once a second."
    )]
    public static partial void Deaf(ILogger logger, string why);
}
