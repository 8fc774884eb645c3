using CleanSync.Infrastructure.ActiveCampaign;
using FsCheck;
using FsCheck.Xunit;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Infrastructure.Tests.ActiveCampaign;

public sealed class AccountLimiterTests
{
    private readonly FakeTimeProvider _time = new();

    [Property(MaxTest = 60)]
    [Trait("Spec", "7.2")]
    public void No_rolling_second_sees_more_starts_than_the_limit(PositiveInt limit, PositiveInt[] gaps)
    {
        var most = 1 + (limit.Get % 9);
        using var limiter = new AccountLimiter(_time, most);
        var pending = new List<Task<AccountLimiter.Start>>();
        foreach (var gap in gaps)
        {
            for (var i = 0; i < 1 + (gap.Get % 7); i++)
                pending.Add(limiter.Enter(CancellationToken.None));
            _time.Advance(TimeSpan.FromMilliseconds(gap.Get * 17 % 900));
        }
        while (limiter.Waiting > 0)
            _time.Advance(TimeSpan.FromMilliseconds(37));

        var starts = pending.Select(task => Ended(task).At).ToList();
        Assert.Equal(starts.Order(), starts);
        for (var i = most; i < starts.Count; i++)
            Assert.True(starts[i] - starts[i - most] > TimeSpan.FromSeconds(1));
        Assert.Equal(pending.Count, limiter.Started);
    }

    [Fact]
    [Trait("Spec", "7.2")]
    public void An_idle_account_starts_at_once_and_the_sixth_request_waits()
    {
        using var limiter = new AccountLimiter(_time);
        var tasks = Enumerable.Range(0, 6).Select(_ => limiter.Enter(CancellationToken.None)).ToList();

        Assert.Equal([true, true, true, true, true, false], tasks.Select(task => task.IsCompleted));
        foreach (var task in tasks.Take(5))
            limiter.Answered(Ended(task));
        _time.Advance(TimeSpan.FromMilliseconds(1000));
        Assert.Equal(1, limiter.Waiting);
        _time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(0, limiter.Waiting);
    }

    [Fact]
    [Trait("Spec", "7.2")]
    public async Task Who_gives_up_leaves_his_place_to_the_next()
    {
        using var limiter = new AccountLimiter(_time, 1);
        limiter.Answered(await limiter.Enter(CancellationToken.None));
        using var patience = new CancellationTokenSource();
        var first = limiter.Enter(patience.Token);
        var second = limiter.Enter(CancellationToken.None);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _time.Advance(TimeSpan.FromSeconds(1.02));

        await second;
        Assert.Equal(2, limiter.Started);
    }

    [Fact]
    [Trait("Spec", "7.2")]
    public async Task A_pause_holds_everybody_and_a_shorter_one_does_not_end_it()
    {
        using var limiter = new AccountLimiter(_time);
        limiter.PauseUntil(_time.GetUtcNow().AddSeconds(30));
        limiter.PauseUntil(_time.GetUtcNow().AddSeconds(2));
        var waiting = limiter.Enter(CancellationToken.None);

        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(1, limiter.Waiting);
        _time.Advance(TimeSpan.FromSeconds(1));
        await waiting;
    }

    [Fact]
    [Trait("Spec", "7.2")]
    public async Task A_pause_of_a_day_is_asked_for_again_after_a_while()
    {
        using var limiter = new AccountLimiter(_time);
        limiter.PauseUntil(_time.GetUtcNow().AddDays(1));
        var waiting = limiter.Enter(CancellationToken.None);

        _time.Advance(TimeSpan.FromMinutes(15));

        await waiting;
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(500, 5)]
    [InlineData(0, 5)]
    [InlineData(null, 5)]
    [Trait("Spec", "7.2")]
    public void An_announced_limit_lowers_the_speed_and_never_raises_it(int? announced, int effective)
    {
        using var limiter = new AccountLimiter(_time, 5);

        limiter.Answered(Enter(limiter), announced, remaining: 3);

        Assert.Equal(effective, limiter.Effective);
    }

    [Fact]
    [Trait("Spec", "7.2")]
    public void A_lowered_limit_holds_for_what_has_already_started()
    {
        using var limiter = new AccountLimiter(_time, 5);
        var before = Enumerable.Range(0, 5).Select(_ => Enter(limiter)).ToList();
        foreach (var start in before)
            limiter.Answered(start, limit: 1, remaining: 1);
        var tasks = Enumerable.Range(0, 2).Select(_ => limiter.Enter(CancellationToken.None)).ToList();
        _time.Advance(TimeSpan.FromSeconds(1.02));

        Assert.Equal(1, limiter.Waiting);
        limiter.Answered(Ended(tasks[0]));
        _time.Advance(TimeSpan.FromSeconds(1.02));
        Assert.Equal(0, limiter.Waiting);
    }

    [Fact]
    [Trait("Spec", "7.2")]
    public void A_request_that_was_long_on_its_way_counts_from_its_arrival()
    {
        using var limiter = new AccountLimiter(_time, 1);
        for (var i = 0; i < 10; i++)
        {
            var quick = Enter(limiter);
            _time.Advance(TimeSpan.FromMilliseconds(20));
            limiter.Answered(quick);
            _time.Advance(TimeSpan.FromSeconds(2));
        }
        var slow = Enter(limiter);
        _time.Advance(TimeSpan.FromMilliseconds(320));
        limiter.Answered(slow);
        var next = limiter.Enter(CancellationToken.None);

        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, limiter.Waiting);
    }

    [Fact]
    [Trait("Spec", "7.2")]
    public async Task Nothing_remaining_means_waiting_for_the_window_of_that_request()
    {
        using var limiter = new AccountLimiter(_time, 5);
        var started = await limiter.Enter(CancellationToken.None);
        _time.Advance(TimeSpan.FromMilliseconds(400));
        limiter.Answered(started, limit: 5, remaining: 0);
        var next = limiter.Enter(CancellationToken.None);

        _time.Advance(TimeSpan.FromMilliseconds(600));
        Assert.Equal(1, limiter.Waiting);
        _time.Advance(TimeSpan.FromMilliseconds(20));
        await next;
    }

    [Fact]
    [Trait("Spec", "7.2")]
    public async Task Who_waits_when_the_host_stops_is_told()
    {
        var limiter = new AccountLimiter(_time, 1);
        await limiter.Enter(CancellationToken.None);
        var waiting = limiter.Enter(CancellationToken.None);

        limiter.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
    }

    [Fact]
    [Trait("Spec", "7.2")]
    public async Task At_the_limit_of_the_account_no_request_is_answered_429()
    {
        await using var rig = await AccountRig.Start(time: _time);
        rig.Account.Behaviour.RequestsPerSecond = 5;
        rig.Account.Behaviour.RateHeaders = true;
        rig.Limiter.RequestsPerSecond = 5;

        var probes = Enumerable.Range(0, 11).Select(_ => rig.Contacts.Probe(CancellationToken.None)).ToList();
        foreach (var second in probes.Chunk(5))
        {
            await Task.WhenAll(second);
            _time.Advance(TimeSpan.FromMilliseconds(1020));
        }

        Assert.Equal((11, 0), (rig.Account.Requests, rig.Account.RequestsTooFast));
    }

    private static AccountLimiter.Start Enter(AccountLimiter limiter) => Ended(limiter.Enter(CancellationToken.None));

    private static T Ended<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
