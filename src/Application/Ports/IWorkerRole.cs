namespace CleanSync.Application.Ports;

/// <summary>
/// The right to work the sites of an account. Any number of processes may accept webhooks; one at a time works an account (SPEC 5.4).
/// </summary>
public interface IWorkerRole
{
    /// <summary>Waits until this process has the right.</summary>
    /// <param name="account">The account, as <see cref="Site.Account"/> names it.</param>
    /// <param name="sites">Its sites.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The right. It is kept until it is disposed, or lost.</returns>
    Task<IWorkerRight> Take(string account, IReadOnlyList<string> sites, CancellationToken cancellationToken);

    /// <summary>
    /// Whether this process may write for a site at this moment. Asked right before each write to a remote system: a process that was
    /// frozen wakes without knowing that another has gone on.
    /// </summary>
    bool Holds(string site);
}

/// <summary>The right to work an account. Disposing it gives it to whoever waits.</summary>
public interface IWorkerRight : IAsyncDisposable
{
    /// <summary>
    /// Cancelled when the right is lost, or somebody else should have it: no more work is begun, what was begun ends, then the right is
    /// disposed and may be taken again.
    /// </summary>
    CancellationToken Ends { get; }
}
