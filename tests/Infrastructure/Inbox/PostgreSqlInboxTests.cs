namespace CleanSync.Infrastructure.Tests.Inbox;

public sealed class PostgreSqlInboxTests : InboxContract
{
    protected override Task<IStoreFixture> MakeStore() => PostgreSqlFixture.Make();
}

public sealed class PostgreSqlLedgerTests : LedgerContract
{
    protected override Task<IStoreFixture> MakeStore() => PostgreSqlFixture.Make();
}

public sealed class PostgreSqlSiteRecordsTests : SiteRecordsContract
{
    protected override Task<IStoreFixture> MakeStore() => PostgreSqlFixture.Make();
}

public sealed class PostgreSqlJobsTests : JobsContract
{
    protected override Task<IStoreFixture> MakeStore() => PostgreSqlFixture.Make();
}

public sealed class PostgreSqlHistoryTests : HistoryContract
{
    protected override Task<IStoreFixture> MakeStore() => PostgreSqlFixture.Make();
}

public sealed class PostgreSqlInboxModelTests : InboxModelContract
{
    protected override Task<IStoreFixture> MakeStore() => PostgreSqlFixture.Make();
}
