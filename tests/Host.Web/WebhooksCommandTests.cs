using CleanSync.AspNetCore.Sandbox;
using CleanSync.Infrastructure.Sandbox;

namespace CleanSync.Host.Web.Tests;

/// <summary>The commands about webhooks as a person runs them, against an account over real HTTP (SPEC 6.3, 9.3).</summary>
[Trait("Spec", "6.3")]
[Trait("Spec", "9.3")]
public sealed class WebhooksCommandTests : IAsyncLifetime
{
    private const string Key = "Xq3vN0aB7cD9eF1gH2jK4mP6rS8tU5wY-_zZ";
    private const string NextKey = "9fE2kLm4Nn6Pp8Rr0Ss1Tt3Uu5Vv7Ww9XxYy";
    private const string Token = "token-of-the-account";
    private const string Address = "https://sync.example/webhooks/activecampaign";

    private readonly SandboxAccount _account = new(TimeProvider.System, Token);
    private SandboxActiveCampaignServer _server = null!;

    public async ValueTask InitializeAsync() =>
        _server = await SandboxActiveCampaignServer.Start(_account, cancellationToken: default);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    [Trait("Spec", "9.4")]
    public async Task A_webhook_is_installed_checked_mended_and_removed_and_its_key_is_never_shown()
    {
        var all = new List<string>();

        await Expect(1, "shop: missing; make it with: webhooks install", "check", "shop");
        await Expect(
            0,
            $"shop: installed, sent to {Address}?wpf_action=update&access_key=*** on update, contact_tag_added, contact_tag_removed",
            "install"
        );
        Assert.Equal([$"{Address}?wpf_action=update&access_key={Key}"], _account.WebhookUrls("update", "api"));
        await Expect(0, "shop: there already, sent to", "install", "shop");
        await Expect(0, "shop: as it should be, sent to", "check");

        var changed = ("CleanSync__Sites__shop__AccessKeys__0", NextKey);
        await ExpectWith([changed], 1, "shop: lacks access key; mend it with: webhooks install", "check");
        await ExpectWith([changed], 0, "shop: mended (access key), sent to", "install");
        Assert.Equal([$"{Address}?wpf_action=update&access_key={NextKey}"], _account.WebhookUrls("update", "public"));

        await Expect(
            0,
            "?wpf_action=add&role=customer&access_key=***",
            "install",
            "--action",
            "add",
            "--role",
            "customer"
        );
        await Expect(0, "shop: removed", "remove");
        await Expect(0, "shop: there was none with the action update", "remove", "shop");
        Assert.Single(_account.WebhookUrls("subscribe", "public"));
        await Expect(0, "shop: removed", "remove", "--action", "add");
        Assert.Empty(_account.WebhookUrls("subscribe", "public"));

        Assert.All(
            all,
            text =>
            {
                Assert.DoesNotContain(Key, text, StringComparison.Ordinal);
                Assert.DoesNotContain(NextKey, text, StringComparison.Ordinal);
                Assert.DoesNotContain(Token, text, StringComparison.Ordinal);
            }
        );

        Task Expect(int code, string said, params string[] arguments) => ExpectWith([], code, said, arguments);

        async Task ExpectWith((string, string)[] changes, int code, string said, params string[] arguments)
        {
            var (actual, output, errors) = await Run(["webhooks", .. arguments], changes);
            all.AddRange([output, errors]);
            Assert.Contains(said, output, StringComparison.Ordinal);
            Assert.Equal((code, ""), (actual, errors));
        }
    }

    [Fact]
    public async Task What_stands_in_the_way_is_told_with_key_and_remedy_and_without_a_stack_trace()
    {
        await Expect(
            "CleanSync:Sites:shop:Webhook:Url is not set: write",
            ["check"],
            ("CleanSync__Sites__shop__Webhook__Url", "")
        );
        await Expect(
            "CleanSync:Sites:shop:Webhook:Url is \"https://sync.example:1/\": remove the port",
            ["check"],
            ("CleanSync__Sites__shop__Webhook__Url", "https://sync.example:1/")
        );
        await Expect("There is no site shpo. Configured are: shop.", ["check", "shpo"]);
        await Expect(
            "HTTP 403, the API token is refused; see ActiveCampaign:ApiToken",
            ["install"],
            ("CleanSync__Sites__shop__ActiveCampaign__ApiToken", "wrong")
        );
        await Expect(
            "connection failed. Try again later.",
            ["install"],
            ("CleanSync__Sites__shop__ActiveCampaign__Url", "http://127.0.0.1:1")
        );
        await Expect(
            "role goes with the actions add and update only.",
            ["install", "--action", "update_tags", "--role", "x"]
        );
        await Expect("'fly' not recognized", ["install", "--action", "fly"]);
        await Expect("Name the site. Configured are: blog, shop.", ["check"], [.. Site("blog", NextKey)]);

        async Task Expect(string said, string[] arguments, params (string, string)[] changes)
        {
            var (code, output, errors) = await Run(["webhooks", .. arguments], changes);
            Assert.Contains(said, errors, StringComparison.Ordinal);
            Assert.Equal(1, code);
            foreach (var hidden in new[] { "   at ", "Exception", Key })
                Assert.DoesNotContain(hidden, output + errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_a_site_it_is_said_plainly_that_none_is_configured()
    {
        var (code, output, errors) = await RunningHost.Run(["webhooks", "check"]);
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("No site is configured.", errors, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Spec", "9.4")]
    public async Task A_running_host_says_that_the_webhook_is_missing()
    {
        var folder = Directory.CreateTempSubdirectory("cleansync-test-");
        try
        {
            using var host = await RunningHost.Start([
                .. Site("shop", Key),
                ("CleanSync__Inbox__ConnectionString", $"Data Source={Path.Combine(folder.FullName, "inbox.db")}"),
                ("CleanSync__Sites__shop__WordPress__Url", "http://127.0.0.1:1"),
            ]);
            Assert.NotNull(await host.Logs("shop: webhook_missing"));
            using var http = new HttpClient { BaseAddress = host.Url };
            Assert.Contains(
                "\"webhooks\":{\"shop\":[\"webhook_missing\"]}",
                await http.GetStringAsync("/health/ready"),
                StringComparison.Ordinal
            );
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private Task<(int Code, string Output, string Errors)> Run(
        string[] arguments,
        IEnumerable<(string Name, string Value)> changes
    )
    {
        var environment = Site("shop", Key).ToDictionary();
        foreach (var (name, value) in changes)
            environment[name] = value;
        return RunningHost.Run(arguments, [.. environment.Select(pair => (pair.Key, pair.Value))]);
    }

    private IEnumerable<(string Name, string Value)> Site(string name, string key)
    {
        var site = $"CleanSync__Sites__{name}__";
        yield return (site + "AccessKeys__0", key);
        yield return (site + "ActiveCampaign__Url", _server.Url.ToString());
        yield return (site + "ActiveCampaign__ApiToken", Token);
        yield return (site + "Webhook__Url", Address);
        yield return (site + "WordPress__Url", $"https://{name}.example");
        yield return (site + "WordPress__Username", "cleansync");
        yield return (site + "WordPress__ApplicationPassword", "abcd efgh ijkl mnop");
    }
}
