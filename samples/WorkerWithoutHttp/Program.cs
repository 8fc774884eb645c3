using CleanSync.Infrastructure.Sandbox;
using WorkerWithoutHttp;

// dotnet run                 the host works the inbox in the background
// dotnet run -- by-hand      nothing runs by itself; this program says when
var byHand = args.Contains("by-hand");

var builder = Host.CreateApplicationBuilder(args);
var cleanSync = builder.Services.AddCleanSync(builder.Configuration).UseSqlite();
if (!builder.Configuration.GetSection("CleanSync:Sites:shop:ActiveCampaign").Exists())
    cleanSync.UseSandbox("shop").UseSqlite($"Data Source={Path.GetTempFileName()}");
if (byHand)
{
    cleanSync.WithoutWorker();
    builder.Services.AddHostedService<Round>();
}
else
    builder.Services.AddHostedService<Feed>();

using var host = builder.Build();
host.Services.GetService<SandboxEnds>()?.Account.Seed();
await host.RunAsync();
