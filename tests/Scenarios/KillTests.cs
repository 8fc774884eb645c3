using System.Globalization;
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
            await Eventually.Is(async () => await Rows(folder) == 0);

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
}
