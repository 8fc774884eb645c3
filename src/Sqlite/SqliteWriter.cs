using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace CleanSync.Sqlite;

/// <summary>
/// The one writer of a database. It
/// <list type="number">
/// <item>takes all operations that wait,</item>
/// <item>runs them in one transaction,</item>
/// <item>commits, which costs one wait for the disk whatever their number,</item>
/// <item>and answers each.</item>
/// </list>
/// While it commits the next group gathers, so groups grow with the load and a lone operation never waits for company.
/// An operation that fails by itself fails alone. When the store fails the whole group fails, and the next group starts
/// on a new connection: the store works again as soon as the disk does.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    // A bound on the time that one group takes; the queue's bound is on memory.
    private const int LargestGroup = 512;
    private const int LongestQueue = 16384;

    private readonly SqliteDatabase _database;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<WriteOperation> _queue = Channel.CreateBounded<WriteOperation>(
        new BoundedChannelOptions(LongestQueue) { SingleReader = true }
    );
    private readonly Lock _starting = new();

    // The last thread that was started. Guarded by the lock.
    private Task _loop = Task.CompletedTask;

    // 1 while a thread takes from the queue, or is about to.
    private int _running;
    private SqliteSession? _session;
    private long _commits;
    private bool _failing;

    public SqliteWriter(SqliteDatabase database, TimeProvider time, ILogger logger)
    {
        (_database, _time, _logger) = (database, time, logger);
        _session = new SqliteSession(database, time);
    }

    /// <summary>How many transactions were committed.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>Whether there is a thread for it. An idle store has none, so that it costs an application nothing that works it by hand.</summary>
    internal bool IsRunning => Volatile.Read(ref _running) == 1;

    /// <summary>How long the thread waits for more before it ends. Default 2 seconds.</summary>
    internal TimeSpan Linger { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Called after each commit. Tests throw here: a commit that is durable, and reported as failed.</summary>
    internal Action? AfterCommit { get; set; }

    /// <summary>
    /// Runs the work in a transaction and ends when it is durable. Once the work has begun its end is always awaited: a
    /// caller who gave up in between would not know what happened.
    /// </summary>
    /// <param name="work">The work. It may be run again after a rollback: the last run counts.</param>
    /// <param name="storeFailed">
    /// Called before anything else is written, when the store failed. Whether the work is durable is not known then: a disk
    /// may report a fault and keep the commit all the same.
    /// </param>
    /// <param name="cancellationToken">Cancels work that has not begun.</param>
    /// <exception cref="Application.Ports.TransientException">The store does not work now, or is closed.</exception>
    public async Task<T> Write<T>(Func<SqliteSession, T> work, Action? storeFailed, CancellationToken cancellationToken)
    {
        var operation = new WriteOperation<T>(work, storeFailed, cancellationToken);
        try
        {
            await _queue.Writer.WriteAsync(operation, cancellationToken);
        }
        catch (ChannelClosedException closed)
        {
            throw SqliteFault.OfTheStore(closed);
        }
        Run();
        return await operation.End;
    }

    /// <inheritdoc cref="Write{T}(Func{SqliteSession, T}, Action?, CancellationToken)"/>
    public Task<T> Write<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken) =>
        Write(work, storeFailed: null, cancellationToken);

    /// <summary>Writes what waits, then closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        Run();
        Task loop;
        lock (_starting)
            loop = _loop;
        await loop;
        _session?.Dispose();
        _session = null;
    }

    // Called after each entry into the queue.
    private void Run()
    {
        if (IsRunning || Interlocked.Exchange(ref _running, 1) == 1)
            return;
        lock (_starting)
            // SQLite blocks: a thread of its own leaves the pool to the web server.
            _loop = Task.Factory.StartNew(
                Loop,
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            );
    }

    private void Loop()
    {
        var group = new List<WriteOperation>(LargestGroup);
        do
        {
            while (WaitForWork())
            {
                while (group.Count < LargestGroup && _queue.Reader.TryRead(out var operation))
                    if (operation.IsWanted())
                        group.Add(operation);
                if (group.Count > 0)
                    Serve(group);
                group.Clear();
            }
            Interlocked.Exchange(ref _running, 0);
            // Who came before that may have found a thread at work, and started none.
        } while (_queue.Reader.TryPeek(out _) && Interlocked.Exchange(ref _running, 1) == 0);
    }

    private bool WaitForWork()
    {
        var ready = _queue.Reader.WaitToReadAsync();
        if (ready.IsCompletedSuccessfully)
            return ready.Result;
        var task = ready.AsTask();
        return task.Wait(Linger) && task.Result;
    }

    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "Whatever went wrong belongs to those who wait for the group."
    )]
    private void Serve(List<WriteOperation> group)
    {
        try
        {
            var session = _session ??= new SqliteSession(_database, _time);
            if (!TryTogether(session, group))
                OneByOne(session, group);
            if (_failing)
                Tell(Log.Recovered);
            _failing = false;
        }
        catch (Exception error)
        {
            _session?.Dispose();
            _session = null;
            foreach (var operation in group)
                operation.Failed(SqliteFault.OfTheStore(error));
            if (!_failing)
                Tell(logger => Log.Failed(logger, error));
            _failing = true;
        }
    }

    // A log on the same full disk must not end the writer.
    [SuppressMessage("Design", "CA1031", Justification = "Whatever the log throws, webhooks are stored.")]
    private void Tell(Action<ILogger> log)
    {
        try
        {
            log(_logger);
        }
        catch (Exception)
        {
            // There is nowhere to say it.
        }
    }

    /// <summary>The usual way: no savepoints. False when one of them failed by itself, and nothing was done.</summary>
    private bool TryTogether(SqliteSession session, List<WriteOperation> group)
    {
        session.Begin();
        try
        {
            foreach (var operation in group)
                operation.Run(session);
        }
        catch (Exception error) when (SqliteFault.IsOfOneOperation(error))
        {
            session.Rollback();
            return false;
        }
        Commit(session);
        foreach (var operation in group)
            operation.Committed();
        return true;
    }

    /// <summary>The careful way: still one transaction, but each can be undone for itself.</summary>
    private void OneByOne(SqliteSession session, List<WriteOperation> group)
    {
        var errors = new Exception?[group.Count];
        session.Begin();
        for (var i = 0; i < group.Count; i++)
        {
            session.Mark();
            try
            {
                group[i].Run(session);
                session.Keep();
            }
            catch (Exception error) when (SqliteFault.IsOfOneOperation(error))
            {
                session.Undo();
                errors[i] = error;
            }
        }
        Commit(session);
        for (var i = 0; i < group.Count; i++)
        {
            if (errors[i] is { } error)
                group[i].Failed(error);
            else
                group[i].Committed();
        }
    }

    private void Commit(SqliteSession session)
    {
        session.Commit();
        Interlocked.Increment(ref _commits);
        AfterCommit?.Invoke();
    }
}
