namespace CleanSync.Infrastructure.Tests.Inbox;

public sealed class SqliteInboxTests : InboxContract
{
    protected override IStoreFixture MakeStore() => new SqliteFixture();
}

public sealed class SqliteLedgerTests : LedgerContract
{
    protected override IStoreFixture MakeStore() => new SqliteFixture();
}

public sealed class SqliteSiteRecordsTests : SiteRecordsContract
{
    protected override IStoreFixture MakeStore() => new SqliteFixture();
}

public sealed class SqliteJobsTests : JobsContract
{
    protected override IStoreFixture MakeStore() => new SqliteFixture();
}

public sealed class SqliteHistoryTests : HistoryContract
{
    protected override IStoreFixture MakeStore() => new SqliteFixture();
}
