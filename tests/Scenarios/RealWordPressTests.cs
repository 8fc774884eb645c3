using CleanSync.Application.Ports;
using CleanSync.Application.Pumping;
using CleanSync.Infrastructure.Sandbox;
using CleanSync.Infrastructure.Tests.WordPress;
using Microsoft.Extensions.DependencyInjection;

namespace CleanSync.Scenarios;

/// <summary>The main job, odd people and bad days, on each WordPress that counts, with the connector and without.</summary>
public abstract class RealWordPressTests : BasicWordPressTests
{
    private protected RealWordPressTests(WordPressUnderTest site)
        : base(site) { }

    [Fact]
    [Trait("Spec", "2.10")]
    public async Task An_allowed_role_that_turns_out_to_be_privileged_is_taken_away_again()
    {
        await using var host = await HostUnderTest.Start(
            Site,
            new Dictionary<string, string> { ["CleanSync:Sites:shop:Roles:Allowed:0"] = "danger" }
        );
        var email = NewEmail();
        var contact = host.Account.AddContact(new SandboxDetails { Email = email });
        await host.Webhook("add", contact, "&wait=30&role=danger");
        Assert.Equal(["subscriber"], Texts((await UserWith(email)).GetProperty("roles")));
    }

    [Theory]
    [InlineData("Jürgen", "Müller-Ångström 🦄", "juergen")]
    [InlineData("小龍", "李", "bruce")]
    [InlineData("O'Neil \"Shaq\"", "a < b & c > d", "oneil")]
    [Trait("Spec", "2.8")]
    public async Task Odd_names_arrive_and_are_right_the_second_time(string first, string last, string local)
    {
        var email = NewEmail(local);
        var contact = Add(email, first, last);
        Assert.Equal("created", await Host.Outcome("add", contact));
        Assert.Equal("unchanged", await Host.Outcome("add", contact));
        Assert.Equal(
            first,
            System.Net.WebUtility.HtmlDecode((await UserWith(email)).GetProperty("first_name").GetString())
        );
    }

    [Fact]
    [Trait("Spec", "2.12")]
    public async Task A_plus_address_gets_a_username_that_works()
    {
        var email = NewEmail("ann+news");
        var contact = Add(email);
        Assert.Equal("created", await Host.Outcome("add", contact));
        Assert.DoesNotContain('+', Host.Field(contact, "WPLOGIN")!);
        Assert.True(await Site.LogIn(Host.Field(contact, "WPLOGIN")!, Host.Field(contact, "WPPASSWORD")!));
        Assert.Equal("unchanged", await Host.Outcome("add", contact));
    }

    [Fact]
    [Trait("Spec", "2.12")]
    public async Task A_70_character_email_gets_a_user()
    {
        var email = NewEmail(new string('x', 40));
        email = email.Replace("@", new string('y', 70 - email.Length) + "@", StringComparison.Ordinal);
        Assert.Equal(70, email.Length);
        var contact = Add(email);
        Assert.Equal("created", await Host.Outcome("add", contact));
        Assert.InRange(Host.Field(contact, "WPLOGIN")!.Length, 1, 60);
        Assert.True(await Site.LogIn(Host.Field(contact, "WPLOGIN")!, Host.Field(contact, "WPPASSWORD")!));
    }

    [Fact]
    [Trait("Spec", "2.6")]
    public async Task A_contact_deleted_between_webhook_and_load_creates_nobody_and_takes_no_tags()
    {
        var (email, kept) = (NewEmail(), NewEmail());
        var contact = Add(email);
        Host.Account.DeleteContact(contact);
        Assert.Equal("skipped(contact gone)", await Host.Outcome("add", contact));
        Assert.Empty(await UsersWith(email));

        var linked = Add(kept, "Ann", "Lee", "gold");
        await Host.Webhook("add", linked);
        Host.Account.DeleteContact(linked);
        Assert.Equal("skipped(contact gone)", await Host.Outcome("update_tags", linked));
        Assert.Equal(["gold"], Texts((await UserWith(kept)).GetProperty("meta").GetProperty("activecampaign_tags")));
    }

    [Fact]
    [Trait("Spec", "2.6")]
    public async Task A_merged_contact_hands_its_user_over()
    {
        var (gone, kept) = (NewEmail("gone"), NewEmail("kept"));
        var from = Add(gone, "Ann", "Lee", "gold");
        await Host.Webhook("add", from);
        var into = Add(kept, "Anna", "Leigh", "silver");
        Host.Account.MergeContact(from, into);
        Host.Account.EditContact(into, new SandboxDetails { Email = gone });
        Assert.Equal("skipped(merged)", await Host.Outcome("update", from));
        await Host.Drained();
        var user = await UserWith(gone);
        Assert.Equal("Anna", user.GetProperty("first_name").GetString());
        Assert.Equal(["gold", "silver"], Texts(user.GetProperty("meta").GetProperty("activecampaign_tags")));
    }

    [Fact]
    [Trait("Spec", "2.9")]
    public async Task An_email_taken_by_another_user_is_left_and_the_rest_is_applied()
    {
        var (email, taken) = (NewEmail(), NewEmail());
        await Existing(taken);
        var contact = Add(email);
        await Host.Webhook("add", contact);
        Host.Account.EditContact(contact, new SandboxDetails { Email = taken, FirstName = "Anna" });
        var answer = await Host.Webhook("update", contact);
        Assert.Equal("updated", (string?)answer["outcome"]);
        Assert.Equal("email_taken(user_email)", (string?)Assert.Single(answer["warnings"]!.AsArray()));
        Assert.Equal("Anna", (await UserWith(email)).GetProperty("first_name").GetString());
    }

    [Fact]
    [Trait("Spec", "2.9")]
    public async Task A_free_email_is_changed_once()
    {
        var (email, other) = (NewEmail(), NewEmail());
        var contact = Add(email);
        await Host.Webhook("add", contact);
        Host.Account.EditContact(contact, new SandboxDetails { Email = other });
        Assert.Equal("updated", await Host.Outcome("update", contact));
        Assert.Equal("unchanged", await Host.Outcome("update", contact));
        await UserWith(other);
        Assert.Single(await Site.MailsTo(email));
    }

    [Fact]
    [Trait("Spec", "4.1")]
    public async Task The_welcome_mail_is_WordPresss_own_and_comes_once()
    {
        var email = NewEmail();
        var contact = Add(email);
        await Host.Webhook("add", contact, "&wait=30&send_notification=true");
        await Host.Webhook("add", contact, "&wait=30&send_notification=true");
        var subject = Site.Connector ? "Login Details" : "Password Reset";
        Assert.Contains(subject, Assert.Single(await Site.MailsTo(email)), StringComparison.Ordinal);
        Assert.True(await Site.LogIn(email, Host.Field(contact, "WPPASSWORD")!));
    }

    [Fact]
    [Trait("Spec", "5.1")]
    [Trait("Spec", "5.2")]
    public async Task WordPress_may_stop_in_the_middle_and_nothing_is_lost()
    {
        var contacts = Enumerable.Range(0, 20).Select(_ => NewEmail()).ToDictionary(email => Add(email, tags: "gold"));
        foreach (var contact in contacts.Keys.Take(10))
            await Host.Webhook("add", contact, "");
        await Script("down", Site.Folder);
        foreach (var contact in contacts.Keys.Skip(10))
            await Host.Webhook("add", contact, "");
        var inbox = Host.Services.GetRequiredService<IInbox>();
        await Eventually.Is(async () => (await inbox.Rows("shop", 100, default)).Any(row => row.Reason.Length > 0));
        await Script("up", Site.Site.Url.Port.ToString(), Site.Folder, "--keep");
        await Host.Drained();

        foreach (var (contact, email) in contacts)
        {
            var user = await UserWith(email);
            Assert.Equal(["gold"], Texts(user.GetProperty("meta").GetProperty("activecampaign_tags")));
            Assert.True(await Site.LogIn(email, Host.Field(contact, "WPPASSWORD")!), email);
        }
        Assert.Equal(0, (await Host.Depth()).Parked);
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task A_wrong_application_password_holds_the_site_until_it_is_right()
    {
        var settings = new Dictionary<string, string>
        {
            ["CleanSync:Sites:shop:WordPress:ApplicationPassword"] = "wrong",
        };
        await using var host = await HostUnderTest.Start(
            Site,
            settings,
            sync: new SyncSettings { ProbeEvery = TimeSpan.FromMilliseconds(200) }
        );
        var email = NewEmail();
        var contact = host.Account.AddContact(new SandboxDetails { Email = email });
        await host.Webhook("add", contact, "");
        await Eventually.Is(() => host.State.HeldBecause is not null);
        Assert.Contains("wordpress", host.State.HeldBecause, StringComparison.Ordinal);
        await Eventually.Is(async () => (await host.Depth()).Waiting > 0);
        var health = await host.Get("/health/ready");
        Assert.Equal("Degraded", (string?)health["status"]);
        Assert.Equal(host.State.HeldBecause, (string?)health["held"]!["shop"]);

        host.Set("CleanSync:Sites:shop:WordPress:ApplicationPassword", Site.Site.ApplicationPassword);
        await host.Drained();
        await UserWith(email);
        Assert.Equal(1, Assert.Single(await host.History()).Attempt);
        Assert.Null(host.State.HeldBecause);
    }

    private static async Task Script(string name, params string[] arguments)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "CleanSync.sln")))
            root = root.Parent;
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(Path.Combine(root.FullName, "tests", "wordpress", name), arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
