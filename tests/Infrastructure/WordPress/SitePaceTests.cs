using CleanSync.Infrastructure.WordPress.Rest;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Infrastructure.Tests.WordPress;

[Trait("Spec", "8.3")]
public sealed class SitePaceTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly SitePace _pace;

    public SitePaceTests() => _pace = new SitePace(4, _time);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact, Trait("Spec", "10.3")]
    public async Task An_idle_site_starts_at_once_and_one_contacts_requests_wait_for_nothing()
    {
        foreach (var milliseconds in new[] { 30, 40, 50, 150 })
        {
            var turn = _pace.Enter(Stop);
            Assert.True(turn.IsCompletedSuccessfully);
            await turn;
            Work(RequestKind.Apply, 1, milliseconds);
        }
    }

    [Fact]
    public async Task One_request_at_a_time_to_begin_with()
    {
        await _pace.Enter(Stop);
        var second = _pace.Enter(Stop);
        Assert.False(second.IsCompleted);

        Work(RequestKind.Apply, 25, 100);

        await second;
    }

    [Fact]
    public async Task Turns_are_added_while_the_site_is_fast_and_others_wait_up_to_the_configured_number()
    {
        var waiting = Enumerable.Range(0, 200).Select(_ => _pace.Enter(Stop)).ToList();
        Steady(60, 100);

        Assert.Equal(4, _pace.Turns);
        Assert.True(waiting.Count(turn => turn.IsCompleted) < 200);
    }

    [Fact]
    public async Task A_site_that_nothing_waits_for_keeps_one_turn()
    {
        for (var i = 0; i < 40; i++)
        {
            var turn = _pace.Enter(Stop);
            _time.Advance(SitePace.LongestRest);
            await turn;
            Work(RequestKind.Apply, 25, 100);
        }

        Assert.Equal(1, _pace.Turns);
    }

    [Fact]
    public async Task A_slow_site_gets_fewer_requests_and_longer_rests_and_recovers()
    {
        _ = Enumerable.Range(0, 1000).Select(_ => _pace.Enter(Stop)).ToList();
        Steady(60, 100);
        Steady(12, 400);
        Assert.Equal(1, _pace.Turns);
        Assert.True(_pace.Share >= 2);

        Steady(80, 100);
        Assert.Equal(4, _pace.Turns);
        Assert.Equal(1.0, _pace.Share);
    }

    [Fact]
    public async Task Errors_slow_it_down_as_well()
    {
        await _pace.Enter(Stop);
        _pace.Leave(RequestKind.Apply, 50, TimeSpan.FromSeconds(60), RequestEnd.Failed);

        Assert.Equal(2.0, _pace.Share);
        Assert.Equal(12, _pace.BatchSize(RequestKind.Apply));
    }

    [Fact]
    public async Task However_bad_it_gets_nobody_waits_longer_than_the_longest_rest()
    {
        for (var i = 0; i < 20; i++)
        {
            var turn = _pace.Enter(Stop);
            _time.Advance(SitePace.LongestRest + TimeSpan.FromMilliseconds(2));
            Assert.True(turn.IsCompleted);
            await turn;
            _time.Advance(TimeSpan.FromSeconds(60));
            _pace.Leave(RequestKind.Apply, 50, TimeSpan.FromSeconds(60), RequestEnd.Failed);
        }
    }

    [Fact, Trait("Spec", "10.5")]
    public async Task Visitors_have_the_site_to_themselves_for_half_of_the_time()
    {
        var (busy, started) = (TimeSpan.Zero, _time.GetTimestamp());
        var pace = new SitePace(1, _time);
        for (var i = 0; i < 100; i++)
        {
            var turn = pace.Enter(Stop);
            while (!turn.IsCompleted)
                _time.Advance(TimeSpan.FromMilliseconds(1));
            await turn;
            _time.Advance(TimeSpan.FromMilliseconds(200));
            busy += TimeSpan.FromMilliseconds(200);
            pace.Leave(RequestKind.Apply, 100, TimeSpan.FromMilliseconds(200), RequestEnd.Answered);
        }

        Assert.InRange(busy / _time.GetElapsedTime(started), 0.45, 0.55);
    }

    [Fact]
    public void Batches_grow_to_what_takes_about_half_a_second_and_shrink_at_once()
    {
        Learn(RequestKind.Apply, 25, 50);
        Assert.Equal(50, _pace.BatchSize(RequestKind.Apply));
        Learn(RequestKind.Apply, 50, 100);
        Assert.Equal(100, _pace.BatchSize(RequestKind.Apply));
        Learn(RequestKind.Apply, 3, 30);
        Assert.Equal(100, _pace.BatchSize(RequestKind.Apply));
        Learn(RequestKind.Apply, 100, 4500);
        Assert.Equal(10, _pace.BatchSize(RequestKind.Apply));
        Learn(RequestKind.ApplyCreates, 8, 800);
        Assert.Equal(16, _pace.BatchSize(RequestKind.ApplyCreates));
    }

    [Fact]
    public void A_size_that_was_refused_is_come_near_to_slowly()
    {
        _pace.TooLarge(RequestKind.Find, 60);
        Learn(RequestKind.Find, 25, 20);
        Learn(RequestKind.Find, 30, 20);

        Assert.Equal(31, _pace.BatchSize(RequestKind.Find));
    }

    [Fact]
    public async Task Small_requests_beside_large_ones_are_not_taken_for_slow()
    {
        for (var i = 0; i < 20; i++)
        {
            await Enter();
            Work(RequestKind.Apply, 100, 200);
            await Enter();
            Work(RequestKind.Apply, 1, 40);
            await Enter();
            Work(RequestKind.Other, 1, 900);
        }

        Assert.Equal(1.0, _pace.Share);
    }

    [Fact]
    public async Task Who_leaves_the_queue_loses_nobody_a_turn()
    {
        await _pace.Enter(Stop);
        using var leaving = new CancellationTokenSource();
        var gone = _pace.Enter(leaving.Token);
        var stays = _pace.Enter(Stop);

        await leaving.CancelAsync();
        Work(RequestKind.Apply, 1, 10);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        await stays;
    }

    // Requests of that duration, one after the other, each resting as long as it must.
    private void Steady(int count, int milliseconds)
    {
        for (var i = 0; i < count; i++)
        {
            Work(RequestKind.Apply, 100, milliseconds);
            _time.Advance(SitePace.LongestRest);
        }
    }

    private async Task Enter()
    {
        var turn = _pace.Enter(Stop);
        _time.Advance(SitePace.LongestRest);
        await turn;
    }

    private void Work(RequestKind kind, int entries, int milliseconds)
    {
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        _pace.Leave(kind, entries, TimeSpan.FromMilliseconds(milliseconds), RequestEnd.Answered);
    }

    private void Learn(RequestKind kind, int entries, int milliseconds)
    {
        Assert.True(_pace.Enter(Stop).IsCompleted);
        _pace.Leave(kind, entries, TimeSpan.FromMilliseconds(milliseconds), RequestEnd.Answered);
        _time.Advance(TimeSpan.FromSeconds(10));
    }
}
