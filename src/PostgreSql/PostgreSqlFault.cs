using System.Net.Sockets;
using CleanSync.Application.Ports;
using Npgsql;

namespace CleanSync.PostgreSql;

/// <summary>Tells the faults of one operation from those of the store.</summary>
internal static class PostgreSqlFault
{
    /// <summary>
    /// Whether the server does not do its work now: it cannot be reached, is shut down, full, read-only, or refuses the user. What it
    /// refuses because of the values alone (classes 22 and 23 of SQLSTATE) is a fault of the operation.
    /// </summary>
    public static bool IsOfTheStore(Exception error) =>
        error switch
        {
            PostgresException postgres => postgres.SqlState[..2] is not ("22" or "23"),
            NpgsqlException or SocketException or IOException or TimeoutException => true,
            // A data source that is closed, or a schema that cannot be made.
            ObjectDisposedException or SchemaException => true,
            _ => false,
        };

    /// <summary>What callers see of a store that does not work now. It is nobody's fault, so it spends no attempt.</summary>
    public static TransientException OfTheStore(Exception error) =>
        new(
            error is PostgresException postgres
                ? $"store: PostgreSQL error {postgres.SqlState}"
                : "store: not available",
            spendsAttempt: false,
            inner: error
        );

    /// <summary>What an operator is told: the cause and the remedy, without any password.</summary>
    public static string Describe(Exception error) =>
        error switch
        {
            PostgresException { SqlState: PostgresErrorCodes.InvalidPassword } =>
                "The server refuses the password. Set CleanSync:Inbox:ConnectionString (28P01).",
            PostgresException { SqlState: PostgresErrorCodes.InvalidAuthorizationSpecification } =>
                "The server refuses the user from this host. Set CleanSync:Inbox:ConnectionString or pg_hba.conf (28000).",
            PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } =>
                "There is no such database. Make it, or set Database in CleanSync:Inbox:ConnectionString (3D000).",
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } denied =>
                $"The user lacks a right: {denied.MessageText} (42501).",
            PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } =>
                "The database is read-only (25006).",
            PostgresException { SqlState: PostgresErrorCodes.DiskFull } => "The server's disk is full (53100).",
            PostgresException postgres => $"{postgres.MessageText} ({postgres.SqlState}).",
            SchemaException schema => schema.Message,
            { InnerException: SocketException socket } =>
                $"The server cannot be reached ({socket.SocketErrorCode}). Host and Port stand in CleanSync:Inbox:ConnectionString.",
            _ => $"The connection failed ({(error.InnerException ?? error).GetType().Name}).",
        };
}

/// <summary>The tables of the inbox could not be made, or the server is too old.</summary>
internal sealed class SchemaException(string message, Exception? inner = null) : Exception(message, inner);
