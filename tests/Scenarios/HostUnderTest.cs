using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using CleanSync.Application.Ports;
using CleanSync.Application.Pumping;
using CleanSync.AspNetCore.Sandbox;
using CleanSync.Infrastructure.Sandbox;
using CleanSync.Infrastructure.Tests.WordPress;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CleanSync.Scenarios;

/// <summary>
/// A host as a user would run it, between an ActiveCampaign account over real HTTP and a real WordPress, with its inbox in a file.
/// </summary>
internal sealed class HostUnderTest : IAsyncDisposable
{
    public const string Key = "a-key-for-the-scenarios-only-0123456789";

    private readonly DirectoryInfo _folder;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false });
    private readonly Func<WebApplication> _build;
    private WebApplication _app;

    private HostUnderTest(Func<WebApplication> build, SandboxActiveCampaignServer server, DirectoryInfo folder) =>
        (_build, _app, Server, _folder) = (build, build(), server, folder);

    public SandboxActiveCampaignServer Server { get; }
    public SandboxAccount Account => Server.Account;
    public string Url => _app.Urls.First();
    public IServiceProvider Services => _app.Services;
    public SiteState State => Services.GetRequiredService<SiteStates>().Of("shop");

    public static async Task<HostUnderTest> Start(
        WordPressUnderTest? site,
        IDictionary<string, string>? settings = null,
        Action<CleanSyncBuilder>? directory = null,
        SyncSettings? sync = null
    )
    {
        var folder = Directory.CreateTempSubdirectory("cleansync-scenario-");
        var server = await SandboxActiveCampaignServer.Start(NewAccount());
        var all = Settings(site, server.Url, folder);
        foreach (var (key, value) in settings ?? new Dictionary<string, string>())
            all[key] = value;
        var host = new HostUnderTest(() => Build(all, directory, sync), server, folder);
        await host._app.StartAsync();
        return host;
    }

    /// <summary>Ends the host; the account and the inbox's file stay.</summary>
    public async Task Stop()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>Starts a host again where one was stopped.</summary>
    public Task StartAgain() => (_app = _build()).StartAsync();

    /// <summary>
    /// An account whose contacts have ids of their own: a WordPress outlives many accounts here and remembers which contact a user belongs to.
    /// </summary>
    public static SandboxAccount NewAccount()
    {
        var account = new SandboxAccount(TimeProvider.System);
        account.Behaviour.RequestsPerSecond = 0;
        account.AddField("WordPress password", "text", "WPPASSWORD");
        account.AddField("WordPress username", "text", "WPLOGIN");
        account.AddField("Membership level", "text", "MEMBERSHIPLEVEL");
        account.AddField("Interests", "listbox", "INTERESTS", "Yoga", "Running");
        account.AddContact(
            DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 100,
            new SandboxDetails { Email = "first@example.test" }
        );
        return account;
    }

    /// <summary>The settings that make a host work this account and this site.</summary>
    public static Dictionary<string, string?> Settings(WordPressUnderTest? site, Uri account, DirectoryInfo folder) =>
        new()
        {
            ["CleanSync:Inbox:ConnectionString"] = $"Data Source={Path.Combine(folder.FullName, "inbox.db")}",
            ["CleanSync:Sites:shop:AccessKeys:0"] = Key,
            ["CleanSync:Sites:shop:ActiveCampaign:Url"] = account.ToString(),
            ["CleanSync:Sites:shop:ActiveCampaign:ApiToken"] = "sandbox-token",
            ["CleanSync:Sites:shop:ActiveCampaign:RequestsPerSecond"] = "100",
            ["CleanSync:Sites:shop:WordPress:Url"] = site?.Site.Url.ToString() ?? "http://127.0.0.1:1",
            ["CleanSync:Sites:shop:WordPress:Username"] = site?.Site.Username ?? "nobody",
            ["CleanSync:Sites:shop:WordPress:ApplicationPassword"] = site?.Site.ApplicationPassword ?? "none",
            ["CleanSync:Sites:shop:WordPress:Blog"] = site?.Site.Blog?.ToString(CultureInfo.InvariantCulture),
            ["CleanSync:Sites:shop:ReturnPassword:Field"] = "%WPPASSWORD%",
            ["CleanSync:Sites:shop:ReturnPassword:UsernameField"] = "%WPLOGIN%",
            ["CleanSync:Sites:shop:Fields:membership_level"] = "%MEMBERSHIPLEVEL%",
            ["CleanSync:Sites:shop:Fields:interests:From"] = "%INTERESTS%",
            ["CleanSync:Sites:shop:Fields:interests:Kind"] = "List",
            ["CleanSync:Sites:shop:Fields:billing_phone"] = "phone",
        };

    /// <summary>Sends what ActiveCampaign would send about a contact, and waits for the outcome.</summary>
    public async Task<JsonNode> Webhook(string action, long contact, string more = "&wait=30")
    {
        var (status, answer) = await Post($"/?wpf_action={action}&access_key={Key}{more}", contact);
        Assert.Equal(HttpStatusCode.OK, status);
        return answer;
    }

    /// <summary>As <see cref="Webhook"/>; the outcome alone.</summary>
    public async Task<string?> Outcome(string action, long contact, string more = "") =>
        (string?)(await Webhook(action, contact, "&wait=30" + more))["outcome"];

    public async Task<(HttpStatusCode Status, JsonNode Answer)> Post(string path, long contact)
    {
        var body = Account.Contact(contact) is { } known
            ? SandboxWebhook.Standard(known, Account.Fields(), known.UpdatedAt)
            : $"contact%5Bid%5D={contact}";
        using var content = new StringContent(body, System.Text.Encoding.UTF8, SandboxWebhook.ContentType);
        using var answer = await _http.PostAsync(Url + path, content);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    public async Task<JsonNode> Get(string path) => JsonNode.Parse(await _http.GetStringAsync(Url + path))!;

    public string? Field(long contact, string name) => Account.Contact(contact)!.Fields.GetValueOrDefault(name);

    public Task<InboxDepth> Depth() => Services.GetRequiredService<IInbox>().Depth("shop", default);

    public Task<IReadOnlyList<HistoryEntry>> History() =>
        Services.GetRequiredService<IHistory>().Latest("shop", 10_000, default);

    /// <summary>Changes a setting while the host runs.</summary>
    public void Set(string key, string value)
    {
        _app.Configuration[key] = value;
        ((IConfigurationRoot)_app.Configuration).Reload();
    }

    /// <summary>Waits until nothing waits and nothing is worked.</summary>
    public Task Drained() => Eventually.Is(async () => await Depth() is { Waiting: 0, Claimed: 0 });

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Server.DisposeAsync();
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    private static WebApplication Build(
        Dictionary<string, string?> settings,
        Action<CleanSyncBuilder>? directory,
        SyncSettings? sync
    )
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        builder.Configuration.AddInMemoryCollection(settings);
        if (sync is not null)
            builder.Services.AddSingleton(sync);
        var cleanSync = builder.Services.AddCleanSync(builder.Configuration).UseSqlite().UseSmtp().UseWebhooks();
        directory?.Invoke(cleanSync);
        var app = builder.Build();
        app.UseRouting();
        app.MapCleanSync();
        app.MapCleanSyncHealth();
        return app;
    }
}
