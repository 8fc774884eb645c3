using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.PostgreSql;

/// <summary>The history in PostgreSQL. Entries are written by <see cref="PostgreSqlInbox.Finish"/>.</summary>
internal sealed class PostgreSqlHistory(PostgreSqlDatabase database, Epochs epochs) : IHistory
{
    // Entries that one transaction removes.
    private const int PruneChunk = 1000;

    public Task<IReadOnlyList<HistoryEntry>> Latest(string site, int limit, CancellationToken cancellationToken) =>
        database.All(
            HistorySql.Latest,
            row => new HistoryEntry(
                UnixTime.Read(row.GetInt64(0)),
                site,
                row.GetInt64(1),
                (SyncAction)row.GetInt16(2),
                row.GetString(3),
                row.GetFieldValue<string[]>(4),
                TimeSpan.FromMicroseconds(row.GetInt64(5)),
                row.GetInt32(6),
                row.IsDBNull(7) ? null : (Losses)row.GetInt32(7)
            ),
            cancellationToken,
            site,
            (long)limit
        );

    public Task<IReadOnlyList<PlannedLosses>> Planned(
        string site,
        DateTimeOffset since,
        CancellationToken cancellationToken
    ) =>
        database.All(
            HistorySql.Planned,
            row => new PlannedLosses(row.GetInt64(0), UnixTime.Read(row.GetInt64(1)), (Losses)row.GetInt32(2)),
            cancellationToken,
            site,
            UnixTime.Floor(since)
        );

    public Task NoteLosses(
        string site,
        long contact,
        Losses losses,
        DateTimeOffset when,
        CancellationToken cancellationToken
    ) =>
        database.Transact(
            async connection =>
            {
                await epochs.Demand(connection, site);
                return await connection.Execute(
                    HistorySql.NoteLosses,
                    site,
                    contact,
                    losses.Kinds().Select(kind => (int)kind).ToArray(),
                    UnixTime.Floor(when)
                );
            },
            cancellationToken
        );

    public async Task<int> Prune(DateTimeOffset olderThan, CancellationToken cancellationToken)
    {
        var before = UnixTime.Floor(olderThan);
        await database.Execute(HistorySql.PruneLosses, cancellationToken, before);
        var all = 0;
        while (true)
        {
            var some = await database.Execute(HistorySql.Prune, cancellationToken, before, (long)PruneChunk);
            all += some;
            if (some < PruneChunk)
                return all;
        }
    }
}
