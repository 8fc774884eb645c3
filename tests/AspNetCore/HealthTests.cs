using System.Net;
using System.Text;
using CleanSync.Application;
using CleanSync.Application.Ports;
using CleanSync.Application.Pumping;
using CleanSync.Domain;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace CleanSync.AspNetCore.Tests;

/// <summary>What <c>/health</c> answers.</summary>
public sealed class HealthTests
{
    private const string Key = "access_key=" + Receiver.ShopKey;

    [Fact]
    [Trait("Spec", "9.4")]
    public async Task Live_is_always_well_and_ready_needs_the_inbox()
    {
        var time = new FakeTimeProvider();
        var inbox = new Mock<IInbox>();
        await using var receiver = await WithHealth(inbox, new SiteRecord("shop"), time);
        Assert.Equal(HttpStatusCode.OK, await Ready(receiver));

        inbox
            .Setup(i => i.Probe(It.IsAny<CancellationToken>()))
            .ThrowsAsync(new InboxUnavailableException(new IOException()));
        Assert.Equal(HttpStatusCode.OK, await Ready(receiver));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Ready(receiver));
        Assert.Equal(HttpStatusCode.OK, (await receiver.Http.GetAsync("/health/live")).StatusCode);

        inbox.Setup(i => i.Probe(It.IsAny<CancellationToken>())).Returns(Task.CompletedTask);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(HttpStatusCode.OK, await Ready(receiver));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "9.4")]
    public async Task Ready_does_not_need_what_is_kept_of_the_sites(bool hangs)
    {
        var time = new FakeTimeProvider();
        var records = new Mock<ISiteRecords>();
        var asked = new TaskCompletionSource();
        records
            .Setup(r => r.Find("shop", It.IsAny<CancellationToken>()))
            .Callback(asked.SetResult)
            .Returns(
                hangs
                    ? new TaskCompletionSource<SiteRecord>().Task
                    : Task.FromException<SiteRecord>(new TransientException("store: it hangs", spendsAttempt: false))
            );
        await using var receiver = await WithHealth(new Mock<IInbox>(), records, time);

        var ready = Ready(receiver);
        await asked.Task;
        while (!ready.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(HttpStatusCode.OK, await ready);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Spec", "9.4")]
    public async Task Ready_writes_once_in_five_seconds_however_often_it_is_asked(bool fails)
    {
        var time = new FakeTimeProvider();
        var inbox = new Mock<IInbox>();
        if (fails)
            inbox
                .Setup(i => i.Probe(It.IsAny<CancellationToken>()))
                .ThrowsAsync(new InboxUnavailableException(new IOException()));
        await using var receiver = await WithHealth(inbox, new SiteRecord("shop"), time);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Ready(receiver)));
        time.Advance(TimeSpan.FromSeconds(5));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Ready(receiver)));
        inbox.Verify(i => i.Probe(It.IsAny<CancellationToken>()), Times.Exactly(2));
    }

    [Fact]
    [Trait("Spec", "1.6")]
    [Trait("Spec", "9.4")]
    public async Task A_host_that_refused_a_webhook_is_not_ready_for_half_a_minute()
    {
        var time = new FakeTimeProvider();
        await using var receiver = await WithHealth(new Mock<IInbox>(), new SiteRecord("shop"), time);
        receiver
            .CleanSync.Setup(m => m.Run(It.IsAny<IUseCase<WebhookReceipt>>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new InboxUnavailableException(new IOException()));
        using var refused = await receiver.Get($"?wpf_action=add&{Key}&contact_id=1");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Ready(receiver));
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Ready(receiver));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, await Ready(receiver));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "5.5")]
    [Trait("Spec", "9.4")]
    public async Task Ready_tells_of_a_site_that_another_node_works(bool paused)
    {
        var record = new SiteRecord("shop")
        {
            Hold = new SiteHold(DateTimeOffset.UnixEpoch, "activecampaign: HTTP 403"),
            Pause = paused ? new SitePause(DateTimeOffset.UnixEpoch, "Ann is on leave", Losses.None) : null,
        };
        await using var receiver = await WithHealth(new Mock<IInbox>(), record, new FakeTimeProvider());
        var expected = paused ? "paused by a person" : "activecampaign: HTTP 403";
        Assert.Equal(
            $$$"""{"status":"Degraded","held":{"shop":"{{{expected}}}"},"webhooks":{}}""",
            await receiver.Http.GetStringAsync("/health/ready")
        );
    }

    private static Task<Receiver> WithHealth(Mock<IInbox> inbox, SiteRecord record, FakeTimeProvider time)
    {
        var records = new Mock<ISiteRecords>();
        records.Setup(r => r.Find(record.Name, It.IsAny<CancellationToken>())).ReturnsAsync(record);
        return WithHealth(inbox, records, time);
    }

    private static Task<Receiver> WithHealth(Mock<IInbox> inbox, Mock<ISiteRecords> records, FakeTimeProvider time) =>
        Receiver.Start(services: s =>
            s.AddSingleton(inbox.Object)
                .AddSingleton(records.Object)
                .AddSingleton(Mock.Of<ISites>(sites => sites.Names == new[] { "shop" }))
                .AddSingleton<SiteStates>()
                .AddSingleton<TimeProvider>(time)
        );

    private static async Task<HttpStatusCode> Ready(Receiver receiver) =>
        (await receiver.Http.GetAsync("/health/ready")).StatusCode;

    [Fact]
    [Trait("Spec", "6.3")]
    [Trait("Spec", "9.4")]
    public async Task Ready_tells_of_held_sites_and_of_webhooks_but_not_of_what_strangers_could_use()
    {
        var states = new Dictionary<string, object>
        {
            ["shop"] = new SiteState
            {
                InspectionNotices = [new Warning("tags_writable_by_users", "tags")],
                WebhookNotices = [new Warning("webhook_changed", "event update")],
            },
            ["blog"] = new SiteState { Hold = new SiteHold(DateTimeOffset.UnixEpoch, "activecampaign: HTTP 403") },
        };
        var entry = new HealthReportEntry(HealthStatus.Degraded, null, TimeSpan.Zero, null, states);
        var report = new HealthReport(new Dictionary<string, HealthReportEntry> { ["sites"] = entry }, TimeSpan.Zero);
        using var body = new MemoryStream();
        await SitesHealth.Write(new DefaultHttpContext { Response = { Body = body } }, report);
        Assert.Equal(
            """{"status":"Degraded","held":{"blog":"activecampaign: HTTP 403"},"webhooks":{"shop":["webhook_changed(event update)"]}}""",
            Encoding.UTF8.GetString(body.ToArray())
        );
    }
}
