using CleanSync.Inbox;
using DbUp;
using Microsoft.Extensions.Logging;

namespace CleanSync.Sqlite;

/// <summary>Runs the numbered scripts of the folder <c>Schema</c> that a database has not seen yet.</summary>
internal static class SqliteSchema
{
    private const string Folder = "CleanSync.Infrastructure.Inbox.Sqlite.Schema.";

    /// <summary>Brings the schema up to date.</summary>
    /// <exception cref="InvalidOperationException">A script failed.</exception>
    public static void Upgrade(string connectionString, ILogger logger)
    {
        var upgrade = DeployChanges
            .To.SqliteDatabase(connectionString)
            .WithScriptsEmbeddedInAssembly(
                typeof(SqliteSchema).Assembly,
                name => name.StartsWith(Folder, StringComparison.Ordinal)
            )
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .LogTo(new SchemaLog(logger))
            .Build();
        if (!upgrade.IsUpgradeRequired())
            return;
        var result = upgrade.PerformUpgrade();
        // Two processes may start at once on a new file: the one that lost the race finds everything done.
        if (!result.Successful && upgrade.IsUpgradeRequired())
            throw new InvalidOperationException(
                $"The schema script {result.ErrorScript?.Name} failed: {result.Error.Message}",
                result.Error
            );
    }
}
