namespace CleanSync.Host.Web.Tests;

/// <summary>SPEC 9.3: commands about a site, beside a host that runs and without one.</summary>
[Trait("Spec", "9.3")]
public sealed class SiteCommandTests : IDisposable
{
    private const string Key = "a-key-for-the-commands-only-0123456789";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cleansync-commands-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    [Trait("Spec", "5.5")]
    public async Task A_site_is_paused_and_resumed_and_its_status_tells()
    {
        Assert.Contains("shop: not paused", await Good("status"), StringComparison.Ordinal);
        Assert.Contains(
            "moving the site",
            await Good("pause", "--because", "moving the site"),
            StringComparison.Ordinal
        );
        var status = await Good("status", "shop");
        Assert.Contains("moving the site", status, StringComparison.Ordinal);
        Assert.Contains("0 waiting, 0 being worked, 0 parked", status, StringComparison.Ordinal);
        Assert.Contains("no webhook yet", status, StringComparison.Ordinal);
        Assert.Contains("goes on", await Good("resume"), StringComparison.Ordinal);
        Assert.Contains("was not paused", await Good("resume"), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Spec", "5.5")]
    public async Task A_running_host_notices_what_the_commands_store()
    {
        using var host = await RunningHost.Start(Settings);
        await Good("pause", "--because", "moving the site");
        Assert.NotNull(await host.Logs("shop is paused: moving the site"));
        using var http = new HttpClient { BaseAddress = host.Url };
        var health = await http.GetStringAsync("/health/ready", TestContext.Current.CancellationToken);
        Assert.Contains("\"shop\":\"paused by a person\"", health, StringComparison.Ordinal);
        await Good("resume");
        Assert.NotNull(await host.Logs("shop was resumed and goes on"));
    }

    [Fact]
    [Trait("Spec", "5.5")]
    public async Task Another_process_tells_why_a_host_holds_a_site()
    {
        using var host = await RunningHost.Start(Settings);
        using var http = new HttpClient { BaseAddress = host.Url };
        var webhook = $"/?wpf_action=update&contact_id=42&access_key={Key}";
        (await http.GetAsync(webhook, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        Assert.NotNull(await host.Logs("shop is held: activecampaign: "));
        // The host stores it at its next round.
        var status = "";
        for (var look = 0; look < 20 && !status.Contains("held since", StringComparison.Ordinal); look++)
            status = await Good("status");
        Assert.Matches("held since [^ ]+ [^ ]+: activecampaign: ", status);
    }

    [Fact]
    [Trait("Spec", "6.2")]
    public async Task An_import_is_started_once_shown_and_cancelled()
    {
        Assert.Contains(
            "started",
            await Good("import", "--tag", "gold", "--role", "customer"),
            StringComparison.Ordinal
        );
        Assert.Contains("running already", await Bad("import", "--everyone"), StringComparison.Ordinal);
        Assert.Contains("import running since", await Good("status"), StringComparison.Ordinal);
        Assert.Contains("cancelled", await Good("import", "--cancel"), StringComparison.Ordinal);
        Assert.Contains("none is running", await Bad("import", "--cancel"), StringComparison.Ordinal);
        Assert.Contains("import cancelled", await Good("status"), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Spec", "6.1")]
    public async Task A_sweep_is_started_and_cancelled()
    {
        Assert.Contains("started", await Good("sweep"), StringComparison.Ordinal);
        Assert.Contains("cancelled", await Good("sweep", "--cancel"), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Spec", "5.3")]
    public async Task Parked_contacts_are_retried_by_number_and_reason() =>
        Assert.Contains(
            "0 parked contacts are tried again",
            await Good("retry", "--contact", "42", "--reason", "Conflict"),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("Name one of --tag, --list and --everyone.", "import")]
    [InlineData("Name one of --tag, --list and --everyone.", "import", "--tag", "a", "--list", "b")]
    [InlineData("There is no site attic. Configured are: shop.", "status", "attic")]
    [InlineData("Name --let-through or --discard, not both.", "resume", "--discard", "--let-through")]
    [InlineData("nonsense", "retry", "--reason", "nonsense")]
    public async Task What_cannot_be_done_is_said_with_the_remedy(string said, params string[] line) =>
        Assert.Contains(said, await Bad(line), StringComparison.Ordinal);

    private async Task<string> Good(params string[] line)
    {
        var (code, output, errors) = await Run(line);
        Assert.True(code == 0, output + errors);
        return output;
    }

    private async Task<string> Bad(params string[] line)
    {
        var (code, output, errors) = await Run(line);
        Assert.Equal(1, code);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        return output + errors;
    }

    private Task<(int Code, string Output, string Errors)> Run(string[] line) => RunningHost.Run(line, Settings);

    private (string Name, string Value)[] Settings =>
        [
            ("CleanSync__Inbox__ConnectionString", $"Data Source={Path.Combine(_folder.FullName, "inbox.db")}"),
            ("CleanSync__Sites__shop__AccessKeys__0", Key),
            ("CleanSync__Sites__shop__ActiveCampaign__Url", "http://127.0.0.1:1"),
            ("CleanSync__Sites__shop__ActiveCampaign__ApiToken", "token"),
            ("CleanSync__Sites__shop__WordPress__Url", "http://127.0.0.1:1"),
            ("CleanSync__Sites__shop__WordPress__Username", "cleansync"),
            ("CleanSync__Sites__shop__WordPress__ApplicationPassword", "none"),
        ];
}
