using CleanSync.Application.Ports;
using CleanSync.Infrastructure.WordPress;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>Which of the two ways to a WordPress is taken.</summary>
public sealed class ConnectorDetectionTests
{
    private static readonly WelcomeMessage Ann = new(7, "ann", "ann@example.test", "Ann", "");

    private static HttpResponseMessage? Hides(StubRequest request) =>
        request.Route == "/" ? StubSite.Answer(StubSite.Error("rest_hidden"), 403) : null;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact, Trait("Spec", "8.2")]
    public async Task The_connector_is_used_where_it_is_active_at_no_further_request()
    {
        using var stub = new ConnectorStub();

        Assert.True((await stub.Passing(stub.Users.Describe(Stop))).SearchesLinks);
        Assert.NotNull(await stub.Passing(stub.Users.FindById(7, Stop)));

        Assert.Equal(
            ["/", "/cleansync/v1/site", "/cleansync/v1/users/find"],
            stub.All.Select(request => request.Route)
        );
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task Without_it_core_rest_is_used_and_the_plugin_noticed_within_ten_minutes()
    {
        var time = new FakeTimeProvider();
        using var stub = new ConnectorStub(time: time) { IsActive = false };
        Assert.False((await stub.Passing(stub.Users.Describe(Stop))).SearchesLinks);

        stub.IsActive = true;
        Assert.False((await stub.Passing(stub.Users.Describe(Stop))).SearchesLinks);
        time.Advance(TimeSpan.FromMinutes(10));

        Assert.True((await stub.Passing(stub.Users.Describe(Stop))).SearchesLinks);
    }

    [Fact, Trait("Spec", "8.2")]
    public async Task A_plugin_that_is_switched_off_is_missed_at_once()
    {
        using var stub = new ConnectorStub();
        await stub.Passing(stub.Users.FindById(7, Stop));

        stub.IsActive = false;
        var fault = await Assert.ThrowsAsync<TransientException>(() => stub.Passing(stub.Users.FindById(7, Stop)));

        Assert.Contains("rest_no_route", fault.Message, StringComparison.Ordinal);
        Assert.Null(await stub.Passing(stub.Users.FindById(7, Stop)));
        Assert.StartsWith("/wp/v2", stub.All[^1].Route, StringComparison.Ordinal);
    }

    [Fact, Trait("Spec", "8.2")]
    public async Task An_index_that_is_not_shown_any_more_changes_nothing()
    {
        var time = new FakeTimeProvider();
        using var stub = new ConnectorStub(time: time);
        await stub.Passing(stub.Users.FindById(7, Stop));
        stub.Before = Hides;
        time.Advance(TimeSpan.FromMinutes(10));

        Assert.NotNull(await stub.Passing(stub.Users.FindById(7, Stop)));
        Assert.Equal(2, stub.Sent("/users/find").Count);
    }

    [Fact, Trait("Spec", "8.2")]
    public async Task A_plugin_that_is_gone_is_gone_also_where_the_index_is_not_shown_any_more()
    {
        using var stub = new ConnectorStub();
        await stub.Passing(stub.Users.FindById(7, Stop));
        (stub.Before, stub.IsActive) = (Hides, false);

        await Assert.ThrowsAsync<TransientException>(() => stub.Passing(stub.Users.FindById(7, Stop)));
        await stub.Passing(stub.Users.FindById(7, Stop));
        Assert.StartsWith("/wp/v2", stub.All[^1].Route, StringComparison.Ordinal);
    }

    [Fact, Trait("Spec", "8.2")]
    public async Task A_site_that_does_not_show_its_index_is_asked_for_it_once_a_minute()
    {
        var time = new FakeTimeProvider();
        using var stub = new ConnectorStub(time: time) { Before = Hides };
        int Asked() => stub.All.Count(request => request.Route == "/");
        for (var i = 0; i < 5; i++)
            await stub.Passing(stub.Users.FindById(7, Stop));
        Assert.Equal(1, Asked());

        time.Advance(TimeSpan.FromMinutes(1));
        stub.Before = _ => null;
        Assert.True((await stub.Passing(stub.Users.Describe(Stop))).SearchesLinks);
        Assert.Equal(2, Asked());
    }

    [Fact, Trait("Spec", "8.5")]
    public async Task A_blog_goes_on_as_soon_as_the_connector_is_there()
    {
        using var stub = new ConnectorStub(blog: 3) { IsActive = false };
        await Assert.ThrowsAsync<SiteHeldException>(() => stub.Passing(stub.Users.Probe(Stop)));

        stub.IsActive = true;
        await stub.Passing(stub.Users.Probe(Stop));
    }

    [Fact, Trait("Spec", "8.5")]
    public async Task The_blog_goes_with_every_request()
    {
        using var stub = new ConnectorStub(blog: 3);

        await stub.Passing(stub.Users.FindById(7, Stop));
        await stub.Passing(stub.Users.Create(StubSite.Draft, Stop));

        Assert.All(stub.All.Skip(1), request => Assert.Equal("?blog=3", request.Query));
    }

    [Fact, Trait("Spec", "8.5")]
    public async Task A_blog_without_the_connector_holds_the_site()
    {
        using var stub = new ConnectorStub(blog: 3) { IsActive = false };
        var mail = new WordPressMail(
            stub.Users,
            new WordPressWelcomeMail(WordPressHttp.Client(stub), stub.Site, TimeProvider.System)
        );
        Func<Task>[] asks =
        [
            () => stub.Passing(stub.Users.Probe(Stop)),
            () => stub.Passing(stub.Users.Describe(Stop)),
            () => stub.Passing(stub.Users.FindById(7, Stop)),
            () => stub.Passing(stub.Users.FindByLink(7, Stop)),
            () => stub.Passing(stub.Users.FindByEmail("ann@example.test", Stop)),
            () => stub.Passing(stub.Users.Create(StubSite.Draft, Stop)),
            () => stub.Passing(stub.Users.Change(7, Domain.UserChanges.None, Stop)),
            () => stub.Passing(stub.Users.SetPassword(7, StubSite.Draft.Password, PasswordGuard.OursStill, Stop)),
            () => stub.Passing(stub.Users.ResolveRoles(["customer"], Stop)),
        ];

        foreach (var ask in asks)
            Assert.Contains(
                "WordPress:Blog is 3",
                (await Assert.ThrowsAsync<SiteHeldException>(ask)).Message,
                StringComparison.Ordinal
            );
        Assert.Equal(MailEnd.NotSent, await stub.Passing(mail.Send(Ann, Stop)));
    }

    [Fact, Trait("Spec", "8.5")]
    public async Task A_blog_that_does_not_exist_holds_the_site()
    {
        using var stub = new ConnectorStub(blog: 9)
        {
            Before = request => request.Route == "/" ? null : StubSite.Answer(StubSite.Error("cleansync_no_blog"), 404),
        };

        var fault = await Assert.ThrowsAsync<SiteHeldException>(() => stub.Passing(stub.Users.FindById(7, Stop)));

        Assert.Contains("no blog 9", fault.Message, StringComparison.Ordinal);
    }

    [Theory, Trait("Spec", "8.2")]
    [InlineData(2, "update CleanSync")]
    [InlineData(0, "update the plugin")]
    public async Task A_plugin_of_another_generation_holds_the_site(int protocol, string remedy)
    {
        using var stub = new ConnectorStub();
        stub.Description["protocol"] = protocol;
        Func<Task>[] asks =
        [
            () => stub.Passing(stub.Users.Probe(Stop)),
            () => stub.Passing(stub.Users.FindById(7, Stop)),
            () => stub.Passing(stub.Users.Create(StubSite.Draft, Stop)),
        ];

        foreach (var ask in asks)
            Assert.Contains(
                remedy,
                (await Assert.ThrowsAsync<SiteHeldException>(ask)).Message,
                StringComparison.Ordinal
            );
        Assert.Empty(stub.Sent("/users/find"));
    }

    [Theory, Trait("Spec", "8.2")]
    [InlineData(401, "password is wrong")]
    [InlineData(403, "lacks a capability")]
    public async Task Credentials_that_do_not_suffice_hold_the_site(int status, string reason)
    {
        using var stub = new ConnectorStub
        {
            Before = request => request.Route == "/" ? null : StubSite.Answer(StubSite.Error("rest_forbidden"), status),
        };

        foreach (
            var ask in new Func<Task>[]
            {
                () => stub.Passing(stub.Users.Probe(Stop)),
                () => stub.Passing(stub.Users.FindById(7, Stop)),
            }
        )
            Assert.Contains(
                reason,
                (await Assert.ThrowsAsync<SiteHeldException>(ask)).Message,
                StringComparison.Ordinal
            );
    }

    [Fact, Trait("Spec", "4.1")]
    public async Task The_welcome_mail_goes_by_the_plugin_where_it_is_active()
    {
        using var stub = new ConnectorStub();
        var mail = new WordPressMail(
            stub.Users,
            new WordPressWelcomeMail(WordPressHttp.Client(stub), stub.Site, TimeProvider.System)
        );

        Assert.Equal(MailEnd.Sent, await stub.Passing(mail.Send(Ann, Stop)));
        Assert.Equal("welcome", ConnectorStub.Changes(stub.Sent("/users/apply")[0])[0]["do"]!.ToString());
    }
}
