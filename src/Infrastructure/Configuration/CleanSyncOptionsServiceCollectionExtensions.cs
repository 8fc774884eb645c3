using CleanSync.Infrastructure.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the configuration.</summary>
public static class CleanSyncOptionsServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="CleanSyncOptions"/>, read from the section <c>CleanSync</c>, checked when the host starts with all
    /// errors at once, and read anew when the configuration changes. Read it through <c>IOptionsMonitor</c>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The whole configuration.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddCleanSyncOptions(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(CleanSyncOptions.Key);
        services
            .AddOptions<CleanSyncOptions>()
            .Configure(options => ConfigurationReader.Read(section, options))
            .ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<CleanSyncOptions>, ValidateCleanSyncOptions>()
        );
        services.AddSingleton<IOptionsChangeTokenSource<CleanSyncOptions>>(
            new ConfigurationChangeTokenSource<CleanSyncOptions>(Options.Options.DefaultName, section)
        );
        services.TryAddSingleton<IOptionsFactory<CleanSyncOptions>, LastValidOptions>();
        return services;
    }
}
