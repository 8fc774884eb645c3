using CleanSync.Host.Web.Sandbox;

var builder = WebApplication.CreateBuilder(args);
var sandbox = SandboxHost.IsWanted(builder.Configuration) ? await SandboxHost.Start(builder) : null;
builder.Services.AddCleanSync(builder.Configuration).AddCleanSyncWebhooks();

var app = builder.Build();
app.MapCleanSync();
app.MapCleanSyncHealth();
if (sandbox is not null)
    app.MapSandboxPage();
await app.RunAsync();
