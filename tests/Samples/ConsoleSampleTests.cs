using System.Text.Json;

namespace CleanSync.Samples.Tests;

/// <summary>What the samples without pages print.</summary>
[Trait("Spec", "9.5")]
public sealed class ConsoleSampleTests
{
    [Fact]
    public async Task A_worker_without_HTTP_works_what_is_enqueued_and_what_is_sent()
    {
        await using var sample = RunningSample.Start("WorkerWithoutHttp");

        var lines = await sample.End();

        // Side by side, so in any order.
        Assert.Equal(
            [
                "contact 1, enqueued: created",
                "contact 2, enqueued: created",
                "contact 3, enqueued: parked(no email)",
                "contact 4, at once: created",
            ],
            lines.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Without_a_worker_the_program_says_when()
    {
        await using var sample = RunningSample.Start("WorkerWithoutHttp", "by-hand");

        var lines = await sample.End();

        Assert.Equal(["first round: 2 worked", "catching up: 2 enqueued", "second round: 2 worked"], lines.Take(3));
        Assert.Equal(
            [
                "contact 1, Add: created",
                "contact 1, Update: updated",
                "contact 2, Add: created",
                "contact 2, Update: unchanged",
            ],
            lines.Skip(3).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Rules_decide_what_becomes_of_each_contact()
    {
        await using var sample = RunningSample.Start("CustomRule");

        Assert.Equal(
            [
                "ann@example.com: created, customer, customer since 2019",
                "bob@example.com: created, subscriber, customer since 2024",
                "cleo@partner.example: skipped(rule)",
                "dan@example.com: created, subscriber, customer since -",
                "ann@example.com: updated, subscriber, customer since 2019",
                "bob@example.com: updated, customer, customer since 2024",
            ],
            await sample.End()
        );
    }

    [Fact]
    public async Task A_directory_of_the_applications_own_keeps_the_users()
    {
        await using var sample = RunningSample.Start("CustomUserDirectory");

        var lines = await sample.End();

        Assert.Equal(
            [
                "Ada: created",
                "Grace: created, role_privileged(board)",
                "Ada signs in: True",
                "Grace: updated",
                "member 1: ada@example.com, trainer, Customer,Member: Gold",
                "member 2: grace+newsletter@example.com, subscriber, Customer,VIP",
            ],
            lines.SkipLast(1)
        );
        using var kept = JsonDocument.Parse(await File.ReadAllTextAsync(lines[^1].Split("kept in ")[1]));
        Assert.Equal(2, kept.RootElement.GetProperty("LastId").GetInt64());
    }

    [Theory]
    [InlineData("ExistingWebApplication", "shop")]
    [InlineData("WorkerWithoutHttp", "shop")]
    [InlineData("CustomRule", "shop")]
    [InlineData("CustomUserDirectory", "club")]
    public async Task With_an_account_in_the_settings_nothing_is_in_memory(string name, string site)
    {
        var account = $"CleanSync:Sites:{site}:ActiveCampaign";

        await using var sample = RunningSample.Start(name, $"--{account}:Url=https://account.invalid");

        Assert.Contains($"{account}:ApiToken is not set", await sample.Failure(), StringComparison.Ordinal);
    }
}
