using System.Collections.Concurrent;

namespace CleanSync.Scenarios.Chaos;

/// <summary>The hosts, and what is done to them.</summary>
internal sealed class Cluster : IDisposable
{
    private readonly HostProcess[] _nodes;
    private readonly SemaphoreSlim[] _turns;
    private readonly ConcurrentQueue<(int Node, DateTimeOffset At)> _ends = new();
    private readonly ConcurrentDictionary<string, int> _faults = new();

    /// <param name="nodes">The configuration of each node.</param>
    /// <param name="folder">Where their output is kept.</param>
    public Cluster(IEnumerable<Dictionary<string, string?>> nodes, DirectoryInfo folder)
    {
        _nodes =
        [
            .. nodes.Select((settings, i) => new HostProcess(settings, Path.Combine(folder.FullName, $"node{i}.log"))),
        ];
        _turns = [.. _nodes.Select(_ => new SemaphoreSlim(1))];
    }

    /// <summary>How often which end a host came to.</summary>
    public IReadOnlyDictionary<string, int> Faults => _faults;

    public Task StartAll() => Task.WhenAll(_nodes.Select(node => node.Start()));

    /// <summary>Kills all that live.</summary>
    public void KillAll()
    {
        for (var i = 0; i < _nodes.Length; i++)
        {
            _nodes[i].Kill();
            Ended(i);
        }
    }

    /// <summary>Whether a node was ended in between: what it had sent before that is nobody's any more.</summary>
    public bool Ended(int node, DateTimeOffset from, DateTimeOffset until) =>
        _ends.Any(end => end.Node == node && end.At >= from && end.At <= until);

    /// <summary>Sends a webhook to one of the nodes.</summary>
    /// <param name="random">Says to which one, and whether a sender waits until it is there, as most happen to do.</param>
    /// <param name="action">The action.</param>
    /// <param name="contact">The contact.</param>
    /// <param name="role">The role; null for none.</param>
    public async Task<bool> Webhook(Random random, string action, long contact, string? role)
    {
        var node = _nodes[random.Next(_nodes.Length)];
        if (random.Next(10) > 0)
            await node.Ready;
        return await node.Webhook(action, contact, role is null ? "" : $"&role={role}");
    }

    /// <summary>Ends a node, or stops it for a while, and has it back.</summary>
    /// <param name="random">Says which one and how.</param>
    /// <param name="whenDown">What happens while no node is there; not done while another one is.</param>
    public async Task Harm(Random random, Func<Task> whenDown)
    {
        var i = random.Next(_nodes.Length);
        var node = _nodes[i];
        await _turns[i].WaitAsync();
        try
        {
            switch (random.Next(10))
            {
                case < 6:
                    Count("kill");
                    node.Kill();
                    break;
                case < 8:
                    Count("terminate");
                    await node.Terminate();
                    break;
                default:
                    Count("freeze");
                    // With several nodes, long enough to lose its accounts, or nearly so.
                    await node.Freeze(TimeSpan.FromMilliseconds(random.Next(300, _nodes.Length == 1 ? 2500 : 12_000)));
                    return;
            }
            Ended(i);
            if (_nodes.Length == 1)
                await whenDown();
            await node.Start();
        }
        finally
        {
            _turns[i].Release();
        }
    }

    public void Dispose()
    {
        foreach (var node in _nodes)
            node.Dispose();
        foreach (var turn in _turns)
            turn.Dispose();
    }

    private void Ended(int node) => _ends.Enqueue((node, TimeProvider.System.GetUtcNow()));

    private void Count(string fault) => _faults.AddOrUpdate(fault, 1, (_, count) => count + 1);
}
