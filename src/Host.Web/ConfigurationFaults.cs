using CleanSync.Infrastructure.Configuration;
using Microsoft.Extensions.Options;

namespace CleanSync.Host.Web;

/// <summary>Says what is wrong with the configuration, for people.</summary>
internal static class ConfigurationFaults
{
    /// <summary>The text; null when the error is not one of the configuration.</summary>
    public static string? Describe(Exception error) =>
        error switch
        {
            OptionsValidationException invalid when invalid.OptionsType == typeof(CleanSyncOptions) =>
                "The configuration has errors:\n\n" + string.Join('\n', invalid.Failures.Select(e => "  * " + e)),
            InvalidDataException unreadable =>
                $"The configuration cannot be read: {unreadable.Message} {unreadable.InnerException?.Message}",
            _ => null,
        };
}
