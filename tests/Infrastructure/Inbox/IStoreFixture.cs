using CleanSync.Application.Ports;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Infrastructure.Tests.Inbox;

/// <summary>A store of any kind, empty at first, with a clock that stands still.</summary>
public interface IStoreFixture : IAsyncDisposable
{
    FakeTimeProvider Time { get; }

    IInbox Inbox { get; }

    ILedger Ledger { get; }

    IHistory History { get; }

    ISiteRecords Records { get; }

    IJobs Jobs { get; }

    /// <summary>Lets the process work one more site.</summary>
    Task Work(string site);

    /// <summary>Ends the process, as far as the store can tell, and starts another on the same data.</summary>
    Task Reopen();
}

/// <summary>What the contract suites have in common.</summary>
public abstract class StoreContract : IAsyncLifetime
{
    protected const string Site = "shop";

    protected IStoreFixture Store { get; private set; } = null!; // until it is made, or when it cannot be

    protected IInbox Inbox => Store.Inbox;

    protected ISiteRecords Records => Store.Records;

    protected IJobs Jobs => Store.Jobs;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected DateTimeOffset Now => Store.Time.GetUtcNow();

    public async ValueTask InitializeAsync() => Store = await MakeStore();

    public ValueTask DisposeAsync() => Store?.DisposeAsync() ?? ValueTask.CompletedTask;

    protected abstract Task<IStoreFixture> MakeStore();

    protected void Pass(TimeSpan time) => Store.Time.Advance(time);
}
