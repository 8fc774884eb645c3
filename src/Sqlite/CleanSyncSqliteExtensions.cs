using CleanSync.Infrastructure.Configuration;
using CleanSync.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses SQLite.</summary>
public static class CleanSyncSqliteExtensions
{
    /// <summary>Keeps inbox, ledger and history in an SQLite file on this machine, for one process that works it.</summary>
    /// <param name="builder">What <c>AddCleanSync</c> returned.</param>
    /// <param name="connectionString">
    /// For instance <c>Data Source=/var/lib/shop/cleansync.db</c>. Null leaves <c>Inbox:ConnectionString</c> to the settings, whose default is
    /// <c>Data Source=cleansync.db</c>, and <c>Inbox:Provider</c> too.
    /// </param>
    public static CleanSyncBuilder UseSqlite(this CleanSyncBuilder builder, string? connectionString = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (connectionString is not null)
            builder.Services.Configure<CleanSyncOptions>(options =>
                (options.Inbox.Provider, options.Inbox.ConnectionString) = (InboxProvider.Sqlite, connectionString)
            );
        return builder.UseStore(
            InboxProvider.Sqlite,
            services =>
                SqliteStore.Open(
                    services.GetRequiredService<IOptions<CleanSyncOptions>>().Value.Inbox.ConnectionString,
                    services.GetRequiredService<TimeProvider>(),
                    services.GetRequiredService<ILogger<SqliteStore>>()
                )
        );
    }
}
