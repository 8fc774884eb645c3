using CleanSync.Application.Ports;
using CleanSync.Application.Pumping;
using CleanSync.Domain;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace CleanSync.Application.Tests;

/// <summary>The host warns when no webhook has arrived for a set time (SPEC 6.3).</summary>
[Trait("Spec", "6.3")]
public sealed class WebhookSilenceTests : ILogger<WebhookWatch>
{
    private readonly World _world = new();
    private readonly InboxSignals _signals;
    private readonly SiteStates _states = new();
    private readonly WebhookWatch _watch;
    private readonly List<string> _log = [];
    private DateTimeOffset? _last;
    private int _writes;
    private int _reads;

    public WebhookSilenceTests()
    {
        _signals = new InboxSignals(_world.Time);
        var records = new Mock<ISiteRecords>();
        records
            .Setup(r => r.Find("shop", It.IsAny<CancellationToken>()))
            .ReturnsAsync(() =>
            {
                _reads++;
                return new SiteRecord("shop") { LastWebhook = _last };
            });
        records
            .Setup(r => r.WebhookArrived("shop", It.IsAny<DateTimeOffset>(), It.IsAny<CancellationToken>()))
            .Callback(
                (string _, DateTimeOffset when, CancellationToken _) =>
                {
                    _writes++;
                    _last = when;
                }
            )
            .Returns(Task.CompletedTask);
        _watch = new WebhookWatch(
            _world,
            records.Object,
            new UseCases([], Mock.Of<IServiceScopeFactory>(), NullLogger<UseCases>.Instance),
            _signals,
            _states,
            _world.Time,
            this
        );
        Configure(TimeSpan.FromDays(1));
    }

    [Fact]
    public async Task Silence_is_told_once_and_over_when_a_webhook_arrives()
    {
        _last = _world.Time.GetUtcNow();
        await Listen(after: TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        Assert.Empty(Notices);

        await Listen(after: TimeSpan.FromSeconds(1));
        await Listen(after: TimeSpan.FromDays(1));
        Assert.Equal([new Warning("webhook_silent", "since 2026-11-23 12:00:00Z")], Notices);
        Assert.Single(_log);

        _signals.Arrived("shop", 42);
        await _watch.StoreArrivals(default);
        await Listen(after: TimeSpan.FromMinutes(1));
        Assert.Empty(Notices);
    }

    [Fact]
    public async Task Before_the_first_webhook_ever_silence_counts_from_the_start()
    {
        await Listen(after: TimeSpan.FromHours(23));
        Assert.Empty(Notices);
        await Listen(after: TimeSpan.FromHours(1));
        Assert.Equal([new Warning("webhook_silent", "from the beginning")], Notices);
    }

    [Fact]
    public async Task What_another_process_accepted_breaks_the_silence()
    {
        await Listen(after: TimeSpan.FromDays(2));
        Assert.Single(Notices);
        _last = _world.Time.GetUtcNow();
        await Listen(after: TimeSpan.FromMinutes(1));
        Assert.Empty(Notices);
    }

    [Fact]
    public async Task Who_does_not_want_to_know_is_not_told()
    {
        await Listen(after: TimeSpan.FromDays(2));
        Assert.Single(Notices);
        Configure(null);
        await Listen(after: TimeSpan.FromDays(2));
        _world.WebhookAddress = WebhookAddress.Unknown with { WarnAfterSilence = TimeSpan.FromDays(1) };
        await Listen(after: TimeSpan.FromDays(2));
        Assert.Empty(Notices);
        Assert.Equal(1, _reads);
    }

    [Fact]
    public async Task However_many_webhooks_arrive_only_the_latest_is_stored_and_only_once()
    {
        await _watch.StoreArrivals(default);
        Assert.Equal(0, _writes);
        for (var contact = 1; contact <= 20; contact++)
        {
            _signals.Arrived("shop", contact);
            _world.Time.Advance(TimeSpan.FromSeconds(1));
        }
        _signals.Wake("shop");
        await _watch.StoreArrivals(default);
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        await _watch.StoreArrivals(default);
        Assert.Equal((1, new DateTimeOffset(2026, 11, 23, 12, 0, 19, TimeSpan.Zero)), (_writes, _last));
        _signals.Arrived("shop", 1);
        await _watch.StoreArrivals(default);
        Assert.Equal((2, _world.Time.GetUtcNow()), (_writes, _last));
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => _log.Add(formatter(state, exception));

    private IReadOnlyList<Warning> Notices => _states.Of("shop").Notices;

    private void Configure(TimeSpan? silence) =>
        _world.WebhookAddress = new WebhookAddress(new Uri("https://sync.example/"), ["key-of-the-shop"], silence);

    private Task Listen(TimeSpan after)
    {
        _world.Time.Advance(after);
        return _watch.Listen("shop", default);
    }
}
