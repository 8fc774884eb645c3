using CleanSync.Application.Ports;

namespace CleanSync.Application.Tests;

/// <summary>The only process there is: it works every account whenever it wants to.</summary>
internal sealed class SoleWorker : IWorkerRole, IWorkerRight
{
    /// <summary>What was taken, and how often it was given back.</summary>
    public List<(string Account, IReadOnlyList<string> Sites)> Taken { get; } = [];

    public int GivenBack { get; private set; }

    public CancellationToken Ends => CancellationToken.None;

    public Task<IWorkerRight> Take(string account, IReadOnlyList<string> sites, CancellationToken cancellationToken)
    {
        Taken.Add((account, sites));
        return Task.FromResult<IWorkerRight>(this);
    }

    public bool Holds(string site) => Taken.Count > GivenBack;

    public ValueTask DisposeAsync()
    {
        GivenBack++;
        return ValueTask.CompletedTask;
    }
}
