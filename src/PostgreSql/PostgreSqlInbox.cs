using System.Collections.Concurrent;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using Npgsql;

namespace CleanSync.PostgreSql;

/// <summary>The inbox in PostgreSQL.</summary>
internal sealed class PostgreSqlInbox(PostgreSqlDatabase database, AcceptLane lane, Epochs epochs, TimeProvider time)
    : IInbox
{
    // Rows that one transaction makes due again.
    private const int RetryChunk = 1000;

    // Claims whose commit failed. The server may have kept the commit all the same; nobody works such a row, so the next claim puts
    // it back.
    private readonly ConcurrentQueue<ClaimedWork> _inDoubt = new();

    public Task<long> Accept(string site, long contact, SyncRequest request, CancellationToken cancellationToken) =>
        InboxUnavailableException.Or(lane.Accept(site, contact, request, cancellationToken));

    public Task Probe(CancellationToken cancellationToken) =>
        InboxUnavailableException.Or(database.Execute(InboxSql.Probe, cancellationToken, Now));

    public Task AcceptAll(
        string site,
        IReadOnlyList<long> contacts,
        SyncRequest request,
        CancellationToken cancellationToken
    ) =>
        database.Transact(
            connection =>
                lane.Store(
                    connection,
                    [.. contacts.Distinct().Order().Select(contact => ((site, contact), request, 1))]
                ),
            cancellationToken
        );

    public Task AcceptMerged(
        string site,
        long from,
        long to,
        long userId,
        SyncRequest request,
        CancellationToken cancellationToken
    ) =>
        database.Transact(
            async connection =>
            {
                await epochs.Demand(connection, site);
                // First the inbox, then the ledger, as the end of a claim does.
                var stored = await lane.Store(connection, [((site, to), request, 1)]);
                await connection.Execute(LedgerSql.HandOver, site, to, userId, from);
                await connection.Execute(LedgerSql.Unlink, site, to, from);
                return stored;
            },
            cancellationToken
        );

    public async Task<IReadOnlyList<ClaimedWork>> Claim(string site, int limit, CancellationToken cancellationToken)
    {
        IReadOnlyList<ClaimedWork> taken = [];
        var doubtful = new List<ClaimedWork>();
        while (_inDoubt.TryDequeue(out var work))
            doubtful.Add(work);
        try
        {
            return await database.Transact(
                async connection =>
                {
                    foreach (var work in doubtful)
                        await End(connection, work, new NextStep.Wait(time.GetUtcNow(), "the store failed"));
                    // Who lost the account finds nothing to do, and is told so by its right.
                    return await epochs.Holds(connection, site) ? taken = await Take(connection, site, limit) : [];
                },
                cancellationToken
            );
        }
        catch
        {
            foreach (var work in doubtful.Concat(taken))
                _inDoubt.Enqueue(work);
            throw;
        }
    }

    public Task Finish(ClaimedWork work, NextStep step, HistoryEntry? entry, CancellationToken cancellationToken) =>
        database.Transact(
            // A claim that is no more was finished before: by a call whose commit was durable although it reported a fault.
            async connection =>
                await End(connection, work, step) && entry is not null ? await HistorySql.Append(connection, entry) : 0,
            cancellationToken
        );

    public Task Release(string site, CancellationToken cancellationToken) =>
        database.Transact(
            async connection =>
                await epochs.Holds(connection, site) ? await connection.Execute(InboxSql.Release, site, Now) : 0,
            cancellationToken
        );

    public async Task<DateTimeOffset?> NextDue(string site, CancellationToken cancellationToken)
    {
        var due = await database.All(InboxSql.NextDue, row => row.LongOrNull(0), cancellationToken, site);
        return due[0] is { } at ? UnixTime.Read(at) : null;
    }

    public async Task<long> Waiting(string site, Urgency urgency, CancellationToken cancellationToken) =>
        (await database.All(InboxSql.Waiting, row => row.GetInt64(0), cancellationToken, site, (short)urgency))[0];

    public async Task<InboxDepth> Depth(string site, CancellationToken cancellationToken) =>
        (
            await database.All(
                InboxSql.Depth,
                row => new InboxDepth(
                    row.GetInt64(0),
                    row.GetInt64(1),
                    row.GetInt64(2),
                    row.LongOrNull(3) is { } oldest ? UnixTime.Read(oldest) : null
                ),
                cancellationToken,
                site
            )
        )[0];

    public Task<IReadOnlyList<InboxRow>> Rows(string site, int limit, CancellationToken cancellationToken) =>
        database.All(
            InboxSql.Rows,
            row =>
            {
                var (claimed, pending) = (row.Request(1), row.Request(6));
                return new InboxRow(
                    row.GetInt64(0),
                    claimed is null ? pending!
                        : pending is null ? claimed
                        : claimed.Join(pending),
                    claimed is not null,
                    UnixTime.Read(row.GetInt64(11)),
                    row.GetInt32(12),
                    row.IsDBNull(13) ? null : (ParkReason)row.GetInt16(13),
                    row.GetString(14),
                    row.GetInt32(15)
                );
            },
            cancellationToken,
            site,
            (long)limit
        );

    public async Task<int> Retry(string site, long? contact, ParkReason? reason, CancellationToken cancellationToken)
    {
        // By the clock of whoever parked it.
        var latest = await database.All(InboxSql.LatestParked, row => row.LongOrNull(0), cancellationToken, site);
        var before = Math.Max(Now, latest[0] ?? 0);
        var all = 0;
        while (true)
        {
            var some = await database.Transact(
                async connection =>
                {
                    var rows = await connection.Execute(
                        InboxSql.Retry,
                        site,
                        Now,
                        before,
                        contact,
                        (short?)reason,
                        (long)RetryChunk
                    );
                    await connection.Execute(InboxSql.Notify, [new[] { site }]);
                    return rows;
                },
                cancellationToken
            );
            all += some;
            if (some < RetryChunk)
                return all;
        }
    }

    private long Now => UnixTime.Floor(time.GetUtcNow());

    private async Task<IReadOnlyList<ClaimedWork>> Take(NpgsqlConnection connection, string site, int limit)
    {
        await connection.Execute(InboxSql.BringBack, site, Now, (long)limit, UnixTime.LatestDue(Now));
        var picked = await connection.All(
            InboxSql.Pick,
            row => row.GetInt64(0),
            CancellationToken.None,
            site,
            Now,
            (long)limit
        );
        if (picked.Count == 0)
            return [];
        var taken = await connection.All(
            InboxSql.Claim,
            row =>
                (
                    Due: row.GetInt64(9),
                    Work: new ClaimedWork(
                        site,
                        row.GetInt64(0),
                        row.Request(1)!,
                        row.GetInt64(6),
                        row.GetInt32(7),
                        row.LongOrNull(8) is { } since ? UnixTime.Read(since) : null
                    )
                ),
            CancellationToken.None,
            site,
            picked.ToArray()
        );
        // An UPDATE returns its rows in no particular order.
        return
        [
            .. taken
                .OrderBy(t => t.Work.Request.Urgency)
                .ThenBy(t => t.Due)
                .ThenBy(t => t.Work.Contact)
                .Select(t => t.Work),
        ];
    }

    /// <summary>False when the row is not claimed, claimed anew, or another node's: then nothing is changed.</summary>
    private async Task<bool> End(NpgsqlConnection connection, ClaimedWork work, NextStep step)
    {
        var (site, contact, receipt) = (work.Site, work.Contact, work.Receipt);
        if (!await epochs.Holds(connection, site))
            return false;
        var rows = step switch
        {
            NextStep.Done => await connection.Execute(InboxSql.Remove, site, contact, receipt) is var removed and > 0
                ? removed
                : await connection.Execute(InboxSql.StartAfresh, site, contact, receipt, Now),
            NextStep.RetryAt retry => await PutBack(UnixTime.Ceiling(retry.When), spent: true, retry.Reason),
            NextStep.Wait wait => await PutBack(UnixTime.Ceiling(wait.Until), spent: false, wait.Reason),
            NextStep.Park park => await connection.Execute(
                InboxSql.Park,
                site,
                contact,
                receipt,
                Now,
                (short)park.Reason,
                park.Detail
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(step), step, message: null),
        };
        return rows > 0;

        Task<int> PutBack(long due, bool spent, string reason) =>
            connection.Execute(InboxSql.PutBack, site, contact, receipt, Now, due, spent, reason);
    }
}
