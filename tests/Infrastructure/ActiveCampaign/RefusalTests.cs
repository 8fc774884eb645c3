using System.Net.Sockets;
using CleanSync.Application.Ports;
using CleanSync.Infrastructure.ActiveCampaign;
using CleanSync.Infrastructure.Sandbox;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Infrastructure.Tests.ActiveCampaign;

public sealed class RefusalTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    [Trait("Spec", "7.2")]
    [Trait("Spec", "5.2")]
    public async Task A_request_that_was_too_fast_spends_no_attempt_and_holds_back_the_whole_account()
    {
        var time = new FakeTimeProvider();
        await using var rig = await AccountRig.Start(time: time);
        var id = rig.Account.AddContact(new SandboxDetails { Email = "a@example.com" });
        rig.Answer(_ => true, 429, "{}", ("Retry-After", "30"));

        var error = await Assert.ThrowsAsync<TransientException>(() => rig.Contacts.FindAlone(id, None));
        Assert.Equal(TimeSpan.FromSeconds(30), error.RetryAfter);
        Assert.False(error.SpendsAttempt);

        rig.Server.Interfere = null;
        var next = rig.Contacts.FindAlone(id, None);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal((1, 1), (rig.Limiter.Waiting, (int)rig.Server.Requests));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await next);
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task A_date_in_retry_after_is_understood_also_with_503()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var rig = await AccountRig.Start(time: time);
        rig.Answer(_ => true, 503, "", ("Retry-After", "Thu, 01 Jan 2026 00:00:20 GMT"));

        var error = await Assert.ThrowsAsync<TransientException>(() => rig.Contacts.FindAlone(1, None));

        Assert.Equal(TimeSpan.FromSeconds(20), error.RetryAfter);
        Assert.True(error.SpendsAttempt);
    }

    /// <summary>As the framework throws it: a peer that resets the connection the moment it is made (HttpConnectionPool.ConnectAsync).</summary>
    [Fact]
    [Trait("Spec", "5.2")]
    public async Task A_connection_that_is_reset_the_moment_it_is_made_is_a_fault_that_passes()
    {
        using var http = AccountHttp.Create(new Uri("https://a.example"), "token", new ResetConnection());
        using var limiter = new AccountLimiter(TimeProvider.System);
        using var contacts = new ActiveCampaignContacts(
            http,
            limiter,
            TimeProvider.System,
            NullLogger<ActiveCampaignContacts>.Instance
        );

        await Assert.ThrowsAsync<TransientException>(() => contacts.FindAlone(1, None));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Trait("Spec", "5.2")]
    public async Task A_403_once_or_twice_is_passed_over(int times)
    {
        await using var rig = await AccountRig.Start();
        var id = rig.Account.AddContact(new SandboxDetails { Email = "a@example.com", Tags = ["T"] });
        var left = times;
        rig.Server.Interfere = async context =>
        {
            if (Interlocked.Decrement(ref left) < 0)
                return false;
            await AccountRig.Write(context, 403, "");
            return true;
        };

        Assert.Equal(["T"], (await rig.Contacts.Find(id, None))!.Tags);
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task A_403_three_times_holds_the_site()
    {
        await using var rig = await AccountRig.Start();
        rig.Connect("wrong");

        var error = await Assert.ThrowsAsync<SiteHeldException>(() => rig.Contacts.Find(1, None));

        Assert.StartsWith(
            "activecampaign: HTTP 403, the API token is refused",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Equal(3, rig.Server.Requests);
        await Assert.ThrowsAsync<SiteHeldException>(() => rig.Contacts.Probe(None));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(402)]
    [Trait("Spec", "5.2")]
    public async Task A_refused_account_holds_the_site_at_once(int status)
    {
        await using var rig = await AccountRig.Start();
        rig.Answer(_ => true, status, "{}");

        await Assert.ThrowsAsync<SiteHeldException>(() => rig.Contacts.Find(1, None));
        Assert.Equal(1, rig.Server.Requests);
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task Any_other_refusal_is_for_good()
    {
        await using var rig = await AccountRig.Start();
        rig.Answer(_ => true, 410, "{}");

        await Assert.ThrowsAsync<PermanentException>(() => rig.Contacts.FindAlone(1, None));
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task The_token_works_and_a_probe_says_so()
    {
        await using var rig = await AccountRig.Start();

        await rig.Contacts.Probe(None);

        Assert.Equal(1, rig.Server.Requests);
    }

    [Fact]
    [Trait("Spec", "7.3")]
    public async Task Cookies_are_not_sent_back_and_redirects_not_followed()
    {
        await using var rig = await AccountRig.Start();
        await rig.Contacts.Probe(None);
        var cookies = 0;
        rig.Server.Interfere = async context =>
        {
            cookies += context.Request.Headers.Cookie.Count;
            await AccountRig.Write(context, 302, "", ("Location", "/elsewhere"));
            return true;
        };

        await Assert.ThrowsAsync<TransientException>(() => rig.Contacts.Probe(None));

        Assert.Equal(0, cookies);
        Assert.Equal(2, rig.Server.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    [Trait("Spec", "1.8")]
    public void A_broken_token_is_refused_without_repeating_it(string token)
    {
        var error = Assert.Throws<ArgumentException>(() => AccountHttp.Create(new Uri("https://a.example"), token));
        Assert.DoesNotContain("two", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://a.api-us1.com")]
    [InlineData("https://a.api-us1.com/")]
    [InlineData("https://a.api-us1.com/api/3/")]
    public void The_account_address_is_taken_with_and_without_the_path_of_the_api(string url)
    {
        using var client = AccountHttp.Create(new Uri(url), "token");
        Assert.Equal("https://a.api-us1.com/", client.BaseAddress!.ToString());
    }

    private sealed class ResetConnection : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) => throw new SocketException((int)SocketError.NotConnected);
    }
}
