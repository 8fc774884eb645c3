namespace CleanSync.Infrastructure.Tests.Inbox;

public sealed class SqliteInboxTests : InboxContract
{
    protected override Task<IStoreFixture> MakeStore() => Task.FromResult<IStoreFixture>(new SqliteFixture());
}

public sealed class SqliteLedgerTests : LedgerContract
{
    protected override Task<IStoreFixture> MakeStore() => Task.FromResult<IStoreFixture>(new SqliteFixture());
}

public sealed class SqliteSiteRecordsTests : SiteRecordsContract
{
    protected override Task<IStoreFixture> MakeStore() => Task.FromResult<IStoreFixture>(new SqliteFixture());
}

public sealed class SqliteJobsTests : JobsContract
{
    protected override Task<IStoreFixture> MakeStore() => Task.FromResult<IStoreFixture>(new SqliteFixture());
}

public sealed class SqliteHistoryTests : HistoryContract
{
    protected override Task<IStoreFixture> MakeStore() => Task.FromResult<IStoreFixture>(new SqliteFixture());
}

public sealed class SqliteInboxModelTests : InboxModelContract
{
    protected override Task<IStoreFixture> MakeStore() => Task.FromResult<IStoreFixture>(new SqliteFixture());
}
