using CleanSync.Infrastructure.Configuration;
using CleanSync.Infrastructure.Sites;
using Microsoft.Extensions.Options;

namespace CleanSync.PostgreSql;

/// <summary>Whether the connection string can be read, where it is one of PostgreSQL.</summary>
internal sealed class ValidateConnection(SiteAdapters adapters) : IValidateOptions<CleanSyncOptions>
{
    public ValidateOptionsResult Validate(string? name, CleanSyncOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return
            adapters.Store(options.Inbox.Provider)?.Provider != InboxProvider.PostgreSql
            || PostgreSqlDatabase.CanRead(options.Inbox.ConnectionString)
            ? ValidateOptionsResult.Success
            // The value may hold a password.
            : ValidateOptionsResult.Fail(
                $"{CleanSyncOptions.Key}:Inbox:ConnectionString: write Host=...;Database=...;Username=...;Password=... for PostgreSql."
            );
    }
}
