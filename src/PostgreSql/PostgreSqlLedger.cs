using CleanSync.Application.Ports;
using CleanSync.Domain;
using Npgsql;

namespace CleanSync.PostgreSql;

/// <summary>The ledger in PostgreSQL. Only the node that works the account writes it.</summary>
internal sealed class PostgreSqlLedger(PostgreSqlDatabase database, Epochs epochs) : ILedger
{
    public async Task<LedgerEntry> Find(string site, long contact, CancellationToken cancellationToken)
    {
        var found = await database.All(
            LedgerSql.Find,
            row => Read(row, site, contact),
            cancellationToken,
            site,
            contact
        );
        return found.Count == 0 ? new LedgerEntry(site, contact) : found[0];
    }

    public Task<IReadOnlyList<LedgerEntry>> FindAll(
        string site,
        IReadOnlyList<long> contacts,
        CancellationToken cancellationToken
    ) =>
        database.All(
            LedgerSql.FindAll,
            row => Read(row, site, row.GetInt64(17)),
            cancellationToken,
            site,
            contacts.ToArray()
        );

    public Task<IReadOnlyList<long>> Linked(string site, long after, int limit, CancellationToken cancellationToken) =>
        database.All(LedgerSql.Linked, row => row.GetInt64(0), cancellationToken, site, after, (long)limit);

    public async Task<long> CountLinked(string site, CancellationToken cancellationToken) =>
        (await database.All(LedgerSql.CountLinked, row => row.GetInt64(0), cancellationToken, site))[0];

    public Task<IReadOnlyList<long>> LinkedContacts(string site, long userId, CancellationToken cancellationToken) =>
        database.All(LedgerSql.LinkedContacts, row => row.GetInt64(0), cancellationToken, site, userId);

    public Task<IReadOnlyList<LedgerEntry>> PasswordsReturned(
        string site,
        long after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.All(
            LedgerSql.PasswordsReturned,
            row => Read(row, site, row.GetInt64(17)),
            cancellationToken,
            site,
            after,
            (long)limit
        );

    public Task Save(LedgerEntry entry, CancellationToken cancellationToken) =>
        database.Transact(
            async connection =>
            {
                await epochs.Demand(connection, entry.Site);
                return await Write(connection, entry);
            },
            cancellationToken
        );

    public Task SaveLinkedAnew(LedgerEntry entry, IReadOnlyList<long> gone, CancellationToken cancellationToken) =>
        database.Transact(
            async connection =>
            {
                await epochs.Demand(connection, entry.Site);
                if (entry.UserId is { } user)
                    await connection.Execute(LedgerSql.UnlinkOthers, entry.Site, entry.Contact, user);
                foreach (var one in gone)
                    await connection.Execute(LedgerSql.NoteMerged, entry.Site, entry.Contact, one);
                return await Write(connection, entry);
            },
            cancellationToken
        );

    private static Task<int> Write(NpgsqlConnection connection, LedgerEntry entry)
    {
        var intent = entry.Intent;
        return connection.Execute(
            LedgerSql.Save,
            entry.Site,
            entry.Contact,
            entry.UserId,
            entry.AppliedUpdate?.UtcTicks,
            entry.ReadAt?.UtcTicks,
            entry.LaggingReads,
            (short)entry.PasswordReturn,
            (short)entry.WelcomeMail,
            intent?.Token,
            intent?.Login,
            intent?.Email,
            intent?.SiteDate.UtcTicks,
            intent?.SentAt.UtcTicks,
            intent?.Answered,
            intent?.Generated,
            entry.PasswordAppliedAt?.UtcTicks,
            entry.IsGone,
            (int)entry.Discarded,
            entry.MergedInto
        );
    }

    private static LedgerEntry Read(NpgsqlDataReader row, string site, long contact) =>
        new(site, contact)
        {
            UserId = row.LongOrNull(0),
            AppliedUpdate = row.TimeOrNull(1),
            ReadAt = row.TimeOrNull(2),
            LaggingReads = row.GetInt32(3),
            PasswordReturn = (PasswordReturn)row.GetInt16(4),
            WelcomeMail = (WelcomeMailState)row.GetInt16(5),
            Intent = row.IsDBNull(6)
                ? null
                : new CreationIntent(
                    row.GetString(6),
                    row.GetString(7),
                    row.GetString(8),
                    row.Time(9),
                    row.Time(10),
                    row.GetBoolean(11),
                    row.GetBoolean(12)
                ),
            PasswordAppliedAt = row.TimeOrNull(13),
            IsGone = row.GetBoolean(14),
            Discarded = (Losses)row.GetInt32(15),
            MergedInto = row.LongOrNull(16),
        };
}
