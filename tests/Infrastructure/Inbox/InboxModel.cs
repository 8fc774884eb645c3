using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Tests.Inbox;

/// <summary>The inbox of one site as the documentation of <see cref="IInbox"/> tells it, with nothing durable about it.</summary>
internal sealed class InboxModel(string site, TimeProvider time)
{
    private readonly SortedDictionary<long, Row> _rows = [];

    public List<ClaimedWork> Claims { get; } = [];

    private DateTimeOffset Now => time.GetUtcNow();

    public void Accept(long contact, SyncRequest request, long receipt)
    {
        if (!_rows.TryGetValue(contact, out var row))
            _rows[contact] = row = new Row { Due = Now };
        // What no webhook asked for brings nothing new to what waits.
        if (request.Urgency == Urgency.Webhook || row.Pending is null || row.Parked is not null)
            row.Receipt = receipt;
        if (row.Parked is not null)
            row.Revive(Now);
        row.Received = row.Pending is null ? Now : row.Received;
        row.Pending = row.Pending?.Join(request) ?? request;
        row.Webhooks++;
    }

    /// <param name="limit">The most rows.</param>
    /// <param name="claimed">What was claimed: it tells the receipts of retries, which nobody is told.</param>
    public List<ClaimedWork> Claim(int limit, IReadOnlyList<ClaimedWork> claimed)
    {
        var taken = new List<ClaimedWork>();
        foreach (
            var (contact, row) in Waiting()
                .Where(r => r.Value.Due <= Now)
                .OrderBy(r => r.Value.Pending!.Urgency)
                .ThenBy(r => r.Value.Due)
                .Take(limit)
        )
        {
            (row.Claimed, row.Pending) = (row.Pending, null);
            (row.ClaimedReceived, row.ClaimedWebhooks, row.Webhooks) = (row.Received, row.Webhooks, 0);
            row.Attempts++;
            row.Receipt ??= claimed.FirstOrDefault(work => work.Contact == contact)?.Receipt;
            taken.Add(new ClaimedWork(site, contact, row.Claimed!, row.Receipt ?? 0, row.Attempts, row.FailingSince));
        }
        Claims.AddRange(taken);
        return taken;
    }

    public void Finish(ClaimedWork work, NextStep step)
    {
        Claims.Remove(work);
        var row = _rows[work.Contact];
        var more = row.Pending is not null;
        switch (step)
        {
            case NextStep.Done when !more:
                _rows.Remove(work.Contact);
                break;
            case NextStep.Done:
                (row.Claimed, row.ClaimedWebhooks, row.Reason) = (null, 0, "");
                row.Revive(Now);
                break;
            case NextStep.RetryAt retry:
                row.PutBack(retry.When);
                (row.FailingSince, row.Reason) = (row.FailingSince ?? Now, retry.Reason);
                break;
            case NextStep.Wait wait:
                // Who need not wait keeps his place.
                row.PutBack(wait.Until <= Now && row.Due < wait.Until ? row.Due : wait.Until);
                (row.Attempts, row.Reason) = (row.Attempts - 1, wait.Reason);
                break;
            case NextStep.Park park:
                row.PutBack(Now);
                row.Reason = park.Detail;
                if (more)
                    row.Revive(Now);
                else
                    row.Parked = park.Reason;
                break;
        }
    }

    public void Release()
    {
        foreach (var row in _rows.Values.Where(r => r.Claimed is not null))
            row.PutBack(Now);
        Claims.Clear();
    }

    public int Retry()
    {
        var parked = _rows.Values.Where(r => r.Parked is not null).ToList();
        parked.ForEach(row =>
        {
            row.Revive(Now);
            row.Receipt = null;
        });
        return parked.Count;
    }

    public DateTimeOffset? NextDue() => Waiting().Select(r => (DateTimeOffset?)r.Value.Due).Min();

    public InboxDepth Depth() =>
        new(
            Waiting().Count(),
            _rows.Values.Count(r => r.Claimed is not null),
            _rows.Values.Count(r => r.Parked is not null),
            _rows
                .Values.Where(r => r.Parked is null && r.Pending is not null)
                .Select(r => (DateTimeOffset?)r.Received)
                .Min()
        );

    public List<InboxRow> Rows() =>
        [
            .. _rows
                .OrderBy(r => r.Value.Parked is null)
                .ThenBy(r => r.Value.Parked is null ? r.Value.Joined.Urgency : default)
                .ThenBy(r => r.Value.Due)
                .Select(r => new InboxRow(
                    r.Key,
                    r.Value.Joined,
                    r.Value.Claimed is not null,
                    r.Value.Due,
                    r.Value.Attempts,
                    r.Value.Parked,
                    r.Value.Reason,
                    r.Value.Webhooks + r.Value.ClaimedWebhooks
                )),
        ];

    private IEnumerable<KeyValuePair<long, Row>> Waiting() =>
        _rows.Where(r => r.Value is { Claimed: null, Parked: null });

    private sealed class Row
    {
        public SyncRequest? Pending { get; set; }
        public SyncRequest? Claimed { get; set; }
        public long? Receipt { get; set; }
        public DateTimeOffset Received { get; set; }
        public DateTimeOffset ClaimedReceived { get; set; }
        public int Webhooks { get; set; }
        public int ClaimedWebhooks { get; set; }
        public DateTimeOffset Due { get; set; }
        public int Attempts { get; set; }
        public DateTimeOffset? FailingSince { get; set; }
        public ParkReason? Parked { get; set; }
        public string Reason { get; set; } = "";

        public SyncRequest Joined =>
            Claimed is null ? Pending!
            : Pending is null ? Claimed
            : Claimed.Join(Pending);

        public void Revive(DateTimeOffset now) => (Parked, Due, Attempts, FailingSince) = (null, now, 0, null);

        public void PutBack(DateTimeOffset due)
        {
            (Pending, Claimed, Due, Received) = (Joined, null, due, ClaimedReceived);
            (Webhooks, ClaimedWebhooks) = (Webhooks + ClaimedWebhooks, 0);
        }
    }
}
