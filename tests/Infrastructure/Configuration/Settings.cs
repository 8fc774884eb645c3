using CleanSync.Infrastructure.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CleanSync.Infrastructure.Tests.Configuration;

/// <summary>A configuration as tests write it: a minimal site, with changes.</summary>
internal static class Settings
{
    public const string Key = "Xq3vN0aB7cD9eF1gH2jK4mP6rS8tU5wY-_zZ";

    public static Dictionary<string, string?> Minimal(string site = "shop", string key = Key) =>
        new()
        {
            [$"CleanSync:Sites:{site}:AccessKeys:0"] = key,
            [$"CleanSync:Sites:{site}:ActiveCampaign:Url"] = "https://account.api-us1.com",
            [$"CleanSync:Sites:{site}:ActiveCampaign:ApiToken"] = "token-of-the-account",
            [$"CleanSync:Sites:{site}:WordPress:Url"] = $"https://{site}.example",
            [$"CleanSync:Sites:{site}:WordPress:Username"] = "cleansync",
            [$"CleanSync:Sites:{site}:WordPress:ApplicationPassword"] = "abcd efgh ijkl mnop",
        };

    public static Dictionary<string, string?> With(this Dictionary<string, string?> settings, string key, string? value)
    {
        settings["CleanSync:" + key] = value;
        return settings;
    }

    public static Dictionary<string, string?> Without(this Dictionary<string, string?> settings, string key)
    {
        settings.Remove("CleanSync:" + key);
        return settings;
    }

    public static CleanSyncOptions Read(this Dictionary<string, string?> settings) =>
        Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());

    public static CleanSyncOptions Read(IConfiguration configuration)
    {
        using var provider = Provider(configuration);
        return provider.GetRequiredService<IOptionsMonitor<CleanSyncOptions>>().CurrentValue;
    }

    public static string[] Errors(this Dictionary<string, string?> settings)
    {
        using var provider = Provider(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        var startup = provider.GetRequiredService<IStartupValidator>();
        return [.. Assert.Throws<OptionsValidationException>(startup.Validate).Failures];
    }

    public static ServiceProvider Provider(IConfiguration configuration) =>
        new ServiceCollection()
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddCleanSync(configuration)
            .UseSqlite()
            .UsePostgreSql()
            .UseSmtp()
            .UseWebhooks()
            .Services.BuildServiceProvider();
}
