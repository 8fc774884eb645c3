using System.Text.Json;
using System.Text.Json.Nodes;
using CleanSync.Infrastructure.Sandbox;
using CleanSync.Infrastructure.Tests.WordPress;

namespace CleanSync.Scenarios;

/// <summary>The main job with the connector, and what only the connector can do.</summary>
public abstract class ConnectorWordPressTests : RealWordPressTests
{
    private protected ConnectorWordPressTests(WordPressUnderTest site)
        : base(site) { }

    [Fact]
    [Trait("Spec", "8.2")]
    public async Task Meta_that_nobody_registered_is_written_and_compared()
    {
        await using var host = await HostUnderTest.Start(
            Site,
            new Dictionary<string, string>
            {
                ["CleanSync:Sites:shop:Fields:unheard_of:From"] = "%INTERESTS%",
                ["CleanSync:Sites:shop:Fields:unheard_of:Kind"] = "List",
            }
        );
        var email = NewEmail();
        var contact = host.Account.AddContact(
            new SandboxDetails
            {
                Email = email,
                Fields = new Dictionary<string, string> { ["INTERESTS"] = "||Yoga||Running||" },
            }
        );
        var answer = await host.Webhook("add", contact);
        Assert.Equal("created", (string?)answer["outcome"]);
        Assert.Empty(answer["warnings"]?.AsArray() ?? []);
        var user = await Seen(email, "unheard_of");
        Assert.Equal(["Yoga", "Running"], Texts(user.GetProperty("meta").GetProperty("unheard_of")));
        Assert.Equal(contact.ToString(), user.GetProperty("link").GetString());
        Assert.Equal("unchanged", await host.Outcome("update", contact));
    }

    [Fact]
    [Trait("Spec", "2.3")]
    [Trait("Spec", "8.2")]
    public async Task A_user_is_found_by_the_link_that_the_site_keeps_when_the_email_changed_and_the_ledger_is_new()
    {
        var (email, other) = (NewEmail(), NewEmail());
        var contact = Add(email);
        Assert.Equal("created", await Host.Outcome("add", contact));
        Host.Account.EditContact(contact, new SandboxDetails { Email = other, FirstName = "Anna" });

        await using var host = await Another();
        Assert.Equal("updated", await host.Outcome("update", contact));
        Assert.Empty(await UsersWith(email));
        Assert.Equal("Anna", (await UserWith(other)).GetProperty("first_name").GetString());
    }

    [Fact]
    [Trait("Spec", "2.4")]
    [Trait("Spec", "8.2")]
    public async Task Two_hosts_that_add_the_same_people_at_once_make_one_user_each()
    {
        await using var host = await Another();
        var people = Enumerable.Range(0, 10).Select(_ => NewEmail()).ToDictionary(email => email, email => Add(email));
        await Task.WhenAll(
            people.Values.SelectMany(contact => new[] { Host, host }.Select(one => one.Webhook("add", contact)))
        );
        await Host.Drained();
        await host.Drained();
        foreach (var (email, contact) in people)
        {
            await UserWith(email);
            Assert.True(await Site.LogIn(email, Host.Field(contact, "WPPASSWORD")!), email);
        }
        Assert.Equal(0, (await Host.Depth()).Parked + (await host.Depth()).Parked);
    }

    [Fact]
    [Trait("Spec", "8.2")]
    public async Task Without_the_connector_the_work_goes_on_and_with_it_again_too()
    {
        var email = NewEmail();
        var contact = Add(email, tags: "one");
        Assert.Equal("created", await Host.Outcome("add", contact));
        var file = Path.Combine(Site.Folder, "without-connector");
        await File.WriteAllTextAsync(file, "");
        try
        {
            Host.Account.AddTag(contact, "two");
            Assert.Equal("updated", await Host.Outcome("update", contact));
            var (late, fresh) = (NewEmail(), Add(NewEmail(), tags: "late"));
            Assert.Equal("created", await Host.Outcome("add", fresh));
            Assert.Equal("created", await Host.Outcome("add", Add(late)));
            await UserWith(late);
        }
        finally
        {
            File.Delete(file);
        }
        Host.Account.AddTag(contact, "three");
        Assert.Equal("updated", await Host.Outcome("update_tags", contact));
        var tags = Texts((await UserWith(email)).GetProperty("meta").GetProperty("activecampaign_tags"));
        Assert.Equal(["one", "three", "two"], tags.Order());
        Assert.Equal(0, (await Host.Depth()).Parked);
    }

    /// <summary>A second host for the same account and site that knows nothing of the first.</summary>
    private Task<HostUnderTest> Another() =>
        HostUnderTest.Start(
            Site,
            new Dictionary<string, string> { ["CleanSync:Sites:shop:ActiveCampaign:Url"] = Host.Server.Url.ToString() }
        );

    /// <summary>The user as the connector shows him: with meta that core's own routes do not show.</summary>
    private async Task<JsonElement> Seen(string email, params string[] meta)
    {
        var answer = await Site.Call(
            HttpMethod.Post,
            "/cleansync/v1/users/find",
            new JsonObject
            {
                ["people"] = new JsonArray(new JsonObject { ["email"] = email }),
                ["meta"] = new JsonArray([.. meta.Select(key => (JsonNode)key)]),
                ["tags_key"] = "activecampaign_tags",
                ["link_key"] = "activecampaign_contact_id",
            }
        );
        return Assert.Single(answer.GetProperty("results")[0].EnumerateArray());
    }
}
