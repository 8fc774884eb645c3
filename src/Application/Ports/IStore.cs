namespace CleanSync.Application.Ports;

/// <summary>Everything that is kept, in one place, so that what belongs together is one transaction.</summary>
public interface IStore : IAsyncDisposable
{
    /// <summary>The contacts that need work.</summary>
    IInbox Inbox { get; }

    /// <summary>What is known for good.</summary>
    ILedger Ledger { get; }

    /// <summary>The outcomes of the last weeks.</summary>
    IHistory History { get; }

    /// <summary>What is kept of each site.</summary>
    ISiteRecords Records { get; }

    /// <summary>The runs through many contacts.</summary>
    IJobs Jobs { get; }

    /// <summary>Says what this process may work.</summary>
    IWorkerRole Role { get; }
}
