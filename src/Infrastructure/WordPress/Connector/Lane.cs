using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using CleanSync.Application.Ports;
using CleanSync.Infrastructure.Batching;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.Connector;

/// <summary>
/// Entries of one kind on their way to the connector. They are gathered for some milliseconds and then wait for the site's pace; a request is
/// filled in the moment its turn has come, with as many entries as the pace allows. Two entries with the same key are never on their way at
/// once and never overtake each other. Entries that the site did not begin, or found locked, are sent again.
/// </summary>
internal sealed class Lane
{
    private const int MostRounds = 50;
    private const int MostTries = 5;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);

    private readonly LaneRoute _route;
    private readonly SitePace _pace;
    private readonly TimeProvider _time;
    private readonly Halving _halving;
    private readonly Batcher<LaneEntry, Task<LaneAnswer>> _gathering;
    private readonly Lock _lock = new();
    private readonly LinkedList<LaneEntry> _queue = new();
    private readonly HashSet<object> _busy = [];
    private bool _awaitsTurn;

    public Lane(ConnectorClient client, LaneRoute route, SitePace pace, TimeProvider time)
    {
        (_route, _pace, _time) = (route, pace, time);
        _halving = new Halving(client, route, pace);
        _gathering = new(Enqueue, 100, TimeSpan.FromMilliseconds(4), TimeSpan.FromMilliseconds(20), time);
        Client = client;
    }

    private ConnectorClient Client { get; }

    /// <summary>Sends an entry and waits for its result.</summary>
    /// <param name="key">What it is about; null when it may go along with any other.</param>
    /// <param name="content">Makes the entry when it is sent.</param>
    /// <param name="cancellationToken">Ends the wait, not the request.</param>
    public async Task<LaneAnswer> Ask(object? key, Func<JsonObject> content, CancellationToken cancellationToken)
    {
        var answer = await _gathering.Ask(new LaneEntry(key, content), cancellationToken);
        return await answer.WaitAsync(cancellationToken);
    }

    private Task<IReadOnlyList<BatchAnswer<Task<LaneAnswer>>>> Enqueue(IReadOnlyList<LaneEntry> entries)
    {
        lock (_lock)
        {
            foreach (var entry in entries)
                _queue.AddLast(entry);
        }
        Go();
        return Task.FromResult<IReadOnlyList<BatchAnswer<Task<LaneAnswer>>>>([
            .. entries.Select(entry => new BatchAnswer<Task<LaneAnswer>>(entry.Answer)),
        ]);
    }

    // One request at a time waits for its turn; when it has got it and entries are left, the next one waits.
    private void Go()
    {
        lock (_lock)
        {
            if (_awaitsTurn || !_queue.Any(entry => entry.Key is null || !_busy.Contains(entry.Key)))
                return;
            _awaitsTurn = true;
        }
        _ = Run();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever went wrong belongs to those who wait for it.")]
    private async Task Run()
    {
        List<LaneEntry> batch = [];
        try
        {
            var reply = await Client.Post(_route.Route, _route.Kind, Fill, isProbe: false, CancellationToken.None);
            if (batch.Count == 0)
                batch = Take(int.MaxValue);
            await _halving.Settle(batch, reply, Settle);
        }
        catch (Exception error)
        {
            foreach (var entry in batch.Count == 0 ? Take(int.MaxValue) : batch)
                entry.Fail(error);
        }
        Free(batch.Where(entry => entry.Answer.IsCompleted));
        Go();

        RestBody Fill()
        {
            batch = Take(_pace.BatchSize(_route.Kind));
            Go();
            return new RestBody(_route.Body(batch), batch.Count);
        }
    }

    private List<LaneEntry> Take(int most)
    {
        var taken = new List<LaneEntry>();
        lock (_lock)
        {
            _awaitsTurn = false;
            var passed = new HashSet<object>();
            for (var node = _queue.First; node is not null && taken.Count < most; )
            {
                var (entry, next) = (node.Value, node.Next);
                if (entry.Key is null || (passed.Add(entry.Key) && _busy.Add(entry.Key)))
                {
                    entry.HoldsKey = true;
                    taken.Add(entry);
                    _queue.Remove(node);
                }
                node = next;
            }
        }
        return taken;
    }

    private void Free(IEnumerable<LaneEntry> entries)
    {
        lock (_lock)
        {
            foreach (var entry in entries)
                Free(entry);
        }
    }

    private void Free(LaneEntry entry)
    {
        if (entry is { HoldsKey: true, Key: { } key })
            _busy.Remove(key);
        entry.HoldsKey = false;
    }

    private void Settle(IReadOnlyList<LaneEntry> batch, ConnectorReply.Answered reply)
    {
        var later = new List<LaneEntry>();
        for (var i = 0; i < batch.Count; i++)
        {
            var (entry, result) = (batch[i], reply.Results[i]);
            switch (result.Text("status"))
            {
                case "not_started":
                    later.Add(entry);
                    break;
                case "busy":
                    _ = TryLater(entry);
                    break;
                case "failed":
                    entry.Fail(
                        new TransientException(
                            $"wordpress: a change broke off in the site ({ConnectorWarnings.Code(result)})"
                        )
                    );
                    break;
                default:
                    entry.Complete(new LaneAnswer(result, reply.Time));
                    break;
            }
        }
        if (later.Count == batch.Count)
        {
            foreach (var entry in later)
                entry.Fail(new TransientException("wordpress: the CleanSync plugin began with none of the changes"));
            return;
        }
        foreach (var entry in later.Where(entry => ++entry.Rounds > MostRounds))
            entry.Fail(new TransientException("wordpress: the site is too slow", spendsAttempt: false));
        Return(later.Where(entry => !entry.Answer.IsCompleted));
    }

    // Those who were taken came before all that are still there.
    private void Return(IEnumerable<LaneEntry> entries)
    {
        lock (_lock)
        {
            foreach (var entry in entries.Reverse())
            {
                _queue.AddFirst(entry);
                Free(entry);
            }
        }
        Go();
    }

    // Nobody passes him meanwhile: his key stays taken.
    private async Task TryLater(LaneEntry entry)
    {
        if (++entry.Tries > MostTries)
        {
            entry.Fail(new TransientException("wordpress: somebody else works on that person", spendsAttempt: false));
            return;
        }
        await Task.Delay(FirstWait * (1 << (entry.Tries - 1)), _time);
        Return([entry]);
    }
}
