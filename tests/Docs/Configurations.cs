using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanSync.Docs.Tests;

/// <summary>Reads configurations as a host does.</summary>
internal static class Configurations
{
    /// <summary>What the host would say at its start, one mistake an entry.</summary>
    public static IReadOnlyList<string> Faults(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var services = new ServiceCollection().AddLogging();
        services.AddCleanSync(configuration).UseSqlite().UsePostgreSql().UseSmtp().UseWebhooks();
        using var provider = services.BuildServiceProvider();
        try
        {
            provider.GetRequiredService<IStartupValidator>().Validate();
            return [];
        }
        catch (OptionsValidationException error)
        {
            return [.. error.Failures];
        }
    }
}
