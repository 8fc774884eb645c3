using CleanSync.Domain;
using CleanSync.Infrastructure.Sandbox;
using CustomUserDirectory;

var builder = Host.CreateApplicationBuilder(args);
var cleanSync = builder.Services.AddCleanSync(builder.Configuration).UseSqlite();
var folder = builder.Environment.ContentRootPath;
if (!builder.Configuration.GetSection("CleanSync:Sites:club:ActiveCampaign").Exists())
{
    folder = Directory.CreateTempSubdirectory("club-").FullName;
    cleanSync.UseSandbox("club").UseSqlite($"Data Source={Path.Combine(folder, "cleansync.db")}").WithoutWorker();
}

// By the site's name, and after the sandbox: a directory for all sites would come second to the one that the sandbox brings for its site.
cleanSync.UseUserDirectory<MemberDirectory>("club");
builder.Services.AddSingleton(
    new MemberSettings(
        Path.Combine(folder, "members.json"),
        [
            new Role("subscriber", "Member", new HashSet<string> { "read" }),
            new Role("trainer", "Trainer", new HashSet<string> { "read", "edit_courses" }),
            // A power that WordPress knows too: CleanSync never gives this role, and protects whoever has it.
            new Role("board", "Board", new HashSet<string> { "read", "manage_options" }),
        ]
    )
);

using var host = builder.Build();
if (host.Services.GetService<SandboxEnds>() is { } sandbox)
    await Demonstration.Run(host.Services, sandbox);
else
    await host.RunAsync();
