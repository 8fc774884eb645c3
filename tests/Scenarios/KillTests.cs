using System.Diagnostics;
using System.Globalization;
using System.Net;
using CleanSync.AspNetCore.Sandbox;
using CleanSync.Infrastructure.Sandbox;
using CleanSync.Infrastructure.Tests.WordPress;

namespace CleanSync.Scenarios;

/// <summary>
/// The real host as a process of its own, killed with SIGKILL at random moments under a stream of webhooks, between a real WordPress
/// and an ActiveCampaign account that outlive it. CLEANSYNC_KILLS and CLEANSYNC_KILL_WEBHOOKS make it longer.
/// </summary>
public sealed class KillTests
{
    private static readonly int Kills = Setting("CLEANSYNC_KILLS", 6);
    private static readonly int Webhooks = Setting("CLEANSYNC_KILL_WEBHOOKS", 600);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Spec", "5.1")]
    [Trait("Spec", "3.2")]
    public async Task Killed_again_and_again_every_contact_ends_right(bool connector)
    {
        var site = WordPressUnderTest.Find("debian", connector);
        var seed = Setting("CLEANSYNC_SEED", 20261123);
        var random = new Random(seed);
        var account = HostUnderTest.NewAccount();
        await using var server = await SandboxActiveCampaignServer.Start(account);
        var folder = Directory.CreateTempSubdirectory("cleansync-kill-");
        try
        {
            var contacts = Enumerable
                .Range(0, Math.Max(1, Webhooks / 5))
                .Select(i =>
                    account.AddContact(
                        new SandboxDetails
                        {
                            Email = $"kill{seed}.{i}.{Environment.ProcessId}@example.test",
                            FirstName = "Kim",
                            Tags = ["start"],
                        }
                    )
                )
                .ToArray();
            var added = new HashSet<long>();
            using var host = new HostProcess(HostUnderTest.Settings(site, server.Url, folder));
            await host.Start();
            var (answered, lost) = (0, 0);
            var killAt = new Queue<int>(Enumerable.Range(0, Kills).Select(_ => random.Next(Webhooks)).Order());
            var stream = Enumerable
                .Range(0, Webhooks)
                .Select(i =>
                    (
                        Number: i,
                        Contact: contacts[random.Next(contacts.Length)],
                        Tag: random.Next(5),
                        Action: random.Next(3),
                        Wait: random.Next(250)
                    )
                )
                .ToList();
            using var oneAtATime = new SemaphoreSlim(1);
            await Parallel.ForEachAsync(
                stream,
                new ParallelOptions { MaxDegreeOfParallelism = 6 },
                async (webhook, cancellation) =>
                {
                    await host.Ready;
                    account.AddTag(webhook.Contact, $"tag {webhook.Tag}");
                    var action = webhook.Action switch
                    {
                        0 => "update",
                        1 => "update_tags",
                        _ => "add",
                    };
                    // The sender never repeats a webhook. One that got no 200 may be lost: nobody was told otherwise.
                    if (await host.Webhook(action, webhook.Contact))
                    {
                        Interlocked.Increment(ref answered);
                        if (action == "add")
                            lock (added)
                                added.Add(webhook.Contact);
                    }
                    else
                        Interlocked.Increment(ref lost);

                    var kill = false;
                    lock (killAt)
                        if (kill = killAt.TryPeek(out var at) && webhook.Number >= at)
                            killAt.Dequeue();
                    if (!kill)
                        return;
                    // Others go on sending: the kill finds webhooks being received and contacts being worked.
                    await oneAtATime.WaitAsync(cancellation);
                    await Task.Delay(webhook.Wait, cancellation);
                    host.Kill();
                    await host.Start();
                    oneAtATime.Release();
                }
            );
            Assert.Empty(killAt);
            // What changed after a contact's last webhook nobody was told of: one more for each, as ActiveCampaign would send.
            foreach (var contact in contacts)
                Assert.True(await host.Webhook("update", contact));
            host.Kill();
            await host.Start();
            await host.Drained(folder);

            foreach (var id in contacts)
            {
                var contact = account.Contact(id)!;
                var users = (await site.Call(HttpMethod.Get, $"/wp/v2/users?search={contact.Email}&context=edit"))
                    .EnumerateArray()
                    .ToList();
                var where = $"contact {id}, seed {seed}";
                // A webhook that got no answer may have been stored all the same: then there may be a user, and he is right too.
                if (!added.Contains(id) && users.Count == 0)
                    continue;
                Assert.True(users.Count == 1, $"{where}: {users.Count} users");
                var tags = users[0]
                    .GetProperty("meta")
                    .GetProperty("activecampaign_tags")
                    .EnumerateArray()
                    .Select(tag => tag.GetString()!);
                Assert.True(contact.Tags.ToHashSet().SetEquals(tags), where);
                Assert.True(
                    contact.Fields.TryGetValue("WPPASSWORD", out var password)
                        && await site.LogIn(contact.Email, password),
                    where
                );
            }
            TestContext.Current.SendDiagnosticMessage(
                $"{Kills} kills, {answered} webhooks answered 200, {lost} not answered, {added.Count} users, seed {seed}"
            );
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;

    private sealed class HostProcess(Dictionary<string, string?> settings) : IDisposable
    {
        private readonly HttpClient _http = new(
            new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(30) }
        );
        private readonly int _port = FreePort();
        private Process? _process;
        private TaskCompletionSource _ready = new();

        /// <summary>Done while a host answers.</summary>
        public Task Ready => Volatile.Read(ref _ready).Task;

        public async Task Start()
        {
            var start = new ProcessStartInfo("dotnet", [Program(), "--urls", $"http://127.0.0.1:{_port}"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            foreach (var (key, value) in settings)
                start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
            start.Environment["Logging__LogLevel__Default"] = "Warning";
            _process = Process.Start(start)!;
            _process.OutputDataReceived += (_, _) => { };
            _process.ErrorDataReceived += (_, _) => { };
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
            while (!await Answers())
            {
                Assert.False(_process.HasExited, "the host ended by itself");
                await HostUnderTest.Pause();
            }
            _ready.TrySetResult();
        }

        public void Kill()
        {
            Volatile.Write(ref _ready, new TaskCompletionSource());
            _process!.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }

        public async Task<bool> Webhook(string action, long contact)
        {
            using var body = new StringContent(
                $"contact%5Bid%5D={contact}",
                System.Text.Encoding.UTF8,
                SandboxWebhook.ContentType
            );
            try
            {
                using var answer = await _http.PostAsync(
                    $"http://127.0.0.1:{_port}/?wpf_action={action}&access_key={HostUnderTest.Key}",
                    body
                );
                return answer.StatusCode == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }

        public async Task Drained(DirectoryInfo folder)
        {
            while (await Rows(folder) > 0)
                await Task.Delay(500, TestContext.Current.CancellationToken);
        }

        public void Dispose()
        {
            if (_process is { HasExited: false })
                Kill();
            _http.Dispose();
        }

        private static async Task<long> Rows(DirectoryInfo folder)
        {
            await using var database = new Microsoft.Data.Sqlite.SqliteConnection(
                $"Data Source={Path.Combine(folder.FullName, "inbox.db")};Mode=ReadOnly"
            );
            await database.OpenAsync();
            await using var count = database.CreateCommand();
            count.CommandText = "select count(*) from inbox";
            return (long)(await count.ExecuteScalarAsync())!;
        }

        private async Task<bool> Answers()
        {
            try
            {
                using var answer = await _http.GetAsync($"http://127.0.0.1:{_port}/health/ready");
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }

        private static int FreePort()
        {
            using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        // Built beside the tests, in the same configuration.
        private static string Program()
        {
            var own = new DirectoryInfo(AppContext.BaseDirectory);
            var root = own;
            while (!File.Exists(Path.Combine(root!.FullName, "CleanSync.sln")))
                root = root.Parent;
            return Path.Combine(
                root.FullName,
                "src",
                "Host.Web",
                "bin",
                own.Parent!.Name,
                own.Name,
                "CleanSync.Host.Web.dll"
            );
        }
    }
}
