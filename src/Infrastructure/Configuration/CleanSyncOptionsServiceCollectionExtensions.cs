using System.Diagnostics.CodeAnalysis;
using CleanSync.Infrastructure.Configuration;
using CleanSync.Infrastructure.Sites;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the configuration.</summary>
internal static class CleanSyncOptionsServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="CleanSyncOptions"/>, read from the section <c>CleanSync</c>, checked when the host starts with all
    /// errors at once, and read anew when the configuration changes. Read it through <c>IOptionsMonitor</c>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The whole configuration.</param>
    /// <returns>The services.</returns>
    [RequiresUnreferencedCode(
        "Settings are read by reflection. A trimmed application fills them by code: AddCleanSync(options => ...)."
    )]
    internal static IServiceCollection AddCleanSyncOptions(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(CleanSyncOptions.Key);
        services.AddCleanSyncOptions().Configure(options => ConfigurationReader.Read(section, options));
        services.AddSingleton<IOptionsChangeTokenSource<CleanSyncOptions>>(
            new ConfigurationChangeTokenSource<CleanSyncOptions>(Options.Options.DefaultName, section)
        );
        return services;
    }

    /// <summary>The same without a configuration.</summary>
    internal static OptionsBuilder<CleanSyncOptions> AddCleanSyncOptions(this IServiceCollection services)
    {
        services.TryAddSingleton<SiteAdapters>();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<CleanSyncOptions>, ValidateCleanSyncOptions>()
        );
        services.TryAddSingleton<IOptionsFactory<CleanSyncOptions>, LastValidOptions>();
        return services.AddOptions<CleanSyncOptions>().ValidateOnStart();
    }
}
