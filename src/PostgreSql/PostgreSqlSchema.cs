using CleanSync.Inbox;
using DbUp;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanSync.PostgreSql;

/// <summary>Runs the numbered scripts of the folder <c>Schema</c> that a database has not seen yet.</summary>
internal static class PostgreSqlSchema
{
    private const string Folder = "CleanSync.Infrastructure.Inbox.PostgreSql.Schema.";

    // Of the lock that is held while the scripts run. Any number that nothing else in the database uses.
    private const long LockKey = 0x436C65616E53796E;

    /// <summary>Brings the schema up to date. Of several nodes that start at once one does it and the others wait.</summary>
    /// <exception cref="SchemaException">A script failed, the server is older than PostgreSQL 14, or the database is not in UTF8.</exception>
    /// <exception cref="NpgsqlException">The server cannot be reached, or refuses the user.</exception>
    public static void Upgrade(string connectionString, ILogger logger)
    {
        // Closing it, however that happens, gives the lock up.
        var own = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
        using var connection = new NpgsqlConnection(own);
        connection.Open();
        // The time-out of idle sessions came with that version.
        if (connection.PostgreSqlVersion.Major < 14)
            throw new SchemaException($"PostgreSQL 14 or later is needed; this is {connection.PostgreSqlVersion}.");
        using (var encoding = new NpgsqlCommand("SHOW server_encoding", connection))
            if (encoding.ExecuteScalar() is not ("UTF8" or "SQL_ASCII"))
                throw new SchemaException(
                    "The database must have the encoding UTF8: CREATE DATABASE ... ENCODING 'UTF8'."
                );
        using (var wait = new NpgsqlCommand($"SELECT pg_advisory_lock({LockKey})", connection))
            wait.ExecuteNonQuery();
        var upgrade = DeployChanges
            .To.PostgresqlDatabase(Impatient(own))
            .WithScriptsEmbeddedInAssembly(
                typeof(PostgreSqlSchema).Assembly,
                name => name.StartsWith(Folder, StringComparison.Ordinal)
            )
            .JournalToPostgresqlTable("cleansync", "schema_versions")
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .LogTo(new SchemaLog(logger))
            .Build();
        if (!upgrade.IsUpgradeRequired())
            return;
        using (var schema = new NpgsqlCommand("CREATE SCHEMA IF NOT EXISTS cleansync", connection))
            schema.ExecuteNonQuery();
        var result = upgrade.PerformUpgrade();
        if (!result.Successful)
            throw new SchemaException(
                $"The schema script {result.ErrorScript?.Name} failed: {result.Error.Message}",
                result.Error
            );
    }

    // While a script waits for a table, a backup's perhaps, the other nodes wait behind it.
    private static string Impatient(string own)
    {
        var builder = new NpgsqlConnectionStringBuilder(own);
        builder.Options = $"{builder.Options} -c lock_timeout=1000".TrimStart();
        return builder.ConnectionString;
    }
}
