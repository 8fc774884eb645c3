using CleanSync.Infrastructure.Batching;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Infrastructure.Tests.Batching;

public sealed class BatcherTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly FakeTimeProvider _time = new();
    private readonly List<IReadOnlyList<int>> _sent = [];

    [Fact]
    [Trait("Spec", "7.1")]
    public async Task A_batch_goes_out_when_nobody_has_joined_for_the_quiet_time()
    {
        var batcher = Doubling(size: 100);
        var first = batcher.Ask(1, None);
        Advance(4);
        var second = batcher.Ask(2, None);
        Advance(4);
        Assert.Empty(_sent);
        Advance(1);

        Assert.Equal((2, 4), (await first, await second));
        Assert.Equal([1, 2], Assert.Single(_sent));
    }

    [Fact]
    [Trait("Spec", "7.1")]
    public async Task A_batch_goes_out_at_the_ceiling_however_many_keep_joining()
    {
        var batcher = Doubling(size: 100);
        var first = batcher.Ask(0, None);
        for (var i = 1; i <= 12; i++)
        {
            Advance(4);
            _ = batcher.Ask(i, None);
        }
        Assert.Empty(_sent);
        Advance(2);

        Assert.Equal(0, await first);
        Assert.Equal(13, Assert.Single(_sent).Count);
    }

    [Fact]
    [Trait("Spec", "7.1")]
    public async Task A_full_batch_goes_out_at_once_and_the_next_item_opens_another()
    {
        var batcher = Doubling(size: 3);
        var tasks = Enumerable.Range(0, 4).Select(i => batcher.Ask(i, None)).ToList();

        Assert.Equal(new[] { 0, 2, 4 }, await Task.WhenAll(tasks.Take(3)));
        Assert.False(tasks[3].IsCompleted);
        Advance(5);
        Assert.Equal(6, await tasks[3]);
        Assert.Equal([3, 1], _sent.Select(batch => batch.Count));
    }

    [Fact]
    [Trait("Spec", "7.1")]
    public async Task One_items_failure_is_its_own()
    {
        var batcher = Batcher(items =>
            [.. items.Select(i => i == 2 ? new BatchAnswer<int>(0, new InvalidOperationException("2")) : new(i))]
        );
        var tasks = Enumerable.Range(1, 3).Select(i => batcher.Ask(i, None)).ToList();
        Advance(5);

        Assert.Equal((1, 3), (await tasks[0], await tasks[2]));
        await Assert.ThrowsAsync<InvalidOperationException>(() => tasks[1]);
    }

    [Fact]
    [Trait("Spec", "7.1")]
    public async Task A_request_that_fails_fails_everyone_in_it_and_is_not_remembered()
    {
        var failing = true;
        var batcher = Batcher(items =>
            failing ? throw new InvalidOperationException() : [.. items.Select(i => new BatchAnswer<int>(i))]
        );
        var tasks = new[] { batcher.Ask(1, None), batcher.Ask(2, None) };
        Advance(5);
        foreach (var task in tasks)
            await Assert.ThrowsAsync<InvalidOperationException>(() => task);

        failing = false;
        var again = batcher.Ask(1, None);
        Advance(5);
        Assert.Equal(1, await again);
    }

    [Fact]
    [Trait("Spec", "7.1")]
    public async Task A_caller_who_leaves_ends_only_his_own_wait()
    {
        var batcher = Doubling(size: 100);
        using var leaving = new CancellationTokenSource();
        var gone = batcher.Ask(1, leaving.Token);
        var stays = batcher.Ask(2, None);

        await leaving.CancelAsync();
        Advance(5);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.Equal(4, await stays);
        Assert.Equal([1, 2], Assert.Single(_sent));
    }

    private Batcher<int, int> Doubling(int size) =>
        Batcher(items => [.. items.Select(i => new BatchAnswer<int>(i * 2))], size);

    private Batcher<int, int> Batcher(Func<IReadOnlyList<int>, IReadOnlyList<BatchAnswer<int>>> send, int size = 100) =>
        new(
            items =>
            {
                _sent.Add([.. items]);
                return Task.FromResult(send(items));
            },
            size,
            quiet: TimeSpan.FromMilliseconds(5),
            ceiling: TimeSpan.FromMilliseconds(50),
            _time
        );

    private void Advance(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
}
