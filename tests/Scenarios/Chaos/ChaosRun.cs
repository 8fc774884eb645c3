using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using CleanSync.AspNetCore.Sandbox;
using CleanSync.Infrastructure.Sandbox;
using CleanSync.Infrastructure.Tests.Inbox;
using CleanSync.Infrastructure.Tests.WordPress;
using Npgsql;

namespace CleanSync.Scenarios.Chaos;

/// <summary>How large a run is.</summary>
/// <param name="Seed">Everything random comes from it.</param>
/// <param name="Contacts">How many contacts.</param>
/// <param name="Webhooks">How many webhooks, about.</param>
/// <param name="Kills">How often a host is killed, ended or stopped.</param>
internal sealed record ChaosSize(int Seed, int Contacts, int Webhooks, int Kills)
{
    /// <summary>How many hosts. Several share a PostgreSQL.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>How many percent of what happens are merges. With more than a few, the guard that would stop them is off.</summary>
    public int Merges { get; init; } = 2;

    /// <summary>Whether the users of gone contacts lose their tags: with every third seed.</summary>
    public bool Revokes => Seed % 3 == 0;
}

/// <summary>
/// Breaks everything that can break while a stream of webhooks comes in, lets it calm down, and audits both sides:
/// <list type="number">
/// <item>storm: webhooks, faults on every side, hosts ended at random, one side after the other down for a while;</item>
/// <item>the rest is worked under the same faults, a host is ended once more;</item>
/// <item>calm: all hosts are killed, time passes, hosts start, the inbox drains;</item>
/// <item>contacts whose last change nobody was told of (its webhook was not answered 200) get one more webhook, nobody else;</item>
/// <item>the audit.</item>
/// </list>
/// </summary>
internal sealed class ChaosRun(ChaosSize size, WordPressUnderTest site)
{
    private const double AccountFaults = 0.2;
    private const double WordPressFaults = 0.2;
    private const double MailFaults = 0.3;
    private const double DatabaseFaults = 0.2;
    private const int LateHarms = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly string _domain = $"s{size.Seed}.p{Environment.ProcessId}.example.test";
    private readonly List<Person> _people = [];

    /// <returns>The figures, and every difference.</returns>
    public async Task<(string Figures, IReadOnlyList<string> Differences)> Go()
    {
        var clock = Stopwatch.StartNew();
        var account = HostUnderTest.NewAccount();
        await using var server = await SandboxActiveCampaignServer.Start(account);
        await using var sink = new MailSink();
        await using var mail = new TcpFaultProxy(sink.Port, MailFaults, 1500, Dice("mail"));
        // One address for all nodes: by it they know that it is one account.
        await using var toAccount = await HttpFaultProxy.Start(
            server.Url,
            1,
            AccountFaults,
            Dice("account"),
            HttpFault.OfAccount
        );
        await using var toSite = await HttpFaultProxy.Start(
            site.Site.Url,
            size.Nodes,
            WordPressFaults,
            Dice("wordpress"),
            (random, _) => HttpFault.OfWordPress(random)
        );
        var folder = Directory.CreateTempSubdirectory("cleansync-chaos-");
        var shared = size.Nodes > 1 ? PostgreSqlUnderTest.MakeDatabase() : null;
        var store = shared is null ? Store.Sqlite(folder) : Store.PostgreSql(shared);
        await using var database = new TcpFaultProxy(
            shared is null ? 0 : new NpgsqlConnectionStringBuilder(shared).Port,
            DatabaseFaults,
            200_000,
            Dice("database")
        );
        var above = await Populate(account, Dice("people").Next());
        using var cluster = new Cluster(
            Enumerable
                .Range(0, size.Nodes)
                .Select(node =>
                    Settings(
                        toAccount.Url(0),
                        toSite.Url(node),
                        mail,
                        folder,
                        shared is null
                            ? null
                            : PostgreSqlUnderTest.With(shared, builder => builder.Port = database.Port)
                    )
                ),
            folder
        );
        await cluster.StartAll();

        // Both sides are done with what they were sent: time has passed there too.
        async Task TimePasses()
        {
            await Eventually.Is(() => toAccount.InFlight + toSite.InFlight == 0);
            await store.LetTimePass(TimeSpan.FromHours(1));
        }

        // The storm.
        var storm = new Storm(account, cluster, _people, _domain, size.Merges);
        var plan = new Plan(size, Dice("plan").Next());
        var outages = new List<Task>();
        await storm.Rage(
            size.Webhooks,
            Dice("storm"),
            async step =>
            {
                toAccount.IsDown = plan.AccountDown.Contains(step);
                toSite.IsDown = plan.SiteDown.Contains(step);
                mail.IsDown = plan.MailDown.Contains(step);
                if (shared is not null && plan.DatabaseOutages.TryGetValue(step, out var outage))
                    outages.Add(database.BeDown(outage));
                if (plan.Harms.TryGetValue(step, out var random))
                    await cluster.Harm(random, TimePasses);
            }
        );
        toAccount.IsDown = toSite.IsDown = mail.IsDown = false;
        var (stormed, late) = (clock.Elapsed, Dice("late"));
        // What is left is worked under the same faults, for a while.
        for (var harms = 0; harms < LateHarms && (await store.Rows()).Count > size.Contacts / 20; harms++)
        {
            await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System);
            await cluster.Harm(late.Next(), TimePasses);
        }

        var stirred = (await store.History()).Count;

        // The calm.
        await Task.WhenAll(outages);
        toAccount.IsCalm = toSite.IsCalm = mail.IsCalm = database.IsCalm = true;
        cluster.KillAll();
        await TimePasses();
        await cluster.StartAll();
        await Drained(store, clock);
        var help = await Help(storm, Dice("help").Next());
        await Drained(store, clock);

        var audit = new Audit(account, store, cluster, _people, sink.Delivered, toSite.Writes, size.Revokes);
        var differences = await audit.Run(site.Folder, above, site.Connector);
        if (differences.Count == 0)
        {
            cluster.KillAll();
            folder.Delete(recursive: true);
            if (shared is not null)
                PostgreSqlUnderTest.Drop(shared);
        }
        var figures = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            seed {size.Seed}, {size.Nodes} host(s), {(site.Connector ? "connector" : "core REST")}: {(
                differences.Count == 0 ? "right" : $"{differences.Count} DIFFERENCES, kept in {folder.FullName}"
            )}
              {size.Contacts} contacts, {storm.Sent} webhooks: {storm.Accepted} accepted, {storm.Sent - storm.Accepted} not; {help} contacts told once more
              {audit.Users} users, {audit.Passwords} passwords tried, {sink.Delivered.Count} mails, {audit.Ended} outcomes ({stirred} before the calm), {audit.Parked} parked, {audit.OverlapsWithTheDead} overlaps with the dead
              {server.Requests} requests to ActiveCampaign, {toSite.Writes.Count} posts to WordPress; {clock.Elapsed.TotalSeconds:0} s, of which {stormed.TotalSeconds:0} s of storm
              hosts: {Told(cluster.Faults)}
              account: {Told(toAccount.Faults)}
              WordPress: {Told(toSite.Faults)}
              mail: {Told(mail.Faults)}
              database: {(shared is null ? "a file" : Told(database.Faults))}
            """
        );
        return (figures, differences);
    }

    private Dice Dice(string purpose) => new(size.Seed, purpose);

    private static string Told(IReadOnlyDictionary<string, int> counts) =>
        string.Join(", ", counts.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Value} {pair.Key}"));

    // Some people have a user before they are contacts.
    private async Task<long> Populate(SandboxAccount account, Random random)
    {
        var above = long.MaxValue;
        for (var i = 0; i < size.Contacts; i++)
        {
            var email = $"c{i}@{_domain}";
            long? stranger = null;
            if (i % 50 == 0)
            {
                var made = await site.Call(
                    HttpMethod.Post,
                    "/wp/v2/users",
                    new JsonObject
                    {
                        ["username"] = $"stranger{i}.{_domain}",
                        ["email"] = email,
                        ["password"] = "a password of his own",
                    }
                );
                stranger = made.GetProperty("id").GetInt64();
                above = Math.Min(above, stranger.Value - 1);
            }
            var id = account.AddContact(
                new SandboxDetails
                {
                    Email = email,
                    FirstName = "First",
                    LastName = "Last",
                    Tags = [$"tag {random.Next(12)}"],
                }
            );
            _people.Add(new Person(id, stranger));
            _people[^1].TagSets.Add(account.Contact(id)!.Tags.ToHashSet());
            _people[^1].Emails.Add(email);
        }
        return above;
    }

    private Dictionary<string, string?> Settings(
        Uri account,
        Uri wordPress,
        TcpFaultProxy mail,
        DirectoryInfo folder,
        string? shared
    )
    {
        var settings = new Dictionary<string, string?>(HostUnderTest.Settings(site, account, folder))
        {
            ["CleanSync:Sites:shop:WordPress:Url"] = wordPress.ToString(),
            ["CleanSync:Sites:shop:WordPress:MaxConcurrency"] = "4",
            ["CleanSync:Sites:shop:Roles:Allowed:0"] = "shop_lead",
            ["CleanSync:Sites:shop:Tags:Protected"] = "true",
            ["CleanSync:Sites:shop:Tags:WhenGone"] = size.Revokes ? "Revoke" : "Keep",
            ["CleanSync:Sites:shop:Tags:Guard:Percent"] = size.Merges > 5 ? "100" : "20",
            ["CleanSync:Sites:shop:WelcomeMail:Send"] = "true",
            ["CleanSync:Sites:shop:WelcomeMail:Via"] = "Smtp",
            ["CleanSync:Sites:shop:WelcomeMail:Template"] = MailSink.Template,
            ["CleanSync:Smtp:Host"] = "127.0.0.1",
            ["CleanSync:Smtp:Port"] = mail.Port.ToString(CultureInfo.InvariantCulture),
            ["CleanSync:Smtp:From"] = "shop@example.test",
        };
        if (shared is not null)
        {
            settings["CleanSync:Inbox:Provider"] = "PostgreSql";
            settings["CleanSync:Inbox:ConnectionString"] = shared;
        }
        return settings;
    }

    // Nothing waits and nothing is worked. Only what a calm world cannot finish keeps it from that: then there is no progress.
    private static async Task Drained(Store store, Stopwatch clock)
    {
        var (left, since) = (int.MaxValue, clock.Elapsed);
        while ((await store.Rows()).Count(row => !row.Parked) is > 0 and var now)
        {
            if (now < left)
                (left, since) = (now, clock.Elapsed);
            if (clock.Elapsed - since > Patience)
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }
    }

    private async Task<int> Help(Storm storm, Random random)
    {
        var owed = _people.FindAll(person => person.OwesTags || person.OwesFields);
        foreach (var person in owed)
            Assert.True(await storm.Send(random, person, "update"), "a host does not accept in the calm");
        return owed.Count;
    }

    /// <summary>What happens at which step.</summary>
    private sealed class Plan
    {
        public Plan(ChaosSize size, Random random)
        {
            var tenth = size.Webhooks / 10;
            Steps Window()
            {
                var first = random.Next(size.Webhooks - tenth);
                return new Steps(first, first + (tenth / 2));
            }

            (AccountDown, SiteDown, MailDown) = (Window(), Window(), Window());
            while (DatabaseOutages.Count < 3)
                DatabaseOutages[random.Next(size.Webhooks)] = TimeSpan.FromMilliseconds(random.Next(3000));
            while (Harms.Count < size.Kills)
                Harms[random.Next(size.Webhooks)] = new Random(random.Next());
        }

        public Steps AccountDown { get; }
        public Steps SiteDown { get; }
        public Steps MailDown { get; }
        public Dictionary<int, TimeSpan> DatabaseOutages { get; } = [];
        public Dictionary<int, Random> Harms { get; } = [];
    }

    private readonly record struct Steps(int First, int Last)
    {
        public bool Contains(int step) => step >= First && step <= Last;
    }
}
