using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.PostgreSql;
using Npgsql;

namespace CleanSync.Infrastructure.Tests.Inbox;

/// <summary>
/// A server of its own, whose tables are on a disk of 32 MB that is full for a while: its checkpoints fail then, which would disturb other
/// tests. Its log of changes is elsewhere: a server that cannot write that one ends itself, and is one that cannot be reached.
/// Needs root for the mount.
/// </summary>
public sealed class PostgreSqlFullDiskTests : IAsyncLifetime
{
    private const string Site = "shop";
    private static readonly SyncRequest Add = new(SyncAction.Add);

    private readonly LogLines _log = new();
    private readonly List<Func<Task>> _undo = [];
    private string _disk = ""; // until it is mounted, or when it cannot be
    private string _database = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Filler => Path.Combine(_disk, "filler");

    public async ValueTask InitializeAsync()
    {
        // Where there is a server for tests, another one can be started.
        _ = PostgreSqlUnderTest.Server;
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            Assert.Skip("Only root may mount a small disk.");
        var disk = Temporary("disk");
        if (await Run("mount", "-t", "tmpfs", "-o", "size=32m,mode=0755", "cleansync", disk) is null)
            Assert.Skip("Nothing may be mounted here.");
        _undo.Add(() => Run("umount", disk));
        _disk = disk;

        var folder = Temporary("server");
        _undo.Add(() => Run(Script("down"), folder));
        _database =
            await Run(Script("up"), FreePort().ToString(CultureInfo.InvariantCulture), folder)
            ?? throw new InvalidOperationException("tests/postgres/up started no server.");
        var tables = Directory.CreateDirectory(Path.Combine(disk, "tables")).FullName;
        Assert.NotNull(await Run("chown", "postgres", tables));
        PostgreSqlUnderTest.Execute(_database, $"CREATE TABLESPACE small LOCATION '{tables}'");
        PostgreSqlUnderTest.Execute(_database, "CREATE DATABASE small TABLESPACE small");
        _database = PostgreSqlUnderTest.With(_database, builder => builder.Database = "small");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var undo in Enumerable.Reverse(_undo))
            await undo();
    }

    [Fact]
    [Trait("Spec", "1.6")]
    [Trait("Spec", "5.1")]
    public async Task A_full_disk_refuses_and_loses_nothing_and_works_again_when_there_is_room()
    {
        await using var store = new PostgreSqlStore(_database, TimeProvider.System, _log);
        await store.WorkerRole.Take("account", [Site], Cancel);
        var accepted = new HashSet<long>();
        await Accept(accepted, store, 1, 200);
        var claimed = await store.Inbox.Claim(Site, 50, Cancel);
        Fill();

        // What fits into the pages that are there already is still accepted.
        var refused = 0;
        for (var contact = 1000L; refused < 100; contact++)
        {
            Assert.True(contact < 200_000, "The disk is not full.");
            try
            {
                await store.Inbox.Accept(Site, contact, Add, Cancel);
                accepted.Add(contact);
            }
            catch (InboxUnavailableException full)
            {
                Assert.Equal(
                    PostgresErrorCodes.DiskFull,
                    Assert.IsType<PostgresException>(full.InnerException).SqlState
                );
                refused++;
            }
        }
        Assert.True(store.WorkerRole.Holds(Site));
        Assert.Contains("The server's disk is full (53100)", string.Concat(_log.Lines), StringComparison.Ordinal);

        File.Delete(Filler);
        await Accept(accepted, store, 500_000, 500);
        foreach (var work in claimed)
            await store.Inbox.Finish(work, new NextStep.Wait(TimeProvider.System.GetUtcNow(), "later"), null, Cancel);

        Assert.Equal(accepted.Count, (await store.Inbox.Depth(Site, Cancel)).Waiting);
        var found = new List<long>();
        while (await store.Inbox.Claim(Site, 1000, Cancel) is { Count: > 0 } works)
            found.AddRange(works.Select(work => work.Contact));
        Assert.Equal(accepted.Order(), found.Order());
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{accepted.Count} accepted, {refused} refused, {found.Count} found"
        );
    }

    private static async Task Accept(HashSet<long> accepted, PostgreSqlStore store, long first, int number)
    {
        var contacts = Enumerable.Range(0, number).Select(i => first + i).ToList();
        await Task.WhenAll(contacts.Select(contact => store.Inbox.Accept(Site, contact, Add, Cancel)));
        accepted.UnionWith(contacts);
    }

    // To the last byte.
    private void Fill()
    {
        using var filler = File.Open(Filler, FileMode.Create);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                filler.Write(block);
                filler.Flush();
            }
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    private string Temporary(string what)
    {
        var folder = Directory.CreateTempSubdirectory($"cleansync-{what}-").FullName;
        _undo.Add(() =>
        {
            Directory.Delete(folder, recursive: true);
            return Task.CompletedTask;
        });
        return folder;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Script(string name)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "CleanSync.sln")))
            root = root.Parent;
        return Path.Combine(root.FullName, "tests", "postgres", name);
    }

    /// <returns>What it printed; null when it failed.</returns>
    private static async Task<string?> Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode == 0 ? output.Trim() : null;
    }
}
