using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using CleanSync.Application.Ports;
using Medallion.Threading.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanSync.PostgreSql;

/// <summary>
/// Says which accounts this process works (SPEC 5.4). One connection, used by one loop, holds an advisory lock for each. The locks are
/// gone as soon as the connection is: at once when the process dies, and after <see cref="ServerPatience"/> when it, its machine or
/// the network between falls silent. The process itself trusts them until <see cref="SureFor"/> after it last spoke to the server.
/// Nobody takes an account that was not given back before that time is over, so the node before has stopped writing by then.
/// </summary>
internal sealed class PostgreSqlWorkerRole : IWorkerRole, IAsyncDisposable
{
    // How often the server hears of this process, and this process of the others.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // Of idle_session_timeout. A process that is stopped still acknowledges TCP keep-alives, so those prove nothing.
    private static readonly TimeSpan ServerPatience = TimeSpan.FromSeconds(6);

    // Counted from before the last question that the server answered; what the server counts begins after. As NodeTable.LiveFor.
    private static readonly TimeSpan SureFor = TimeSpan.FromSeconds(5);

    // How long an account that is free is left to a node that has less to do.
    private static readonly TimeSpan Courtesy = TimeSpan.FromSeconds(3);

    private readonly PostgreSqlDatabase _database;
    private readonly Epochs _epochs;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _closing = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Waiter>> _waiting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AccountRight> _held = new(StringComparer.Ordinal);
    private readonly List<AccountRight> _givenBack = [];

    // Lost with the connection, while what was begun by that right may still be under way.
    private readonly HashSet<AccountRight> _lost = [];
    private readonly Dictionary<string, long> _freeSince = new(StringComparer.Ordinal);
    private (long Timestamp, DateTimeOffset Utc) _sure;
    private NpgsqlConnection? _connection;
    private Guid _self;
    private Task? _loop;
    private bool _reported;

    public PostgreSqlWorkerRole(PostgreSqlDatabase database, Epochs epochs, TimeProvider time, ILogger logger) =>
        (_database, _epochs, _time, _logger) = (database, epochs, time, logger);

    /// <inheritdoc/>
    public async Task<IWorkerRight> Take(
        string account,
        IReadOnlyList<string> sites,
        CancellationToken cancellationToken
    )
    {
        var waiter = new Waiter(sites);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            if (!_waiting.TryGetValue(account, out var waiting))
                _waiting[account] = waiting = [];
            waiting.Add(waiter);
            _loop ??= Task.Run(Loop, CancellationToken.None);
        }
        Wake();
        await using var cancelled = cancellationToken.Register(() =>
        {
            lock (_lock)
                if (waiter.Granted.TrySetCanceled(cancellationToken))
                    NoLonger(account, waiter);
        });
        return await waiter.Granted.Task;
    }

    private void NoLonger(string account, Waiter waiter)
    {
        if (_waiting.TryGetValue(account, out var waiting) && waiting.Remove(waiter) && waiting.Count == 0)
            _waiting.Remove(account);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Both clocks count: the one that only goes forward stands still while a virtual machine does. One that is set back proves nothing.
    /// </remarks>
    public bool Holds(string site)
    {
        lock (_lock)
            return _epochs.Of(site) is not null
                && _time.GetElapsedTime(_sure.Timestamp) < SureFor
                && _time.GetUtcNow() - _sure.Utc < SureFor;
    }

    /// <summary>Looks now: another node may have given an account back.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Gives all accounts back.</summary>
    public async ValueTask DisposeAsync()
    {
        Task? loop;
        lock (_lock)
            loop = _loop;
        await _closing.CancelAsync();
        if (loop is not null)
            await loop;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever the server does, the loop goes on.")]
    private async Task Loop()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                await Look();
                _reported = false;
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                break;
            }
            catch (Exception error)
            {
                await Lose(error);
            }
            await Rest();
        }
        await Close();
    }

    private async Task Rest()
    {
        using var over = new CancellationTokenSource(LookEvery, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, _closing.Token);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // It is time to look.
        }
    }

    private async Task Look()
    {
        var connection = _connection ??= await Connect();
        await GiveBack(connection);
        var asked = (_time.GetTimestamp(), _time.GetUtcNow());
        Node state;
        lock (_lock)
            state = new Node([.. _held.Keys], [.. _waiting.Keys]);
        var others = await NodeTable.Meet(connection, _self, state);
        lock (_lock)
            _sure = asked;
        await ShareOut(state, others);
        await TakeSome(connection, state, others);
    }

    // The account is free for the others as soon as the work on it has ended.
    private async Task GiveBack(NpgsqlConnection connection)
    {
        AccountRight[] rights;
        lock (_lock)
            rights = [.. _givenBack];
        foreach (var right in rights)
        {
            await Unlock(connection, right.Locks, isHeld: !right.Over.IsCompleted);
            lock (_lock)
                _givenBack.Remove(right);
            right.IsOver();
        }
        if (rights.Length > 0)
            await connection.Execute($"NOTIFY {PostgreSqlListener.Accounts}");
    }

    // One at a time, and only to somebody who still has less to do with it.
    private async Task ShareOut(Node self, IReadOnlyList<Node> others)
    {
        AccountRight? surplus;
        lock (_lock)
        {
            // One that is on its way out is another's already.
            if (_held.Values.Any(right => right.Ends.IsCancellationRequested))
                return;
            surplus = others
                .Where(other => other.Works.Count + 2 <= self.Works.Count)
                .SelectMany(other => other.Wants)
                .Select(account => _held.GetValueOrDefault(account))
                .FirstOrDefault(right => right is not null);
        }
        if (surplus is null)
            return;
        Log.GivesUp(_logger, surplus.Account);
        await surplus.End();
    }

    private async Task TakeSome(NpgsqlConnection connection, Node self, IReadOnlyList<Node> others)
    {
        foreach (var account in self.Wants)
        {
            if (IsLeftToOthers(account, self, others))
                continue;
            IReadOnlyList<string> sites;
            lock (_lock)
            {
                // Whoever had it here ends what he has begun first.
                if (
                    _held.ContainsKey(account)
                    || _lost.Any(right => string.Equals(right.Account, account, StringComparison.Ordinal))
                )
                    continue;
                sites = _waiting.TryGetValue(account, out var waiting) ? waiting[0].Sites : [];
            }
            if (await TryLock(connection, account, sites) is not { } locks)
                continue;
            await Grant(connection, account, locks);
            // Where several wait, each takes one in turn.
            if (others.Any(other => other.Wants.Contains(account, StringComparer.Ordinal)))
                return;
        }
    }

    private bool IsLeftToOthers(string account, Node self, IReadOnlyList<Node> others)
    {
        if (others.Any(other => other.Works.Contains(account, StringComparer.Ordinal)))
        {
            _freeSince.Remove(account);
            return false;
        }
        if (!_freeSince.TryGetValue(account, out var since))
            since = _freeSince[account] = _time.GetTimestamp();
        return others.Any(other =>
                other.Works.Count < self.Works.Count && other.Wants.Contains(account, StringComparer.Ordinal)
            )
            && _time.GetElapsedTime(since) < Courtesy;
    }

    // The account, so that one node keeps to its rate limit; and each site, since two nodes may name the account differently.
    private async Task<IReadOnlyList<TakenLock>?> TryLock(
        NpgsqlConnection connection,
        string account,
        IReadOnlyList<string> sites
    )
    {
        var locks = new List<TakenLock>();
        foreach (var site in sites.Prepend(null))
        {
            var name = site is null ? "account " + account : Epochs.SiteName(site);
            var key = new PostgresAdvisoryLockKey("cleansync " + name, allowHashing: true);
            var handle = await new PostgresDistributedLock(key, connection).TryAcquireAsync(
                TimeSpan.Zero,
                CancellationToken.None
            );
            if (handle is not null && await Raise(connection, name) is { } epoch)
            {
                locks.Add(new TakenLock(name, site, epoch, handle));
                continue;
            }
            if (handle is not null)
                await handle.DisposeAsync();
            await Unlock(connection, locks);
            return null;
        }
        return locks;
    }

    // The lock of a connection that is lost is gone with it; that nobody relies on it any more is to be said all the same.
    private static async Task Unlock(NpgsqlConnection connection, IReadOnlyList<TakenLock> locks, bool isHeld = true)
    {
        foreach (var taken in locks)
        {
            await connection.Execute(
                "UPDATE cleansync.rights SET holder = NULL WHERE name = $1 AND epoch = $2",
                taken.Name,
                taken.Epoch
            );
            if (isHeld)
                await taken.Handle.DisposeAsync();
        }
    }

    // Null when the node before may not know yet that it has lost it, or a write of it is under way: the next look tries again.
    private async Task<long?> Raise(NpgsqlConnection connection, string name)
    {
        try
        {
            var raised = await connection.All(
                $"""
                INSERT INTO cleansync.rights AS known (name, epoch, holder) VALUES ($1, 1, $2)
                ON CONFLICT (name) DO UPDATE SET epoch = known.epoch + 1, holder = excluded.holder
                WHERE known.holder IS NULL OR known.holder = excluded.holder OR NOT EXISTS (
                    SELECT FROM cleansync.nodes
                    WHERE node = known.holder AND seen > clock_timestamp() - {NodeTable.LiveFor})
                RETURNING epoch
                """,
                row => row.GetInt64(0),
                CancellationToken.None,
                name,
                _self
            );
            return raised is [var epoch] ? epoch : null;
        }
        catch (PostgresException busy) when (busy.SqlState is PostgresErrorCodes.LockNotAvailable)
        {
            return null;
        }
    }

    private async Task Grant(NpgsqlConnection connection, string account, IReadOnlyList<TakenLock> locks)
    {
        AccountRight? right = null;
        lock (_lock)
        {
            if (_waiting.TryGetValue(account, out var waiting))
            {
                var waiter = waiting[0];
                NoLonger(account, waiter);
                right = new AccountRight(account, locks, GiveBack);
                _held.Add(account, right);
                foreach (var taken in locks)
                    if (taken.Site is { } site)
                        _epochs.Take(site, taken.Epoch);
                waiter.Granted.SetResult(right);
            }
        }
        if (right is null)
            await Unlock(connection, locks);
        else
            Log.Took(_logger, account, locks[0].Epoch);
    }

    // Called by whoever worked the account: nothing of that is under way any more. So the others need not wait, also when it was lost.
    private async Task GiveBack(AccountRight right)
    {
        lock (_lock)
        {
            Forget(right);
            _lost.Remove(right);
            if (!_givenBack.Contains(right))
                _givenBack.Add(right);
        }
        Wake();
        await right.Over;
    }

    private void Forget(AccountRight right)
    {
        foreach (var taken in right.Locks)
            if (taken.Site is { } site)
                _epochs.Lose(site, taken.Epoch);
        if (_held.GetValueOrDefault(right.Account) == right)
            _held.Remove(right.Account);
    }

    private async Task Lose(Exception error)
    {
        AccountRight[] lost;
        lock (_lock)
        {
            lost = [.. _held.Values, .. _givenBack];
            _lost.UnionWith(_held.Values);
            foreach (var right in lost)
                Forget(right);
        }
        if (!_reported)
            Log.Lost(_logger, PostgreSqlFault.Describe(error));
        _reported = true;
        foreach (var right in lost)
        {
            right.IsOver();
            await right.End();
        }
        await Disconnect();
    }

    private async Task<NpgsqlConnection> Connect()
    {
        await _database.Upgrade(_closing.Token);
        var own = new NpgsqlConnectionStringBuilder(_database.ConnectionString)
        {
            Pooling = false,
            CommandTimeout = 3,
            ApplicationName = "CleanSync worker role",
        };
        own.Options += $" -c idle_session_timeout={ServerPatience.TotalMilliseconds:0} -c lock_timeout=1000";
        var connection = new NpgsqlConnection(own.ConnectionString);
        try
        {
            await connection.OpenAsync(_closing.Token);
            if (_self == Guid.Empty)
                _self = await NodeTable.Join(connection);
            else
                await DropUnheld(connection);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // What was raised on the connection before and never granted keeps nobody out.
    private async Task DropUnheld(NpgsqlConnection connection)
    {
        string[] held;
        lock (_lock)
            held = [.. _held.Values.Concat(_lost).SelectMany(right => right.Locks).Select(taken => taken.Name)];
        await connection.Execute(
            "UPDATE cleansync.rights SET holder = NULL WHERE holder = $1 AND name <> ALL($2)",
            _self,
            held
        );
    }

    [SuppressMessage("Design", "CA1031", Justification = "The server notices the end of the connection by itself.")]
    private async Task Close()
    {
        lock (_lock)
            foreach (var right in _held.Values.ToArray())
            {
                Forget(right);
                _givenBack.Add(right);
            }
        try
        {
            if (_connection is { } connection)
            {
                await GiveBack(connection);
                await NodeTable.Leave(connection, _self);
            }
        }
        catch (Exception)
        {
            // Nothing is left to be done here.
        }
        lock (_lock)
        {
            foreach (var right in _givenBack)
                right.IsOver();
            foreach (var waiter in _waiting.Values.SelectMany(waiting => waiting))
                waiter.Granted.TrySetException(new ObjectDisposedException(nameof(PostgreSqlWorkerRole)));
        }
        await Disconnect();
    }

    [SuppressMessage("Design", "CA1031", Justification = "A connection that is broken may say so once more.")]
    private async Task Disconnect()
    {
        try
        {
            if (_connection is { } connection)
                await connection.DisposeAsync();
        }
        catch (Exception)
        {
            // It is gone either way.
        }
        _connection = null;
    }

    private sealed class Waiter(IReadOnlyList<string> sites)
    {
        public IReadOnlyList<string> Sites => sites;

        public TaskCompletionSource<IWorkerRight> Granted { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
