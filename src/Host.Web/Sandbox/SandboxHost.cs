using System.Security.Cryptography;
using CleanSync.AspNetCore.Sandbox;
using CleanSync.Domain;
using CleanSync.Infrastructure.Sandbox;

namespace CleanSync.Host.Web.Sandbox;

/// <summary>
/// Runs the whole job on this machine when no site is configured: an ActiveCampaign account over real HTTP, a user directory in memory, and an
/// inbox in a temporary file. Nothing but these adapters differs from real work.
/// </summary>
internal sealed class SandboxHost : IAsyncDisposable
{
    /// <summary>The site's name.</summary>
    public const string Site = "sandbox";

    /// <summary>The site's access key. Known to everybody, as the sandbox holds nothing of worth and answers this machine only.</summary>
    public const string AccessKey = CleanSyncSandboxExtensions.SandboxAccessKey;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cleansync-sandbox-");

    private SandboxHost(SandboxActiveCampaignServer server) => Server = server;

    public SandboxActiveCampaignServer Server { get; }

    public SandboxAccount Account => Server.Account;

    public SandboxUsers Users { get; } = new(TimeProvider.System, RandomNumberGenerator.GetHexString(32));

    public SandboxMail Mail { get; } = new();

    /// <summary>Whether no site is configured.</summary>
    public static bool IsWanted(IConfiguration configuration) =>
        !configuration.GetSection("CleanSync:Sites").GetChildren().Any();

    /// <summary>Starts the account and configures the one site.</summary>
    public static async Task<SandboxHost> Start(WebApplicationBuilder builder)
    {
        var account = new SandboxAccount(TimeProvider.System);
        account.Seed();
        var sandbox = new SandboxHost(await SandboxActiveCampaignServer.Start(account));
        builder.Configuration.AddInMemoryCollection(sandbox.Settings());
        // Made by the container as far as it knows, so that it ends with it.
        builder.Services.AddSingleton(_ => sandbox);
        return sandbox;
    }

    /// <summary>Puts its users and its mail behind the ports. Its account is reached as any other.</summary>
    public void Serve(CleanSyncBuilder builder) =>
        builder.UseUserDirectory((_, _) => Users, Site).UseWelcomeMail((_, _) => Mail, Site);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A temporary folder; the system removes it in the end.
        }
    }

    private Dictionary<string, string?> Settings()
    {
        const string site = $"CleanSync:Sites:{Site}";
        return new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["CleanSync:Inbox:ConnectionString"] = $"Data Source={Path.Combine(_folder.FullName, "inbox.db")}",
            [$"{site}:AccessKeys:0"] = AccessKey,
            [$"{site}:ActiveCampaign:Url"] = Server.Url.ToString(),
            [$"{site}:ActiveCampaign:ApiToken"] = Account.Token,
            [$"{site}:ReturnPassword:Field"] = "%WPPASSWORD%",
            [$"{site}:ReturnPassword:UsernameField"] = "%WPUSERNAME%",
            [$"{site}:Fields:billing_phone"] = "phone",
            [$"{site}:Fields:company"] = "orgname",
            [$"{site}:Fields:membership_level"] = "%MEMBERSHIPLEVEL%",
            [$"{site}:Fields:interests:From"] = "%INTERESTS%",
            [$"{site}:Fields:interests:Kind"] = nameof(FieldKind.List),
        };
    }
}
