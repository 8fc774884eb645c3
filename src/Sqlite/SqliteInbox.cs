using System.Collections.Concurrent;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Sqlite;

/// <summary>The inbox in SQLite.</summary>
internal sealed class SqliteInbox(
    SqliteWriter writer,
    SqliteReader reader,
    SqliteWorkerLock workerLock,
    TimeProvider time
) : IInbox
{
    // Rows that one transaction makes due again.
    private const int RetryChunk = 1000;

    // Claims whose commit failed. A disk may report a fault and keep the commit all the same; nobody works such a row, so
    // the next claim puts it back.
    private readonly ConcurrentQueue<ClaimedWork> _inDoubt = new();

    public Task<long> Accept(string site, long contact, SyncRequest request, CancellationToken cancellationToken) =>
        InboxUnavailableException.Or(
            writer.Write(session => Store(session, site, contact, request), cancellationToken)
        );

    public Task Probe(CancellationToken cancellationToken) =>
        InboxUnavailableException.Or(
            writer.Write(session => session.Execute(InboxSql.Probe, session.Now), cancellationToken)
        );

    public Task AcceptAll(
        string site,
        IReadOnlyList<long> contacts,
        SyncRequest request,
        CancellationToken cancellationToken
    ) =>
        writer.Write(
            session =>
            {
                foreach (var contact in contacts)
                    Store(session, site, contact, request);
                return contacts.Count;
            },
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
        writer.Write(
            session =>
            {
                session.Execute(LedgerSql.HandOver, site, to, userId, from);
                session.Execute(LedgerSql.Unlink, site, from, to);
                return Store(session, site, to, request);
            },
            cancellationToken
        );

    public Task<IReadOnlyList<ClaimedWork>> Claim(string site, int limit, CancellationToken cancellationToken)
    {
        MustBeWorker();
        IReadOnlyList<ClaimedWork> taken = [];
        var doubtful = new List<ClaimedWork>();
        return writer.Write(
            session =>
            {
                while (_inDoubt.TryDequeue(out var work))
                    doubtful.Add(work);
                foreach (var work in doubtful)
                    End(session, work, new NextStep.Wait(time.GetUtcNow(), "the store failed"));
                return taken = Take(session, site, limit);
            },
            storeFailed: () =>
            {
                foreach (var work in doubtful.Concat(taken))
                    _inDoubt.Enqueue(work);
            },
            cancellationToken
        );
    }

    public Task Finish(ClaimedWork work, NextStep step, HistoryEntry? entry, CancellationToken cancellationToken) =>
        writer.Write(
            // A claim that is no more was finished before: by a call whose commit was durable although it reported a fault.
            session => End(session, work, step) && entry is not null ? HistorySql.Append(session, entry) : 0,
            cancellationToken
        );

    public Task Release(string site, CancellationToken cancellationToken)
    {
        MustBeWorker();
        return writer.Write(session => session.Execute(InboxSql.Release, site, session.Now), cancellationToken);
    }

    public async Task<DateTimeOffset?> NextDue(string site, CancellationToken cancellationToken)
    {
        var due = await reader.All(InboxSql.NextDue, row => row.LongOrNull(0), cancellationToken, site);
        return due[0] is { } at ? UnixTime.Read(at) : null;
    }

    public async Task<long> Waiting(string site, Urgency urgency, CancellationToken cancellationToken)
    {
        var counts = await reader.All(InboxSql.Waiting, row => row.GetInt64(0), cancellationToken, site, (int)urgency);
        return counts[0];
    }

    public async Task<InboxDepth> Depth(string site, CancellationToken cancellationToken)
    {
        var depths = await reader.All(
            InboxSql.Depth,
            row => new InboxDepth(
                row.GetInt64(0),
                row.GetInt64(1),
                row.GetInt64(2),
                row.GetInt64(3) == long.MaxValue ? null : UnixTime.Read(row.GetInt64(3))
            ),
            cancellationToken,
            site
        );
        return depths.Count == 0 ? new InboxDepth(0, 0, 0, null) : depths[0];
    }

    public Task<IReadOnlyList<InboxRow>> Rows(string site, int limit, CancellationToken cancellationToken) =>
        reader.All(
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
                    (ParkReason?)row.LongOrNull(13),
                    row.GetString(14),
                    row.GetInt32(15)
                );
            },
            cancellationToken,
            site,
            limit
        );

    public async Task<int> Retry(string site, long? contact, ParkReason? reason, CancellationToken cancellationToken)
    {
        // By the clock of whoever parked it.
        var latest = await reader.All(InboxSql.LatestParked, row => row.LongOrNull(0), cancellationToken, site);
        var before = Math.Max(UnixTime.Floor(time.GetUtcNow()), latest[0] ?? 0);
        var all = 0;
        while (true)
        {
            var some = await writer.Write(
                session =>
                    session.Execute(
                        InboxSql.Retry,
                        site,
                        session.Now,
                        before,
                        contact,
                        (int?)reason,
                        session.NextReceipt(),
                        RetryChunk
                    ),
                cancellationToken
            );
            all += some;
            if (some < RetryChunk)
                return all;
        }
    }

    private static long Store(SqliteSession session, string site, long contact, SyncRequest request)
    {
        var receipt = session.NextReceipt();
        if (Store(InboxSql.Accept) == 0)
            Store(InboxSql.AcceptInto);
        return receipt;

        int Store(Sql sql) =>
            session.Execute(
                sql,
                site,
                contact,
                (int)request.Action,
                request.Role,
                request.SendNotification,
                request.Action == SyncAction.Add ? request.Imported : null,
                (int)request.Urgency,
                receipt,
                session.Now
            );
    }

    private static IReadOnlyList<ClaimedWork> Take(SqliteSession session, string site, int limit)
    {
        var taken = new List<(long Due, ClaimedWork Work)>();
        session.Execute(InboxSql.BringBack, site, session.Now, limit, UnixTime.LatestDue(session.Now));
        using var row = session.Query(InboxSql.Claim, site, session.Now, limit);
        while (row.Read())
        {
            var since = row.LongOrNull(8);
            var work = new ClaimedWork(
                site,
                row.GetInt64(0),
                row.Request(1)!,
                row.GetInt64(6),
                row.GetInt32(7),
                since is null ? null : UnixTime.Read(since.Value)
            );
            taken.Add((row.GetInt64(9), work));
        }
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

    /// <summary>False when the row is not claimed, or claimed anew: then nothing is changed.</summary>
    private static bool End(SqliteSession session, ClaimedWork work, NextStep step)
    {
        var (site, contact, receipt, now) = (work.Site, work.Contact, work.Receipt, session.Now);
        var rows = step switch
        {
            NextStep.Done => session.Execute(InboxSql.Remove, site, contact, receipt) is var removed and > 0
                ? removed
                : session.Execute(InboxSql.StartAfresh, site, contact, receipt, now),
            NextStep.RetryAt retry => PutBack(UnixTime.Ceiling(retry.When), spent: true, retry.Reason),
            NextStep.Wait wait => PutBack(UnixTime.Ceiling(wait.Until), spent: false, wait.Reason),
            NextStep.Park park => session.Execute(
                InboxSql.Park,
                site,
                contact,
                receipt,
                now,
                (int)park.Reason,
                park.Detail
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(step), step, message: null),
        };
        return rows > 0;

        int PutBack(long due, bool spent, string reason) =>
            session.Execute(InboxSql.PutBack, site, contact, receipt, now, due, spent, reason);
    }

    private void MustBeWorker()
    {
        if (!workerLock.IsHeld)
            throw new InvalidOperationException("Only the holder of the worker lock may release and claim.");
    }
}
