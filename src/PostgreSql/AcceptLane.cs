using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Threading.Channels;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using Npgsql;
using static CleanSync.PostgreSql.Commands;

namespace CleanSync.PostgreSql;

/// <summary>
/// Stores what arrives. It
/// <list type="number">
/// <item>takes all requests that wait,</item>
/// <item>joins those for one contact,</item>
/// <item>stores them by one statement, which costs one round trip and one wait for the disk whatever their number,</item>
/// <item>and answers each.</item>
/// </list>
/// While it commits the next group gathers, so groups grow with the load and a lone request never waits for company.
/// A request that fails by itself fails alone.
/// </summary>
internal sealed class AcceptLane : IAsyncDisposable
{
    // A bound on the time that one group takes; the queue's bound is on memory.
    private const int LargestGroup = 512;
    private const int LongestQueue = 16384;

    private readonly PostgreSqlDatabase _database;
    private readonly Epochs _epochs;
    private readonly TimeProvider _time;
    private readonly Channel<AcceptOperation> _queue = Channel.CreateBounded<AcceptOperation>(
        new BoundedChannelOptions(LongestQueue) { SingleReader = true }
    );
    private readonly Task _loop;
    private long _commits;

    public AcceptLane(PostgreSqlDatabase database, Epochs epochs, TimeProvider time)
    {
        (_database, _epochs, _time) = (database, epochs, time);
        _loop = Task.Run(Loop);
    }

    /// <summary>How many groups were committed.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>Stores a request and ends when it is durable.</summary>
    /// <returns>Its receipt.</returns>
    /// <exception cref="TransientException">The store does not work now, or is closed.</exception>
    public async Task<long> Accept(string site, long contact, SyncRequest request, CancellationToken cancellationToken)
    {
        var operation = new AcceptOperation(site, contact, request, cancellationToken);
        try
        {
            await _queue.Writer.WriteAsync(operation, cancellationToken);
        }
        catch (ChannelClosedException closed)
        {
            throw PostgreSqlFault.OfTheStore(closed);
        }
        return await operation.End;
    }

    /// <summary>Stores what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    private async Task Loop()
    {
        var group = new List<AcceptOperation>(LargestGroup);
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (group.Count < LargestGroup && _queue.Reader.TryRead(out var operation))
                if (operation.IsWanted())
                    group.Add(operation);
            if (group.Count > 0)
                await Serve(group);
            group.Clear();
        }
    }

    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "Whatever went wrong belongs to those who wait for the group."
    )]
    private async Task Serve(List<AcceptOperation> group)
    {
        try
        {
            var receipts = await StorePatiently(group);
            foreach (var operation in group)
                operation.Committed(receipts[operation.Row]);
        }
        catch (Exception error) when (error is TransientException || group.Count == 1)
        {
            foreach (var operation in group)
                operation.Failed(error);
        }
        catch (Exception)
        {
            foreach (var operation in group)
                await Serve([operation]);
        }
    }

    // The sender sends nothing twice. A connection that a restart of the server has cut is worth one more attempt: storing a request
    // once more joins it with itself.
    private async Task<Dictionary<(string, long), long>> StorePatiently(List<AcceptOperation> group)
    {
        try
        {
            return await Store(group);
        }
        catch (TransientException fault) when (IsWorthAnother(fault.InnerException))
        {
            return await Store(group);
        }
    }

    // A server that hangs is not: the sender waits.
    private static bool IsWorthAnother(Exception? error) =>
        error
            is SocketException
                or IOException
                or NpgsqlException { IsTransient: true, InnerException: not TimeoutException };

    private async Task<Dictionary<(string, long), long>> Store(List<AcceptOperation> group)
    {
        var requests = new Dictionary<(string Site, long Contact), (SyncRequest Request, int Webhooks)>(group.Count);
        foreach (var operation in group)
            requests[operation.Row] = requests.TryGetValue(operation.Row, out var earlier)
                ? (earlier.Request.Join(operation.Request), earlier.Webhooks + 1)
                : (operation.Request, 1);
        var rows = requests.OrderBy(row => row.Key.Site, StringComparer.Ordinal).ThenBy(row => row.Key.Contact);
        var receipts = await _database.Run(
            connection => Store(connection, [.. rows.Select(row => (row.Key, row.Value.Request, row.Value.Webhooks))]),
            CancellationToken.None
        );
        Interlocked.Increment(ref _commits);
        return receipts;
    }

    /// <summary>Stores requests for different contacts, in the order of their sites and contacts, in the transaction of the connection.</summary>
    /// <returns>Their receipts.</returns>
    public async Task<Dictionary<(string, long), long>> Store(
        NpgsqlConnection connection,
        IReadOnlyList<((string Site, long Contact) Row, SyncRequest Request, int Webhooks)> requests
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(
            Statement(
                InboxSql.Accept,
                requests.Select(r => r.Row.Site).ToArray(),
                requests.Select(r => r.Row.Contact).ToArray(),
                requests.Select(r => (short)r.Request.Action).ToArray(),
                requests.Select(r => r.Request.Role).ToArray(),
                requests.Select(r => r.Request.SendNotification).ToArray(),
                requests.Select(r => r.Request.Action == SyncAction.Add ? r.Request.Imported : (bool?)null).ToArray(),
                requests.Select(r => (short)r.Request.Urgency).ToArray(),
                requests.Select(r => r.Webhooks).ToArray(),
                UnixTime.Floor(_time.GetUtcNow())
            )
        );
        // The worker of this process is told without the server.
        var elsewhere = requests
            .Select(r => r.Row.Site)
            .Distinct(StringComparer.Ordinal)
            .Where(site => _epochs.Of(site) is null)
            .ToArray();
        if (elsewhere.Length > 0)
            batch.BatchCommands.Add(Statement(InboxSql.Notify, [elsewhere]));
        var receipts = new Dictionary<(string, long), long>(requests.Count);
        await using var row = await batch.ExecuteReaderAsync(CancellationToken.None);
        while (await row.ReadAsync(CancellationToken.None))
            receipts[(row.GetString(0), row.GetInt64(1))] = row.GetInt64(2);
        // An error of a later statement comes to light when its result is asked for.
        while (await row.NextResultAsync(CancellationToken.None))
            continue;
        return receipts;
    }
}
