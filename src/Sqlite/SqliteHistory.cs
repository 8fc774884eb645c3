using System.Text.Json;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Sqlite;

/// <summary>The history in SQLite. Entries are written by <see cref="SqliteInbox.Finish"/>.</summary>
internal sealed class SqliteHistory(SqliteWriter writer, SqliteReader reader) : IHistory
{
    // Entries that one transaction removes.
    private const int PruneChunk = 1000;

    public Task<IReadOnlyList<HistoryEntry>> Latest(string site, int limit, CancellationToken cancellationToken) =>
        reader.All(
            HistorySql.Latest,
            row => new HistoryEntry(
                UnixTime.Read(row.GetInt64(0)),
                site,
                row.GetInt64(1),
                (SyncAction)row.GetInt32(2),
                row.GetString(3),
                row.TextOrNull(4) is { } warnings
                    ? JsonSerializer.Deserialize(warnings, SqliteJson.Default.StringArray)!
                    : [],
                TimeSpan.FromMicroseconds(row.GetInt64(5)),
                row.GetInt32(6),
                (Losses?)row.LongOrNull(7)
            ),
            cancellationToken,
            site,
            limit
        );

    public Task<IReadOnlyList<PlannedLosses>> Planned(
        string site,
        DateTimeOffset since,
        CancellationToken cancellationToken
    ) =>
        reader.All(
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
        writer.Write(
            session =>
                losses
                    .Kinds()
                    .Sum(kind => session.Execute(HistorySql.NoteLoss, site, contact, (int)kind, UnixTime.Floor(when))),
            cancellationToken
        );

    public async Task<int> Prune(DateTimeOffset olderThan, CancellationToken cancellationToken)
    {
        var before = UnixTime.Floor(olderThan);
        await writer.Write(session => session.Execute(HistorySql.PruneLosses, before), cancellationToken);
        var all = 0;
        while (true)
        {
            var some = await writer.Write(
                session => session.Execute(HistorySql.Prune, before, PruneChunk),
                cancellationToken
            );
            all += some;
            if (some < PruneChunk)
                return all;
        }
    }
}
