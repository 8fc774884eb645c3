using CleanSync.Application;
using CleanSync.Infrastructure.Sandbox;
using ExistingWebApplication;
using MediatR;

var builder = WebApplication.CreateBuilder(args);

// The application as it was.
builder.Services.AddSingleton<Orders>();

// What it gains: webhooks are received and worked.
var cleanSync = builder.Services.AddCleanSync(builder.Configuration).UseSqlite().UseWebhooks();

// Until the settings name an account, both ends are in memory. So the store begins anew at each start too: it must not know users of an
// earlier one.
if (!builder.Configuration.GetSection("CleanSync:Sites:shop:ActiveCampaign").Exists())
    cleanSync.UseSandbox("shop").UseSqlite($"Data Source={Path.GetTempFileName()}");

// What it makes of it: a handler of MediatR's, or just a callback.
builder.Services.AddTransient<INotificationHandler<UserCreated>, GiftForNewUsers>();
cleanSync.On<TagsChanged>(
    (services, changed, _) =>
    {
        services
            .GetRequiredService<Orders>()
            .Note($"user {changed.UserId} gained {string.Join(" and ", changed.Change.Added)}");
        return Task.CompletedTask;
    }
);

var app = builder.Build();
app.MapGet("/", () => "The shop's own page.");
app.MapGet("/orders", (Orders orders) => orders.All);

// Webhooks come to /webhooks/activecampaign, or to /?wpf_action=...; every other request for / gets the shop's own page.
app.MapCleanSync();
app.MapCleanSyncHealth();

app.Services.GetService<SandboxEnds>()?.Account.Seed();
app.Run();
