using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.ActiveCampaign;

namespace CleanSync.Infrastructure.Tests.ActiveCampaign;

/// <summary>The webhooks of an account over its API (SPEC 6.3, 7.1 to 7.3).</summary>
[Trait("Spec", "6.3")]
public sealed class WebhookAccountTests
{
    private const string Key = "key-that-nobody-may-see";
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task What_is_made_is_found_changed_and_removed()
    {
        await using var rig = await AccountRig.Start();
        var made = New($"https://sync.example/hook?wpf_action=update&access_key={Key}");

        var id = await rig.Webhooks.Create(made, None);
        var found = Assert.Single(await rig.Webhooks.ListTo("sync.example", None));
        AssertSame(made with { Id = id }, found);
        Assert.Equal([made.Url], rig.Account.WebhookUrls("contact_tag_removed", "api"));

        var changed = found with
        {
            Name = "Ours",
            Url = "https://sync.example/other",
            Events = ["subscribe"],
            Sources = ["admin"],
        };
        Assert.True(await rig.Webhooks.Update(changed, None));
        AssertSame(changed, Assert.Single(await rig.Webhooks.ListTo("SYNC.example", None)));
        Assert.Empty(rig.Account.WebhookUrls("update", "admin"));

        Assert.True(await rig.Webhooks.Remove(id, None));
        Assert.Empty(await rig.Webhooks.ListTo("sync.example", None));
    }

    [Fact]
    public async Task What_somebody_else_removed_is_no_error()
    {
        await using var rig = await AccountRig.Start();
        Assert.False(await rig.Webhooks.Remove("17", None));
        Assert.False(await rig.Webhooks.Update(New("https://sync.example/") with { Id = "17" }, None));
    }

    [Fact]
    [Trait("Spec", "7.1")]
    public async Task However_many_there_are_all_are_looked_through()
    {
        await using var rig = await AccountRig.Start();
        for (var i = 1; i <= 101; i++)
            await rig.Webhooks.Create(New($"https://host{i}.example/"), None);
        await rig.Webhooks.Create(New("https://sync.example/?n=1"), None);
        await rig.Webhooks.Create(New("https://sync.example/?n=2"), None);

        var found = await rig.Webhooks.ListTo("sync.example", None);

        Assert.Equal(["https://sync.example/?n=1", "https://sync.example/?n=2"], found.Select(one => one.Url));
        Assert.Equal(2, rig.RequestsTo("GET /api/3/webhooks?limit=100&offset="));
    }

    [Fact]
    [Trait("Spec", "7.3")]
    public async Task Odd_rows_are_read_and_those_without_a_URL_passed_over()
    {
        await using var rig = await AccountRig.Start();
        rig.Answer(
            path => path.StartsWith("/api/3/webhooks", StringComparison.Ordinal),
            200,
            """
            {"webhooks":[
              {"id":5,"name":null,"url":"https:\/\/sync.example\/","events":{"0":"update","2":"sent"},"sources":null,"listid":3},
              {"id":"6","name":"x","url":null,"events":[],"sources":[],"links":[]},
              {"id":"7","name":"y","url":"https://sync.example:99999/","events":[],"sources":[]},
              {"id":"8","name":"z","url":"https://sync.example/","events":[],"sources":["api"],"listid":null}
            ],"meta":{"total":4}}
            """
        );

        var found = await rig.Webhooks.ListTo("sync.example", None);

        Assert.Equal(["5", "8"], found.Select(one => one.Id));
        Assert.Equal(["update", "sent"], found[0].Events);
        Assert.Empty(found[0].Sources);
        Assert.Equal(["3", null], found.Select(one => one.OnlyForList));
    }

    [Fact]
    [Trait("Spec", "7.3")]
    public async Task A_removal_may_be_answered_with_nothing_at_all_but_a_creation_may_not()
    {
        await using var rig = await AccountRig.Start();
        rig.Answer(_ => true, 200, "");
        Assert.True(await rig.Webhooks.Remove("1", None));
        var unknown = await Assert.ThrowsAsync<TransientException>(() =>
            rig.Webhooks.Create(New("https://sync.example/"), None)
        );
        Assert.True(unknown.Unanswered);
        rig.Answer(_ => true, 201, """{"webhook":{}}""");
        await Assert.ThrowsAsync<TransientException>(() => rig.Webhooks.Create(New("https://sync.example/"), None));
    }

    [Theory]
    [InlineData(403, typeof(SiteHeldException))]
    [InlineData(422, typeof(PermanentException))]
    [InlineData(500, typeof(TransientException))]
    [InlineData(429, typeof(TransientException))]
    [Trait("Spec", "5.2")]
    public async Task A_refusal_is_told_as_everywhere_and_never_with_the_key(int status, Type fault)
    {
        await using var rig = await AccountRig.Start();
        rig.Answer(_ => true, status, $$"""{"message":"no {{Key}}"}""", ("Retry-After", "0"));
        var webhook = New($"https://sync.example/?access_key={Key}") with { Id = "1" };
        foreach (
            var call in new Func<Task>[]
            {
                () => rig.Webhooks.ListTo("sync.example", None),
                () => rig.Webhooks.Create(webhook, None),
                () => rig.Webhooks.Update(webhook, None),
                () => rig.Webhooks.Remove("1", None),
            }
        )
        {
            var error = await Assert.ThrowsAsync(fault, call);
            Assert.DoesNotContain(Key, error.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task A_403_that_passes_makes_nothing_twice()
    {
        await using var rig = await AccountRig.Start();
        var first = true;
        rig.Server.Interfere = async context =>
        {
            if (!first)
                return false;
            first = false;
            await AccountRig.Write(context, 403, "");
            return true;
        };
        await rig.Webhooks.Create(New("https://sync.example/"), None);
        Assert.Single(await rig.Webhooks.ListTo("sync.example", None));
    }

    [Fact]
    public void Newcomers_have_an_event_only_where_users_are_created()
    {
        using var http = AccountHttp.Create(new Uri("https://account.api-us1.com"), "token");
        using var limiter = new AccountLimiter(TimeProvider.System, 5);
        var webhooks = new ActiveCampaignWebhooks(http, limiter, TimeProvider.System);
        Assert.Equal(["contact_tag_added", "contact_tag_removed"], webhooks.EventsFor(SyncAction.UpdateTags));
        Assert.Equal(["update", "contact_tag_added", "contact_tag_removed"], webhooks.EventsFor(SyncAction.Update));
        Assert.Contains("subscribe", webhooks.EventsFor(SyncAction.Add));
        Assert.Equal(["public", "admin", "api", "system"], webhooks.Sources);
    }

    private static RegisteredWebhook New(string url) =>
        new("", "CleanSync shop", url, ["update", "contact_tag_removed"], ["public", "admin", "api", "system"]);

    private static void AssertSame(RegisteredWebhook one, RegisteredWebhook two)
    {
        Assert.Equal((one.Id, one.Name, one.Url, one.OnlyForList), (two.Id, two.Name, two.Url, two.OnlyForList));
        Assert.Equal(one.Events, two.Events);
        Assert.Equal(one.Sources, two.Sources);
    }
}
