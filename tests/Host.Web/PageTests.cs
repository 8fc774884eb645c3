using Microsoft.Playwright;

namespace CleanSync.Host.Web.Tests;

/// <summary>The sandbox's page in a real browser, Debian's chromium.</summary>
public sealed class PageTests
{
    private const string Browser = "/usr/bin/chromium";

    [Fact]
    [Trait("Spec", "9.1")]
    public async Task The_whole_job_can_be_done_and_seen_in_a_browser()
    {
        if (!File.Exists(Browser))
        {
            if (Environment.GetEnvironmentVariable("CI") == "true")
                Assert.Fail("Install Debian's package chromium.");
            Assert.Skip("Needs a browser: install Debian's package chromium.");
        }
        using var host = await RunningHost.Start();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = Browser,
                Args =
                [
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                ],
            }
        );
        var page = await browser.NewPageAsync(
            new BrowserNewPageOptions
            {
                ViewportSize = new() { Width = 1500, Height = 1100 },
            }
        );
        var complaints = new List<string>();
        page.PageError += (_, error) => complaints.Add(error);
        await page.GotoAsync(host.Url.ToString());

        // A user is created, and his password comes back to the contact.
        await page.FillAsync("#role", "customer");
        await page.ClickAsync("button[aria-label='add contact 1']");
        var user = page.Locator("#users tr", new() { HasText = "ada@example.com" });
        await Assertions.Expect(user).ToContainTextAsync("customer");
        await Assertions.Expect(user).ToContainTextAsync("membership_level: Gold");
        var password = await page.Locator("#contacts tr", new() { HasText = "ada@example.com" })
            .Locator("code")
            .InnerTextAsync();
        await page.FillAsync("#login input[name=login]", "ada@example.com");
        await page.FillAsync("#login input[name=password]", password);
        await page.ClickAsync("#login button");
        await Assertions.Expect(page.Locator("#login-answer")).ToHaveTextAsync("accepted");

        // Tags follow the contact.
        await page.ClickAsync("button[aria-label='remove tag Member: Gold']");
        await page.ClickAsync("button[aria-label='update_tags contact 1']");
        await Assertions.Expect(page.Locator("#history tr").First).ToContainTextAsync("updated");
        await Assertions.Expect(user).Not.ToContainTextAsync("Member: Gold");

        // Markup in a name is text, here and on the user.
        await page.ClickAsync("button[aria-label='add contact 8']");
        await Assertions
            .Expect(page.Locator("#users tr", new() { HasText = "script@example.com" }))
            .ToContainTextAsync("Bobby");

        // A contact that needs a person.
        await page.ClickAsync("button[aria-label='add contact 6']");
        await Assertions.Expect(page.Locator("#queue")).ToContainTextAsync("parked: NoEmail");
        await page.ClickAsync("button[aria-label='retry contact 6']");
        await Assertions
            .Expect(page.Locator("#history tr", new() { HasText = "parked(no email)" }))
            .ToHaveCountAsync(2);
        if (Environment.GetEnvironmentVariable("CLEANSYNC_SCREENSHOT") is { Length: > 0 } file)
            await page.ScreenshotAsync(new() { Path = file, FullPage = true });
        Assert.Empty(complaints);
    }
}
