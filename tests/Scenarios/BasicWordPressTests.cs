using System.Text.Json;
using System.Text.Json.Nodes;
using CleanSync.Infrastructure.Sandbox;
using CleanSync.Infrastructure.Tests.WordPress;

namespace CleanSync.Scenarios;

/// <summary>The main job on a real WordPress: webhook in, user right.</summary>
public abstract class BasicWordPressTests : IAsyncLifetime
{
    private static int s_people;

    private protected BasicWordPressTests(WordPressUnderTest site) => Site = site;

    private protected WordPressUnderTest Site { get; }

    private protected HostUnderTest Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await HostUnderTest.Start(Site);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected static string NewEmail(string name = "ann") =>
        $"{name}{Interlocked.Increment(ref s_people)}.{Environment.ProcessId}@example.test";

    private protected long Add(string email, string first = "Ann", string last = "Lee", params string[] tags) =>
        Host.Account.AddContact(
            new SandboxDetails
            {
                Email = email,
                FirstName = first,
                LastName = last,
                Tags = tags,
            }
        );

    private protected async Task<JsonElement[]> UsersWith(string email) =>
        [
            .. (
                await Site.Call(
                    HttpMethod.Get,
                    $"/wp/v2/users?search={Uri.EscapeDataString(email)}&context=edit&per_page=100"
                )
            )
                .EnumerateArray()
                .Where(user =>
                    string.Equals(user.GetProperty("email").GetString(), email, StringComparison.OrdinalIgnoreCase)
                ),
        ];

    private protected async Task<JsonElement> UserWith(string email) => Assert.Single(await UsersWith(email));

    private protected static string[] Texts(JsonElement array) =>
        [.. array.EnumerateArray().Select(item => item.GetString()!)];

    private protected async Task<long> Existing(string email, string role = "subscriber", params string[] tags)
    {
        var user = await Site.Call(
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
        var contact = Host.Account.AddContact(
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
        Assert.Equal("created", await Host.Outcome("add", contact, "&role=customer"));

        var user = await UserWith(email);
        Assert.Equal(["customer"], Texts(user.GetProperty("roles")));
        Assert.Equal("Ann", user.GetProperty("first_name").GetString());
        var meta = user.GetProperty("meta");
        Assert.Equal(["Berlin, Germany", "gold"], Texts(meta.GetProperty("activecampaign_tags")));
        Assert.Equal(["Yoga", "Running"], Texts(meta.GetProperty("interests")));
        Assert.Equal("100% \"Gold\"", meta.GetProperty("membership_level").GetString());
        Assert.Equal("+1 555 010 1234", meta.GetProperty("billing_phone").GetString());

        Assert.Equal(user.GetProperty("username").GetString(), Host.Field(contact, "WPLOGIN"));
        Assert.True(await Site.LogIn(Host.Field(contact, "WPLOGIN")!, Host.Field(contact, "WPPASSWORD")!));
        Assert.Empty(await Site.MailsTo(email));
        foreach (var action in new[] { "add", "update", "update_tags" })
            Assert.Equal("unchanged", await Host.Outcome(action, contact));
    }

    [Fact]
    [Trait("Spec", "2.4")]
    public async Task The_same_add_ten_times_at_once_makes_one_user()
    {
        var email = NewEmail();
        var contact = Add(email);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Host.Webhook("add", contact)));
        await Host.Drained();
        await UserWith(email);
        Assert.True(await Site.LogIn(email, Host.Field(contact, "WPPASSWORD")!));
    }

    [Fact]
    [Trait("Spec", "2.5")]
    public async Task Add_of_an_existing_email_updates_and_keeps_role_and_password()
    {
        var email = NewEmail();
        await Existing(email, "shop_lead", "old");
        // On a network WordPress's own routes set the password a second time, and tell the user.
        var before = await Site.MailsTo(email);
        var contact = Add(email.ToUpperInvariant(), "Anne", "Leigh", "new");
        Assert.Equal("updated", await Host.Outcome("add", contact));

        var user = await UserWith(email);
        Assert.Equal("Anne", user.GetProperty("first_name").GetString());
        Assert.Equal(["shop_lead"], Texts(user.GetProperty("roles")));
        Assert.Equal(["new"], Texts(user.GetProperty("meta").GetProperty("activecampaign_tags")));
        Assert.True(await Site.LogIn(email, "their own password"));
        Assert.Null(Host.Field(contact, "WPPASSWORD"));
        Assert.Equal(before, await Site.MailsTo(email));
    }

    [Fact]
    [Trait("Spec", "2.10")]
    public async Task A_role_that_is_not_registered_gives_way_to_the_default_with_a_warning()
    {
        var file = Path.Combine(Site.Folder, "without-customer");
        await File.WriteAllTextAsync(file, "");
        try
        {
            var email = NewEmail();
            var answer = await Host.Webhook("add", Add(email), "&wait=30&role=customer");
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
            await Host.Webhook("add", Add(email), $"&wait=30&role={role}");
            Assert.Equal(["subscriber"], Texts((await UserWith(email)).GetProperty("roles")));
        }
    }

    [Fact]
    [Trait("Spec", "2.11")]
    public async Task An_administrator_keeps_email_role_and_password_and_gets_tags()
    {
        var email = NewEmail("boss");
        var id = await Existing(email, "administrator");
        var contact = Add(email, "Boss", "Lady", "gold");
        await Host.Webhook("add", contact, "&wait=30&role=customer");
        Host.Account.EditContact(contact, new SandboxDetails { Email = NewEmail("other") });
        await Host.Webhook("update", contact, "&wait=30&role=customer");

        var user = await Site.Call(HttpMethod.Get, $"/wp/v2/users/{id}?context=edit");
        Assert.Equal(email, user.GetProperty("email").GetString());
        Assert.Equal(["administrator"], Texts(user.GetProperty("roles")));
        Assert.Equal(["gold"], Texts(user.GetProperty("meta").GetProperty("activecampaign_tags")));
        Assert.True(await Site.LogIn(email, "their own password"));
    }
}
