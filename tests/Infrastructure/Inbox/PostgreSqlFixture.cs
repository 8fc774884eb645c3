using CleanSync.Application.Ports;
using CleanSync.PostgreSql;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Infrastructure.Tests.Inbox;

/// <summary>A PostgreSQL store in a database of its own.</summary>
internal sealed class PostgreSqlFixture : IStoreFixture
{
    private long _epoch;

    private readonly ILogger _logger;

    private PostgreSqlFixture(ILogger logger)
    {
        _logger = logger;
        ConnectionString = PostgreSqlUnderTest.MakeDatabase();
        PostgreSql = OpenAnother();
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public PostgreSqlStore PostgreSql { get; private set; }

    public string ConnectionString { get; }

    public IInbox Inbox => PostgreSql.Inbox;

    public ILedger Ledger => PostgreSql.Ledger;

    public IHistory History => PostgreSql.History;

    public ISiteRecords Records => PostgreSql.Records;

    public IJobs Jobs => PostgreSql.Jobs;

    public PostgreSqlStore OpenAnother(string? connectionString = null) =>
        new(connectionString ?? ConnectionString, Time, _logger);

    /// <summary>Takes sites for a store.</summary>
    public async Task Take(PostgreSqlStore store, params string[] sites)
    {
        foreach (var site in sites)
        {
            await store.Database.Execute(
                "INSERT INTO cleansync.rights (name, epoch) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch",
                TestContext.Current.CancellationToken,
                Epochs.SiteName(site),
                ++_epoch
            );
            store.Epochs.Take(site, _epoch);
        }
    }

    public static async Task<IStoreFixture> Make() => await Make(NullLogger.Instance);

    public static async Task<PostgreSqlFixture> Make(ILogger logger)
    {
        var fixture = new PostgreSqlFixture(logger);
        await fixture.TakeAll();
        return fixture;
    }

    public Task Work(string site) => Take(PostgreSql, site);

    public async Task Reopen()
    {
        await PostgreSql.DisposeAsync();
        PostgreSql = OpenAnother();
        await TakeAll();
    }

    private Task TakeAll() => Take(PostgreSql, "shop", "other");

    public async ValueTask DisposeAsync()
    {
        await PostgreSql.DisposeAsync();
        PostgreSqlUnderTest.Drop(ConnectionString);
    }
}
