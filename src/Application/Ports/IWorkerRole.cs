namespace CleanSync.Application.Ports;

/// <summary>The right to work the inbox. Any number of processes may accept webhooks; one at a time works them.</summary>
public interface IWorkerRole
{
    /// <summary>Waits until this process has the right, and keeps it until the result is disposed.</summary>
    Task<IAsyncDisposable> Take(CancellationToken cancellationToken);
}
