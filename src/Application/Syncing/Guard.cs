using System.Collections.Concurrent;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using Microsoft.Extensions.Logging;

namespace CleanSync.Application.Syncing;

/// <summary>
/// Looks at each plan before it is carried out, and stops a site when too many users would lose the same thing within an hour (SPEC 2.7):
/// the account may be broken, or somebody's mass edit a mistake. Imports are not looked at. What a person decided about a stopped loss
/// holds for every request that was accepted before he decided, and what he discarded is not asked for again by a catch-up or a sweep while the
/// contact does not change:
/// <code>
/// verdict of that kind         stopped already, or too many    what becomes of the plan
/// let through                  -                               carried out, not counted
/// discarded                    -                               skip(discarded)
/// none, no webhook asked,      -                               skip(discarded)
///   nothing changed since
///   it was discarded
/// none                         no                              noted, and carried out
/// none                         yes                             it waits, and the site is paused
/// </code>
/// A contact that is gone is lost once: found gone again, nothing more is taken from its user.
/// </summary>
internal sealed partial class Guard(ISiteRecords records, IHistory history, TimeProvider time, ILogger<Guard> logger)
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);
    private static readonly TimeSpan Together = TimeSpan.FromMinutes(1);
    private static readonly SiteRecord Nothing = new("");

    private readonly ConcurrentDictionary<string, Lazy<Task<Counts>>> _sites = new(StringComparer.Ordinal);

    /// <summary>Forgets what was counted: another process may have worked the site since. It is counted anew from what is stored.</summary>
    public void Forget(string site) => _sites.TryRemove(site, out _);

    /// <param name="decision">The decision, before the site's policy.</param>
    /// <param name="receipt">The latest receipt that the work covers.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="SitePausedException">The plan waits until a person resumes the site.</exception>
    public async Task<Decision> Judge(Decision decision, long receipt, CancellationToken cancellationToken)
    {
        var (site, entry) = (decision.Site, decision.Entry);
        var contactGone = decision.Seen is null;
        if (
            decision.Request.Imported
            || site.Rules.DryRun
            || GuardRules.Of(decision.Plan, contactGone, decision.Linked is not null) is not { } losses
        )
            return decision;

        if (contactGone && entry.IsGone)
            losses &= ~Losses.ContactGone;
        var counts = await CountsOf(site.Name, cancellationToken);
        var record = losses == Losses.None ? Nothing : await records.Find(site.Name, cancellationToken);
        var holding = record
            .Verdicts.Where(verdict => receipt <= verdict.UpTo && losses.HasFlag(verdict.Loss))
            .ToList();
        var discarded = holding
            .Where(verdict => !verdict.LetThrough)
            .Aggregate(
                IsUnchanged(decision) ? losses & entry.Discarded : Losses.None,
                (all, verdict) => all | verdict.Loss
            );
        if (discarded != Losses.None)
            return decision with
            {
                Plan = new UserPlan.Skip(SkipReason.Discarded, []),
                Losses = Losses.None,
                Discarded = discarded,
            };
        var counted = losses & ~holding.Aggregate(Losses.None, (all, verdict) => all | verdict.Loss);
        if (counted != losses && counted == Losses.None)
            return decision;

        var (now, stopped) = (time.GetUtcNow(), counted & (record.Pause?.Stopped ?? Losses.None));
        if (stopped == Losses.None)
            stopped = counts.Add(entry.Contact, counted, record.Verdicts, site.Rules.Guard, now);
        if (stopped == Losses.None)
        {
            // Before it is taken: whatever becomes of this process, it is counted.
            if (counted != Losses.None)
                await history.NoteLosses(site.Name, entry.Contact, counted, now, cancellationToken);
            return decision with { Losses = counted };
        }

        // The rest of the batch comes here too.
        if (record.Pause is not { } pause || (pause.Stopped & stopped) != stopped)
        {
            await records.Pause(site.Name, new SitePause(now, "", stopped), cancellationToken);
            Log.Stopped(logger, site.Name, entry.Contact, SitePause.Guarded(stopped));
        }
        throw new SitePausedException(SitePause.Guarded(stopped));
    }

    // A webhook, or a command, says that something has changed; whoever looks at everybody does not.
    private static bool IsUnchanged(Decision decision) =>
        decision.Request.Urgency != Urgency.Webhook
        && (decision.Seen?.Contact.UpdatedAt is not { } updated || updated <= decision.Entry.ReadAt);

    private async Task<Counts> CountsOf(string site, CancellationToken cancellationToken)
    {
        var counts = _sites.GetOrAdd(site, _ => new Lazy<Task<Counts>>(() => Read(site)));
        try
        {
            return await counts.Value.WaitAsync(cancellationToken);
        }
        catch when (counts.Value.IsFaulted)
        {
            _sites.TryRemove(new(site, counts));
            throw;
        }
    }

    private async Task<Counts> Read(string site)
    {
        var counts = new Counts();
        foreach (var known in await history.Planned(site, time.GetUtcNow() - Window, CancellationToken.None))
            counts.Add(known.Contact, known.Losses, known.When);
        return counts;
    }

    /// <summary>For each kind, when each contact was planned last, and when for a loss. Guarded by itself.</summary>
    private sealed class Counts
    {
        private static readonly Losses[] Kinds = [Losses.TagsEmptied, Losses.ContactGone, Losses.EmailChanged];

        private readonly Lock _lock = new();
        private readonly Dictionary<Losses, (Recent Planned, Recent Losing)> _kinds = Kinds.ToDictionary(
            kind => kind,
            _ => (new Recent(), new Recent())
        );

        public void Add(long contact, Losses losses, DateTimeOffset when)
        {
            lock (_lock)
            {
                foreach (var (kind, (planned, losing)) in _kinds)
                {
                    planned.Add(contact, when);
                    if (losses.HasFlag(kind))
                        losing.Add(contact, when);
                }
            }
        }

        /// <summary>Counts a plan, and tells the losses that are too many. Who decided about a kind has seen what came before.</summary>
        public Losses Add(
            long contact,
            Losses losses,
            IReadOnlyList<GuardVerdict> verdicts,
            GuardRules rules,
            DateTimeOffset now
        )
        {
            lock (_lock)
            {
                Add(contact, losses, now);
                return losses.Kinds().Where(TooMany).Aggregate(Losses.None, (all, kind) => all | kind);
            }

            bool TooMany(Losses kind)
            {
                var (start, (planned, losing)) = (Start(kind, verdicts, now), _kinds[kind]);
                return rules.Stops(losing.Since(start), planned.Since(start));
            }
        }

        private static DateTimeOffset Start(Losses kind, IReadOnlyList<GuardVerdict> verdicts, DateTimeOffset now)
        {
            var start = now - Window;
            // One of a time to come was made before the clock was set back: when, is not known any more.
            return
                verdicts.FirstOrDefault(verdict => verdict.Loss == kind) is { } decided
                && decided.When > start
                && decided.When <= now
                ? decided.When
                : start;
        }
    }

    /// <summary>Contacts by the time when they came last.</summary>
    private sealed class Recent
    {
        private readonly Dictionary<long, DateTimeOffset> _last = [];
        private Queue<(long Contact, DateTimeOffset When)> _order = [];
        private DateTimeOffset _latest;

        public void Add(long contact, DateTimeOffset when)
        {
            if (when + Together < _latest)
                SetBack(when);
            // Plans of a batch come in any order.
            else if (when < _latest)
                when = _latest;
            _latest = when;
            _last[contact] = when;
            _order.Enqueue((contact, when));
        }

        // The clock was set back: nobody came after now. Else they would count for longer than the window, whatever a person decides.
        private void SetBack(DateTimeOffset now)
        {
            foreach (var (contact, when) in _last.ToList())
                if (when > now)
                    _last[contact] = now;
            _order = new(_order.Select(came => came.When > now ? (came.Contact, now) : came));
        }

        /// <summary>How many came since then; who came before is forgotten.</summary>
        public int Since(DateTimeOffset start)
        {
            while (_order.TryPeek(out var oldest) && oldest.When < start)
            {
                _order.Dequeue();
                if (_last.TryGetValue(oldest.Contact, out var last) && last < start)
                    _last.Remove(oldest.Contact);
            }
            return _last.Count;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Error,
            "{Site} is paused at contact {Contact}: {Because}. Webhooks are accepted and wait. Look into it, then resume the site, letting what waits through or discarding it"
        )]
        public static partial void Stopped(ILogger logger, string site, long contact, string because);
    }
}
