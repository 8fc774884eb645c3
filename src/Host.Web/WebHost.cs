using CleanSync.Application.Ports;
using CleanSync.Host.Web.Sandbox;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Options;

namespace CleanSync.Host.Web;

/// <summary>The host itself: the webhook and the health endpoints.</summary>
internal static partial class WebHost
{
    private const string DefaultUrl = "http://127.0.0.1:5000";

    /// <summary>Runs until it is told to stop.</summary>
    /// <param name="args">The whole command line.</param>
    /// <param name="settings">What no command took of it.</param>
    /// <param name="cancellationToken">Stops the host.</param>
    /// <returns>0, or 1 when the configuration has errors.</returns>
    public static async Task<int> Run(
        string[] args,
        IReadOnlyList<string> settings,
        CancellationToken cancellationToken
    )
    {
        // A mistyped command must not start the host.
        if (
            settings.Count > 0
            && settings[0] is not ['-' or '/', ..]
            && !settings[0].Contains('=', StringComparison.Ordinal)
        )
            return Complain($"There is no command {settings[0]}; see --help.");
        try
        {
            await using var app = await Build(args);
            app.Services.GetRequiredService<IStartupValidator>().Validate();
            await app.RunAsync(cancellationToken);
            return 0;
        }
        catch (IOException error) when (error.InnerException is AddressInUseException)
        {
            return Complain($"{error.Message} Choose another address with --urls http://127.0.0.1:PORT.");
        }
        catch (Exception error) when (ConfigurationFaults.Describe(error) is { } fault)
        {
            return Complain(fault);
        }
    }

    /// <summary>What the host is built from, and every command too: the same configuration from the same places.</summary>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        // The settings that come with the program count wherever it is started from; everything else overrides them.
        var shipped = new JsonConfigurationSource
        {
            Path = Path.Combine(AppContext.BaseDirectory, "appsettings.json"),
            Optional = true,
        };
        shipped.ResolveFileProvider();
        builder.Configuration.Sources.Insert(0, shipped);
        return builder;
    }

    /// <summary>Everything that comes with CleanSync, so that the settings alone choose.</summary>
    public static CleanSyncBuilder AddCleanSync(WebApplicationBuilder builder) =>
        builder.Services.AddCleanSync(builder.Configuration).UseSqlite().UsePostgreSql().UseSmtp();

    private static async Task<WebApplication> Build(string[] args)
    {
        var builder = CreateBuilder(args);
        if (!NamesAnAddress(builder.Configuration))
            builder.WebHost.UseUrls(DefaultUrl);
        var sandbox = SandboxHost.IsWanted(builder.Configuration) ? await SandboxHost.Start(builder) : null;
        var cleanSync = AddCleanSync(builder).UseWebhooks();
        if (sandbox is not null)
            sandbox.Serve(cleanSync);
        var app = builder.Build();
        if (sandbox is not null)
            app.UseThisMachineOnly();
        app.MapCleanSync();
        app.MapCleanSyncHealth();
        if (sandbox is not null)
            app.MapSandboxPage();
        app.Lifetime.ApplicationStarted.Register(() => Log.Started(app.Logger, Described(app, sandbox)));
        return app;
    }

    private static string Described(WebApplication app, SandboxHost? sandbox) =>
        sandbox is null
            ? "Sites: " + string.Join(", ", app.Services.GetRequiredService<ISites>().Names)
            : $"No site is configured, so this is a sandbox. Its page: {app.Urls.FirstOrDefault()}";

    private static bool NamesAnAddress(ConfigurationManager configuration) =>
        configuration[WebHostDefaults.ServerUrlsKey] is not null
        || configuration[WebHostDefaults.HttpPortsKey] is not null
        || configuration[WebHostDefaults.HttpsPortsKey] is not null
        || configuration.GetSection("Kestrel:Endpoints").Exists();

    private static int Complain(string text)
    {
        Console.Error.WriteLine(text);
        return 1;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{What}")]
        public static partial void Started(ILogger logger, string what);
    }
}
