using System.Text.Json;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using Microsoft.Data.Sqlite;

namespace CleanSync.Sqlite;

/// <summary>The ledger in SQLite.</summary>
internal sealed class SqliteLedger(SqliteWriter writer, SqliteReader reader) : ILedger
{
    public async Task<LedgerEntry> Find(string site, long contact, CancellationToken cancellationToken)
    {
        var found = await reader.All(LedgerSql.Find, row => Read(row, site, contact), cancellationToken, site, contact);
        return found.Count == 0 ? new LedgerEntry(site, contact) : found[0];
    }

    public Task<IReadOnlyList<LedgerEntry>> FindAll(
        string site,
        IReadOnlyList<long> contacts,
        CancellationToken cancellationToken
    ) =>
        reader.All(
            LedgerSql.FindAll,
            row => Read(row, site, row.GetInt64(17)),
            cancellationToken,
            site,
            JsonSerializer.Serialize(contacts, SqliteJson.Default.IReadOnlyListInt64)
        );

    public Task<IReadOnlyList<long>> Linked(string site, long after, int limit, CancellationToken cancellationToken) =>
        reader.All(LedgerSql.Linked, row => row.GetInt64(0), cancellationToken, site, after, limit);

    public async Task<long> CountLinked(string site, CancellationToken cancellationToken) =>
        (await reader.All(LedgerSql.CountLinked, row => row.GetInt64(0), cancellationToken, site))[0];

    public Task<IReadOnlyList<long>> LinkedContacts(string site, long userId, CancellationToken cancellationToken) =>
        reader.All(LedgerSql.LinkedContacts, row => row.GetInt64(0), cancellationToken, site, userId);

    public Task<IReadOnlyList<LedgerEntry>> PasswordsReturned(
        string site,
        long after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        reader.All(
            LedgerSql.PasswordsReturned,
            row => Read(row, site, row.GetInt64(17)),
            cancellationToken,
            site,
            after,
            limit
        );

    public Task Save(LedgerEntry entry, CancellationToken cancellationToken) =>
        writer.Write(session => Write(session, entry), cancellationToken);

    public Task SaveLinkedAnew(LedgerEntry entry, IReadOnlyList<long> gone, CancellationToken cancellationToken) =>
        writer.Write(
            session =>
            {
                if (entry.UserId is { } user)
                    session.Execute(LedgerSql.UnlinkOthers, entry.Site, user, entry.Contact);
                foreach (var one in gone)
                    session.Execute(LedgerSql.NoteMerged, entry.Site, one, entry.Contact);
                return Write(session, entry);
            },
            cancellationToken
        );

    private static int Write(SqliteSession session, LedgerEntry entry)
    {
        var intent = entry.Intent;
        return session.Execute(
            LedgerSql.Save,
            entry.Site,
            entry.Contact,
            entry.UserId,
            entry.AppliedUpdate?.ToUniversalTime(),
            entry.ReadAt?.ToUniversalTime(),
            entry.LaggingReads,
            (int)entry.PasswordReturn,
            (int)entry.WelcomeMail,
            intent?.Token,
            intent?.Login,
            intent?.Email,
            intent?.SiteDate.ToUniversalTime(),
            intent?.SentAt.ToUniversalTime(),
            intent?.Answered,
            intent?.Generated,
            entry.PasswordAppliedAt?.ToUniversalTime(),
            entry.IsGone,
            (int)entry.Discarded,
            entry.MergedInto
        );
    }

    private static LedgerEntry Read(SqliteDataReader row, string site, long contact) =>
        new(site, contact)
        {
            UserId = row.LongOrNull(0),
            AppliedUpdate = row.TimeOrNull(1),
            ReadAt = row.TimeOrNull(2),
            LaggingReads = row.GetInt32(3),
            PasswordReturn = (PasswordReturn)row.GetInt32(4),
            WelcomeMail = (WelcomeMailState)row.GetInt32(5),
            Intent = row.IsDBNull(6)
                ? null
                : new CreationIntent(
                    row.GetString(6),
                    row.GetString(7),
                    row.GetString(8),
                    row.GetDateTimeOffset(9),
                    row.GetDateTimeOffset(10),
                    row.GetBoolean(11),
                    row.GetBoolean(12)
                ),
            PasswordAppliedAt = row.TimeOrNull(13),
            IsGone = row.GetBoolean(14),
            Discarded = (Losses)row.GetInt32(15),
            MergedInto = row.LongOrNull(16),
        };
}
