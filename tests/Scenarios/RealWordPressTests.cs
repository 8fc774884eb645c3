using System.Text.Json;
using System.Text.Json.Nodes;
using CleanSync.Application.Ports;
using CleanSync.Application.Pumping;
using CleanSync.Infrastructure.Sandbox;
using CleanSync.Infrastructure.Tests.WordPress;
using Microsoft.Extensions.DependencyInjection;

namespace CleanSync.Scenarios;

/// <summary>The main job on a WordPress as Debian ships it: webhook in, user right.</summary>
public sealed class DebianWordPressTests() : RealWordPressTests(0);

/// <summary>The main job on the newest WordPress.</summary>
public sealed class NewestWordPressTests() : RealWordPressTests(1);

public abstract class RealWordPressTests(int site) : IAsyncLifetime
{
    private static int s_people;
    private readonly WordPressUnderTest _site = WordPressUnderTest.At(site);
    private HostUnderTest _host = null!;

    public async ValueTask InitializeAsync() => _host = await HostUnderTest.Start(_site);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private static string NewEmail(string name = "ann") =>
        $"{name}{Interlocked.Increment(ref s_people)}.{Environment.ProcessId}@example.test";

    private long Add(string email, string first = "Ann", string last = "Lee", params string[] tags) =>
        _host.Account.AddContact(
            new SandboxDetails
            {
                Email = email,
                FirstName = first,
                LastName = last,
                Tags = tags,
            }
        );

    private async Task<JsonElement[]> UsersWith(string email) =>
        [
            .. (
                await _site.Call(
                    HttpMethod.Get,
                    $"/wp/v2/users?search={Uri.EscapeDataString(email)}&context=edit&per_page=100"
                )
            )
                .EnumerateArray()
                .Where(user =>
                    string.Equals(user.GetProperty("email").GetString(), email, StringComparison.OrdinalIgnoreCase)
                ),
        ];

    private async Task<JsonElement> UserWith(string email) => Assert.Single(await UsersWith(email));

    private static string[] Texts(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetString()!)];

    private async Task<long> Existing(string email, string role = "subscriber", params string[] tags)
    {
        var user = await _site.Call(
            HttpMethod.Post,
            "/wp/v2/users",
            new JsonObject
            {
                ["username"] = "u" + Guid.CreateVersion7().ToString("N")[..20] + Interlocked.Increment(ref s_people),
                ["email"] = email,
                ["password"] = "their own password",
                ["roles"] = new JsonArray(role),
                ["meta"] = new JsonObject
                {
                    ["activecampaign_tags"] = new JsonArray([.. tags.Select(tag => (JsonNode)tag)]),
                },
            }
        );
        return user.GetProperty("id").GetInt64();
    }

    [Fact]
    [Trait("Spec", "2.4")]
    [Trait("Spec", "3.2")]
    public async Task Add_creates_a_user_with_fields_role_and_tags_whose_returned_password_logs_in()
    {
        var email = NewEmail();
        var contact = _host.Account.AddContact(
            new SandboxDetails
            {
                Email = email,
                FirstName = "Ann",
                LastName = "Lee & Co",
                Phone = "+1 555 010 1234",
                Tags = ["gold", "Berlin, Germany"],
                Fields = new Dictionary<string, string>
                {
                    ["MEMBERSHIPLEVEL"] = "100% \"Gold\"",
                    ["INTERESTS"] = "||Yoga||Running||",
                },
            }
        );
        Assert.Equal("created", await _host.Outcome("add", contact, "&role=customer"));

        var user = await UserWith(email);
        Assert.Equal(["customer"], Texts(user.GetProperty("roles")));
        Assert.Equal("Ann", user.GetProperty("first_name").GetString());
        var meta = user.GetProperty("meta");
        Assert.Equal(["Berlin, Germany", "gold"], Texts(meta.GetProperty("activecampaign_tags")));
        Assert.Equal(["Yoga", "Running"], Texts(meta.GetProperty("interests")));
        Assert.Equal("100% \"Gold\"", meta.GetProperty("membership_level").GetString());
        Assert.Equal("+1 555 010 1234", meta.GetProperty("billing_phone").GetString());

        Assert.Equal(user.GetProperty("username").GetString(), _host.Field(contact, "WPLOGIN"));
        Assert.True(await _site.LogIn(_host.Field(contact, "WPLOGIN")!, _host.Field(contact, "WPPASSWORD")!));
        Assert.Empty(await _site.MailsTo(email));
        foreach (var action in new[] { "add", "update", "update_tags" })
            Assert.Equal("unchanged", await _host.Outcome(action, contact));
    }

    [Fact]
    [Trait("Spec", "2.4")]
    public async Task The_same_add_ten_times_at_once_makes_one_user()
    {
        var email = NewEmail();
        var contact = Add(email);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _host.Webhook("add", contact)));
        await _host.Drained();
        await UserWith(email);
        Assert.True(await _site.LogIn(email, _host.Field(contact, "WPPASSWORD")!));
    }

    [Fact]
    [Trait("Spec", "2.5")]
    public async Task Add_of_an_existing_email_updates_and_keeps_role_and_password()
    {
        var email = NewEmail();
        await Existing(email, "shop_lead", "old");
        var contact = Add(email.ToUpperInvariant(), "Anne", "Leigh", "new");
        Assert.Equal("updated", await _host.Outcome("add", contact));

        var user = await UserWith(email);
        Assert.Equal("Anne", user.GetProperty("first_name").GetString());
        Assert.Equal(["shop_lead"], Texts(user.GetProperty("roles")));
        Assert.Equal(["new"], Texts(user.GetProperty("meta").GetProperty("activecampaign_tags")));
        Assert.True(await _site.LogIn(email, "their own password"));
        Assert.Null(_host.Field(contact, "WPPASSWORD"));
        Assert.Empty(await _site.MailsTo(email));
    }

    [Fact]
    [Trait("Spec", "2.10")]
    public async Task A_role_that_is_not_registered_gives_way_to_the_default_with_a_warning()
    {
        var file = Path.Combine(_site.Folder, "without-customer");
        await File.WriteAllTextAsync(file, "");
        try
        {
            var email = NewEmail();
            var answer = await _host.Webhook("add", Add(email), "&wait=30&role=customer");
            Assert.Equal("created", (string?)answer["outcome"]);
            Assert.Contains(
                "role_not_registered(customer)",
                answer["warnings"]!.AsArray().Select(warning => (string?)warning)
            );
            Assert.Equal(["subscriber"], Texts((await UserWith(email)).GetProperty("roles")));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("administrator")]
    [InlineData("Administrator")]
    [InlineData("danger")]
    [InlineData("editor")]
    [Trait("Spec", "2.10")]
    public async Task A_privileged_role_is_refused_for_new_and_existing_users(string role)
    {
        var (fresh, known) = (NewEmail(), NewEmail());
        await Existing(known);
        foreach (var email in new[] { fresh, known })
        {
            await _host.Webhook("add", Add(email), $"&wait=30&role={role}");
            Assert.Equal(["subscriber"], Texts((await UserWith(email)).GetProperty("roles")));
        }
    }

    [Fact]
    [Trait("Spec", "2.10")]
    public async Task An_allowed_role_that_turns_out_to_be_privileged_is_taken_away_again()
    {
        await using var host = await HostUnderTest.Start(
            _site,
            new Dictionary<string, string> { ["CleanSync:Sites:shop:Roles:Allowed:0"] = "danger" }
        );
        var email = NewEmail();
        var contact = host.Account.AddContact(new SandboxDetails { Email = email });
        await host.Webhook("add", contact, "&wait=30&role=danger");
        Assert.Equal(["subscriber"], Texts((await UserWith(email)).GetProperty("roles")));
    }

    [Fact]
    [Trait("Spec", "2.11")]
    public async Task An_administrator_keeps_email_role_and_password_and_gets_tags()
    {
        var email = NewEmail("boss");
        var id = await Existing(email, "administrator");
        var contact = Add(email, "Boss", "Lady", "gold");
        await _host.Webhook("add", contact, "&wait=30&role=customer");
        _host.Account.EditContact(contact, new SandboxDetails { Email = NewEmail("other") });
        await _host.Webhook("update", contact, "&wait=30&role=customer");

        var user = await _site.Call(HttpMethod.Get, $"/wp/v2/users/{id}?context=edit");
        Assert.Equal(email, user.GetProperty("email").GetString());
        Assert.Equal(["administrator"], Texts(user.GetProperty("roles")));
        Assert.Equal(["gold"], Texts(user.GetProperty("meta").GetProperty("activecampaign_tags")));
        Assert.True(await _site.LogIn(email, "their own password"));
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
        Assert.Equal("created", await _host.Outcome("add", contact));
        Assert.Equal("unchanged", await _host.Outcome("add", contact));
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
        Assert.Equal("created", await _host.Outcome("add", contact));
        Assert.DoesNotContain('+', _host.Field(contact, "WPLOGIN")!);
        Assert.True(await _site.LogIn(_host.Field(contact, "WPLOGIN")!, _host.Field(contact, "WPPASSWORD")!));
        Assert.Equal("unchanged", await _host.Outcome("add", contact));
    }

    [Fact]
    [Trait("Spec", "2.12")]
    public async Task A_70_character_email_gets_a_user()
    {
        var email = NewEmail(new string('x', 40));
        email = email.Replace("@", new string('y', 70 - email.Length) + "@", StringComparison.Ordinal);
        Assert.Equal(70, email.Length);
        var contact = Add(email);
        Assert.Equal("created", await _host.Outcome("add", contact));
        Assert.InRange(_host.Field(contact, "WPLOGIN")!.Length, 1, 60);
        Assert.True(await _site.LogIn(_host.Field(contact, "WPLOGIN")!, _host.Field(contact, "WPPASSWORD")!));
    }

    [Fact]
    [Trait("Spec", "2.6")]
    public async Task A_contact_deleted_between_webhook_and_load_creates_nobody_and_takes_no_tags()
    {
        var (email, kept) = (NewEmail(), NewEmail());
        var contact = Add(email);
        _host.Account.DeleteContact(contact);
        Assert.Equal("skipped(contact gone)", await _host.Outcome("add", contact));
        Assert.Empty(await UsersWith(email));

        var linked = Add(kept, "Ann", "Lee", "gold");
        await _host.Webhook("add", linked);
        _host.Account.DeleteContact(linked);
        Assert.Equal("skipped(contact gone)", await _host.Outcome("update_tags", linked));
        Assert.Equal(["gold"], Texts((await UserWith(kept)).GetProperty("meta").GetProperty("activecampaign_tags")));
    }

    [Fact]
    [Trait("Spec", "2.6")]
    public async Task A_merged_contact_hands_its_user_over()
    {
        var (gone, kept) = (NewEmail("gone"), NewEmail("kept"));
        var from = Add(gone, "Ann", "Lee", "gold");
        await _host.Webhook("add", from);
        var into = Add(kept, "Anna", "Leigh", "silver");
        _host.Account.MergeContact(from, into);
        _host.Account.EditContact(into, new SandboxDetails { Email = gone });
        Assert.Equal("skipped(merged)", await _host.Outcome("update", from));
        await _host.Drained();
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
        await _host.Webhook("add", contact);
        _host.Account.EditContact(contact, new SandboxDetails { Email = taken, FirstName = "Anna" });
        var answer = await _host.Webhook("update", contact);
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
        await _host.Webhook("add", contact);
        _host.Account.EditContact(contact, new SandboxDetails { Email = other });
        Assert.Equal("updated", await _host.Outcome("update", contact));
        Assert.Equal("unchanged", await _host.Outcome("update", contact));
        await UserWith(other);
        Assert.Single(await _site.MailsTo(email));
    }

    [Fact]
    [Trait("Spec", "4.1")]
    public async Task The_welcome_mail_is_WordPresss_own_and_comes_once()
    {
        var email = NewEmail();
        var contact = Add(email);
        await _host.Webhook("add", contact, "&wait=30&send_notification=true");
        await _host.Webhook("add", contact, "&wait=30&send_notification=true");
        Assert.Contains("Password Reset", Assert.Single(await _site.MailsTo(email)), StringComparison.Ordinal);
        Assert.True(await _site.LogIn(email, _host.Field(contact, "WPPASSWORD")!));
    }

    [Fact]
    [Trait("Spec", "5.1")]
    [Trait("Spec", "5.2")]
    public async Task WordPress_may_stop_in_the_middle_and_nothing_is_lost()
    {
        var contacts = Enumerable.Range(0, 20).Select(_ => NewEmail()).ToDictionary(email => Add(email, tags: "gold"));
        foreach (var contact in contacts.Keys.Take(10))
            await _host.Webhook("add", contact, "");
        await Script("down", _site.Folder);
        foreach (var contact in contacts.Keys.Skip(10))
            await _host.Webhook("add", contact, "");
        while (
            (await _host.Services.GetRequiredService<IInbox>().Rows("shop", 100, default)).All(row =>
                row.Reason.Length == 0
            )
        )
            await HostUnderTest.Pause();
        await Script("up", _site.Site.Url.Port.ToString(), _site.Folder, site == 0 ? "debian" : "newest", "--keep");
        await _host.Drained();

        foreach (var (contact, email) in contacts)
        {
            var user = await UserWith(email);
            Assert.Equal(["gold"], Texts(user.GetProperty("meta").GetProperty("activecampaign_tags")));
            Assert.True(await _site.LogIn(email, _host.Field(contact, "WPPASSWORD")!), email);
        }
        Assert.Equal(0, (await _host.Depth()).Parked);
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
            _site,
            settings,
            sync: new SyncSettings { ProbeEvery = TimeSpan.FromMilliseconds(200) }
        );
        var email = NewEmail();
        var contact = host.Account.AddContact(new SandboxDetails { Email = email });
        await host.Webhook("add", contact, "");
        while (host.State.HeldBecause is null)
            await HostUnderTest.Pause();
        Assert.Contains("wordpress", host.State.HeldBecause, StringComparison.Ordinal);
        Assert.Equal(1, (await host.Depth()).Waiting);
        var health = await host.Get("/health/ready");
        Assert.Equal("Degraded", (string?)health["status"]);
        Assert.Equal(host.State.HeldBecause, (string?)health["held"]!["shop"]);

        host.Set("CleanSync:Sites:shop:WordPress:ApplicationPassword", _site.Site.ApplicationPassword);
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
