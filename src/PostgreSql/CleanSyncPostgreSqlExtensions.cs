using CleanSync.Infrastructure.Configuration;
using CleanSync.PostgreSql;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses PostgreSQL.</summary>
public static class CleanSyncPostgreSqlExtensions
{
    /// <summary>Keeps inbox, ledger and history in a PostgreSQL database, version 14 or later, that any number of nodes share.</summary>
    /// <param name="builder">What <c>AddCleanSync</c> returned.</param>
    /// <param name="connectionString">
    /// For instance <c>Host=db.example;Database=cleansync;Username=cleansync;Password=...</c>, a direct connection or a session of a pooler. Null
    /// leaves <c>Inbox:ConnectionString</c> and <c>Inbox:Provider</c> to the settings.
    /// </param>
    public static CleanSyncBuilder UsePostgreSql(this CleanSyncBuilder builder, string? connectionString = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (connectionString is not null)
            builder.Services.Configure<CleanSyncOptions>(options =>
                (options.Inbox.Provider, options.Inbox.ConnectionString) = (InboxProvider.PostgreSql, connectionString)
            );
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<CleanSyncOptions>, ValidateConnection>()
        );
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PostgreSqlListener>());
        return builder.UseStore(
            InboxProvider.PostgreSql,
            services => new PostgreSqlStore(
                services.GetRequiredService<IOptions<CleanSyncOptions>>().Value.Inbox.ConnectionString,
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILogger<PostgreSqlStore>>()
            )
        );
    }
}
