using CleanSync.Infrastructure.Sites;
using Microsoft.Extensions.Options;

namespace CleanSync.Infrastructure.Configuration;

/// <summary>Whether there is a place for what is accepted.</summary>
internal sealed class ValidateStore(SiteAdapters adapters) : IValidateOptions<CleanSyncOptions>
{
    public ValidateOptionsResult Validate(string? name, CleanSyncOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var named = options.Inbox.Provider;
        if (adapters.Store(named) is not null)
            return ValidateOptionsResult.Success;
        return ValidateOptionsResult.Fail(
            named is { } provider
                ? $"{CleanSyncOptions.Key}:Inbox:Provider is \"{provider}\", which this application does not have: reference the package "
                    + $"CleanSync.{provider} and call Use{provider}() after AddCleanSync, or remove the setting."
                : "There is no store for the inbox: reference the package CleanSync.Sqlite and call UseSqlite() after AddCleanSync, "
                    + "or CleanSync.PostgreSql and UsePostgreSql(), or UseStore(...) for a store of your own."
        );
    }
}
