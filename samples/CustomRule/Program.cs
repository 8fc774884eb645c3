using CleanSync.Infrastructure.Sandbox;
using CustomRule;

var builder = Host.CreateApplicationBuilder(args);
var cleanSync = builder
    .Services.AddCleanSync(builder.Configuration)
    .UseSqlite()
    // Asked in this order. The first that names a role holds, and one that skips is enough.
    .AddRule(new TagGrantsRole("Member: Gold", role: "customer", otherwise: "subscriber"))
    .AddRule(new LeavesDomainAlone("partner.example"))
    .AddRule<CustomerSince>();
if (!builder.Configuration.GetSection("CleanSync:Sites:shop:ActiveCampaign").Exists())
    cleanSync.UseSandbox("shop").UseSqlite($"Data Source={Path.GetTempFileName()}").WithoutWorker();

using var host = builder.Build();
if (host.Services.GetService<SandboxEnds>() is { } sandbox)
    await Demonstration.Run(host.Services, sandbox);
else
    await host.RunAsync();
