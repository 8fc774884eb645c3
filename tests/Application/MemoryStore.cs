using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Tests;

/// <summary>Inbox, ledger, history, records and jobs in memory, by the words of their contracts.</summary>
internal sealed class MemoryStore(World world) : IInbox, ILedger, IHistory, ISiteRecords, IJobs
{
    private readonly Dictionary<(string, long), Row> _rows = [];
    private readonly Dictionary<(string, long), LedgerEntry> _ledger = [];
    private readonly Dictionary<string, SiteRecord> _records = [];
    private readonly Dictionary<(string Site, long Contact, Losses Loss), DateTimeOffset> _losses = [];
    private readonly Dictionary<(string, JobKind), Job> _jobs = [];
    private long _receipt;

    public List<HistoryEntry> Entries { get; } = [];

    /// <summary>Claims that got something.</summary>
    public int Claims { get; private set; }

    public Queue<Exception> FinishFaults { get; } = [];
    public Queue<Exception> ReleaseFaults { get; } = [];

    public LedgerEntry Entry(long contact) =>
        _ledger.GetValueOrDefault((World.SiteName, contact)) ?? new(World.SiteName, contact);

    public Row? RowOf(long contact) => _rows.GetValueOrDefault((World.SiteName, contact));

    public Task Probe(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<long> Accept(string site, long contact, SyncRequest request, CancellationToken cancellationToken)
    {
        lock (_rows)
        {
            if (!_rows.TryGetValue((site, contact), out var row))
                _rows[(site, contact)] = row = new Row { Due = world.Time.GetUtcNow() };
            if (request.Urgency == Urgency.Webhook || row.Pending is null || row.Parked is not null)
                row.Receipt = ++_receipt;
            row.Pending = row.Pending?.Join(request) ?? request;
            if (row.Parked is not null)
                (row.Parked, row.Attempts, row.FailingSince, row.Due) = (null, 0, null, world.Time.GetUtcNow());
            return Task.FromResult(row.Receipt);
        }
    }

    public async Task AcceptAll(
        string site,
        IReadOnlyList<long> contacts,
        SyncRequest request,
        CancellationToken cancellationToken
    )
    {
        foreach (var contact in contacts)
            await Accept(site, contact, request, cancellationToken);
    }

    public async Task AcceptMerged(
        string site,
        long from,
        long to,
        long userId,
        SyncRequest request,
        CancellationToken cancellationToken
    )
    {
        lock (_ledger)
        {
            var (gone, survivor) = (Entry(from), Entry(to));
            var owed = gone.UserId == userId ? gone : new(site, from);
            var owesNothing =
                survivor is { PasswordReturn: PasswordReturn.NotDue, WelcomeMail: WelcomeMailState.NotDue };
            if (survivor.UserId is null || (survivor.UserId == userId && owesNothing))
                _ledger[(site, to)] = survivor with
                {
                    UserId = userId,
                    PasswordReturn = owed.PasswordReturn,
                    PasswordAppliedAt = survivor.UserId is null
                        ? owed.PasswordAppliedAt
                        : survivor.PasswordAppliedAt ?? owed.PasswordAppliedAt,
                    WelcomeMail = owed.WelcomeMail,
                };
            _ledger[(site, from)] = LetGo(gone, to);
        }
        await Accept(site, to, request, cancellationToken);
    }

    public Task<IReadOnlyList<ClaimedWork>> Claim(string site, int limit, CancellationToken cancellationToken)
    {
        lock (_rows)
        {
            var due = _rows
                .Where(row => row.Key.Item1 == site && row.Value is { Parked: null, Claimed: null, Pending: not null })
                .Where(row => row.Value.Due <= world.Time.GetUtcNow())
                .OrderBy(row => row.Value.Pending!.Urgency)
                .ThenBy(row => row.Value.Due)
                .Take(limit)
                .ToList();
            Claims += due.Count > 0 ? 1 : 0;
            foreach (var (_, row) in due)
                (row.Claimed, row.Pending, row.Attempts) = (row.Pending, null, row.Attempts + 1);
            return Task.FromResult<IReadOnlyList<ClaimedWork>>([
                .. due.Select(row => new ClaimedWork(
                    site,
                    row.Key.Item2,
                    row.Value.Claimed!,
                    row.Value.Receipt,
                    row.Value.Attempts,
                    row.Value.FailingSince
                )),
            ]);
        }
    }

    public Task Finish(ClaimedWork work, NextStep step, HistoryEntry? entry, CancellationToken cancellationToken)
    {
        lock (_rows)
        {
            if (FinishFaults.TryDequeue(out var fault))
                throw fault;
            var row = _rows[(work.Site, work.Contact)];
            var (claimed, arrived) = (row.Claimed!, row.Pending is not null);
            row.Claimed = null;
            if (entry is { Settled: var settled })
                Settle(work.Site, work.Contact, settled);
            if (step is not NextStep.Done)
                row.Pending = row.Pending is null ? claimed : claimed.Join(row.Pending);
            switch (step)
            {
                case NextStep.Done when arrived:
                case NextStep.Park when arrived:
                    (row.Attempts, row.FailingSince, row.Due) = (0, null, world.Time.GetUtcNow());
                    break;
                case NextStep.Done:
                    _rows.Remove((work.Site, work.Contact));
                    break;
                case NextStep.Park park:
                    row.Parked = park.Reason;
                    break;
                case NextStep.RetryAt retry:
                    (row.Due, row.FailingSince) = (retry.When, row.FailingSince ?? world.Time.GetUtcNow());
                    break;
                case NextStep.Wait wait:
                    // Who need not wait keeps his place.
                    if (wait.Until > world.Time.GetUtcNow() || wait.Until < row.Due)
                        row.Due = wait.Until;
                    row.Attempts--;
                    break;
            }
            if (entry is not null)
                Entries.Add(entry);
            return Task.CompletedTask;
        }
    }

    public Task Release(string site, CancellationToken cancellationToken)
    {
        if (ReleaseFaults.TryDequeue(out var fault))
            throw fault;
        foreach (var row in _rows.Values.Where(row => row.Claimed is not null))
            (row.Pending, row.Claimed) = (row.Pending is null ? row.Claimed : row.Claimed!.Join(row.Pending), null);
        return Task.CompletedTask;
    }

    public Task<DateTimeOffset?> NextDue(string site, CancellationToken cancellationToken)
    {
        lock (_rows)
            return Task.FromResult(Due());
    }

    private DateTimeOffset? Due()
    {
        var waiting = _rows.Values.Where(row => row is { Parked: null, Claimed: null }).ToList();
        return waiting.Count == 0 ? null : waiting.Min(row => row.Due);
    }

    public Task<long> Waiting(string site, Urgency urgency, CancellationToken cancellationToken)
    {
        lock (_rows)
            return Task.FromResult<long>(
                _rows.Values.Count(row => row is { Parked: null, Claimed: null } && row.Pending!.Urgency == urgency)
            );
    }

    public Task<InboxDepth> Depth(string site, CancellationToken cancellationToken) =>
        Task.FromResult(new InboxDepth(_rows.Count, 0, _rows.Values.Count(row => row.Parked is not null), null));

    public Task<IReadOnlyList<InboxRow>> Rows(string site, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<InboxRow>>([]);

    public Task<int> Retry(string site, long? contact, ParkReason? reason, CancellationToken cancellationToken)
    {
        var rows = _rows
            .Where(row => row.Key.Item1 == site && row.Key.Item2 == (contact ?? row.Key.Item2))
            .Select(row => row.Value)
            .Where(row => row.Parked is { } parked && parked == (reason ?? parked))
            .ToList();
        foreach (var row in rows)
            (row.Parked, row.Attempts, row.FailingSince, row.Due, row.Receipt) = (
                null,
                0,
                null,
                world.Time.GetUtcNow(),
                ++_receipt
            );
        return Task.FromResult(rows.Count);
    }

    /// <summary>Settles what an outcome tells the end of.</summary>
    public void Settle(string site, long contact, Settled settled)
    {
        lock (_ledger)
            if (_ledger.TryGetValue((site, contact), out var entry))
                _ledger[(site, contact)] = entry.With(settled);
    }

    public async Task<LedgerEntry> Find(string site, long contact, CancellationToken cancellationToken)
    {
        await Task.Yield();
        LedgerEntry entry;
        lock (_ledger)
            entry = Entry(contact);
        if (AfterFind is { } after)
            await after(entry);
        return entry;
    }

    public Task<IReadOnlyList<LedgerEntry>> FindAll(
        string site,
        IReadOnlyList<long> contacts,
        CancellationToken cancellationToken
    )
    {
        lock (_ledger)
            return Task.FromResult<IReadOnlyList<LedgerEntry>>([
                .. _ledger.Values.Where(entry => entry.Site == site && contacts.Contains(entry.Contact)),
            ]);
    }

    public Task<IReadOnlyList<long>> Linked(string site, long after, int limit, CancellationToken cancellationToken)
    {
        lock (_ledger)
            return Task.FromResult<IReadOnlyList<long>>([
                .. _ledger
                    .Values.Where(entry => entry.Site == site && entry.UserId is not null && entry.Contact > after)
                    .Select(entry => entry.Contact)
                    .Order()
                    .Take(limit),
            ]);
    }

    public async Task<long> CountLinked(string site, CancellationToken cancellationToken) =>
        (await Linked(site, 0, int.MaxValue, cancellationToken)).Count;

    public Task<IReadOnlyList<long>> LinkedContacts(string site, long userId, CancellationToken cancellationToken)
    {
        lock (_ledger)
            return Task.FromResult<IReadOnlyList<long>>([
                .. _ledger.Values.Where(entry => entry.UserId == userId).Select(entry => entry.Contact),
            ]);
    }

    public Task<IReadOnlyList<LedgerEntry>> PasswordsReturned(
        string site,
        long after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        lock (_ledger)
            return Task.FromResult<IReadOnlyList<LedgerEntry>>([
                .. _ledger
                    .Values.Where(entry => entry.Site == site && entry.Contact > after)
                    .Where(entry => entry.PasswordReturn == PasswordReturn.Returned)
                    .OrderBy(entry => entry.Contact)
                    .Take(limit),
            ]);
    }

    public async Task Save(LedgerEntry entry, CancellationToken cancellationToken)
    {
        await Task.Yield();
        world.Step();
        lock (_ledger)
            _ledger[(entry.Site, entry.Contact)] = entry;
        world.Step();
    }

    public async Task SaveLinkedAnew(LedgerEntry entry, IReadOnlyList<long> gone, CancellationToken cancellationToken)
    {
        foreach (var other in await LinkedContacts(entry.Site, entry.UserId!.Value, cancellationToken))
            if (other != entry.Contact)
                lock (_ledger)
                    _ledger[(entry.Site, other)] = LetGo(Entry(other), entry.Contact);
        lock (_ledger)
            foreach (var one in gone)
                _ledger[(entry.Site, one)] = Entry(one) with { MergedInto = entry.Contact };
        await Save(entry, cancellationToken);
    }

    private static LedgerEntry LetGo(LedgerEntry entry, long survivor) =>
        entry with
        {
            UserId = null,
            MergedInto = survivor,
            PasswordReturn = PasswordReturn.NotDue,
            PasswordAppliedAt = null,
            WelcomeMail = WelcomeMailState.NotDue,
        };

    public Task<IReadOnlyList<HistoryEntry>> Latest(string site, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<HistoryEntry>>(Entries);

    public Task<IReadOnlyList<PlannedLosses>> Planned(
        string site,
        DateTimeOffset since,
        CancellationToken cancellationToken
    )
    {
        lock (_rows)
            return Task.FromResult<IReadOnlyList<PlannedLosses>>([
                .. Entries
                    .Where(entry => entry.Site == site && entry.When >= since && entry.Losses is not null)
                    .GroupBy(entry => entry.Contact)
                    .Select(of => new PlannedLosses(of.Key, of.Max(entry => entry.When), Losses.None))
                    .Concat(
                        _losses
                            .Where(noted => noted.Key.Site == site && noted.Value >= since)
                            .Select(noted => new PlannedLosses(noted.Key.Contact, noted.Value, noted.Key.Loss))
                    )
                    .OrderBy(planned => planned.When),
            ]);
    }

    public Task NoteLosses(
        string site,
        long contact,
        Losses losses,
        DateTimeOffset when,
        CancellationToken cancellationToken
    )
    {
        lock (_rows)
            foreach (var kind in losses.Kinds())
                _losses[(site, contact, kind)] = when;
        return Task.CompletedTask;
    }

    public Task<int> Prune(DateTimeOffset olderThan, CancellationToken cancellationToken) => Task.FromResult(0);

    Task<SiteRecord> ISiteRecords.Find(string site, CancellationToken cancellationToken) =>
        Task.FromResult(RecordOf(site));

    public Task WebhookArrived(string site, DateTimeOffset when, CancellationToken cancellationToken) =>
        Write(site, record => record with { LastWebhook = when });

    public Task CaughtUp(string site, DateTimeOffset watermark, CancellationToken cancellationToken) =>
        Write(site, record => record with { Watermark = watermark });

    public Task Held(string site, SiteHold? hold, CancellationToken cancellationToken) =>
        Write(site, record => record with { Hold = hold });

    public Task Pause(string site, SitePause pause, CancellationToken cancellationToken) =>
        Write(
            site,
            record =>
                record with
                {
                    Pause = (record.Pause ?? pause) with
                    {
                        Because = record.Pause is { Because.Length: > 0 } before ? before.Because : pause.Because,
                        Stopped = pause.Stopped | (record.Pause?.Stopped ?? Losses.None),
                    },
                }
        );

    /// <summary>What happens just after a ledger entry was read.</summary>
    public Func<LedgerEntry, Task>? AfterFind { get; set; }

    /// <summary>What happens just before a site is resumed.</summary>
    public Func<Task>? BeforeResume { get; set; }

    public async Task<SitePause?> Resume(string site, bool? letThrough, CancellationToken cancellationToken)
    {
        if (BeforeResume is { } before)
            await before();
        var pause = RecordOf(site).Pause;
        if (pause is { Stopped: not Losses.None } && letThrough is null)
            return pause;
        var decided = (pause?.Stopped ?? Losses.None)
            .Kinds()
            .Select(loss => new GuardVerdict(loss, letThrough == true, _receipt, world.Time.GetUtcNow()))
            .ToList();
        await Write(
            site,
            record =>
                record with
                {
                    Pause = null,
                    Verdicts =
                    [
                        .. decided
                            .Concat(record.Verdicts)
                            .DistinctBy(verdict => verdict.Loss)
                            .OrderBy(verdict => verdict.Loss),
                    ],
                }
        );
        return pause;
    }

    /// <summary>What is kept of a site.</summary>
    public SiteRecord RecordOf(string site) => _records.GetValueOrDefault(site) ?? new SiteRecord(site);

    private Task Write(string site, Func<SiteRecord, SiteRecord> change)
    {
        lock (_rows)
            _records[site] = change(RecordOf(site));
        return Task.CompletedTask;
    }

    public Task<bool> Start(Job job, CancellationToken cancellationToken)
    {
        if (_jobs.GetValueOrDefault((job.Site, job.Kind)) is { State: JobState.Running })
            return Task.FromResult(false);
        _jobs[(job.Site, job.Kind)] = job;
        return Task.FromResult(true);
    }

    Task<Job?> IJobs.Find(string site, JobKind kind, CancellationToken cancellationToken) =>
        Task.FromResult(_jobs.GetValueOrDefault((site, kind)));

    Task<bool> IJobs.Save(Job job, CancellationToken cancellationToken)
    {
        var known = _jobs.GetValueOrDefault((job.Site, job.Kind));
        if (known is not { State: JobState.Running } || known.Started != job.Started)
            return Task.FromResult(false);
        _jobs[(job.Site, job.Kind)] = job;
        return Task.FromResult(true);
    }

    public Task<bool> Cancel(string site, JobKind kind, CancellationToken cancellationToken)
    {
        if (_jobs.GetValueOrDefault((site, kind)) is not { State: JobState.Running } job)
            return Task.FromResult(false);
        _jobs[(site, kind)] = job with { State = JobState.Cancelled, Ended = world.Time.GetUtcNow() };
        return Task.FromResult(true);
    }

    internal sealed class Row
    {
        public SyncRequest? Pending;
        public SyncRequest? Claimed;
        public long Receipt;
        public int Attempts;
        public DateTimeOffset Due;
        public DateTimeOffset? FailingSince;
        public ParkReason? Parked;
    }
}
