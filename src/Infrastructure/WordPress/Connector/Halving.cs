using CleanSync.Application.Ports;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.Connector;

/// <summary>
/// Finds the entry that makes a whole request fail: halves are sent again, one after the other, until it stands alone. It gets the fault, all
/// others their results. Sending again does no harm: only differences are written, a creation is guarded by lock and token, and a welcome is
/// sent once. When the site itself is down, that shows in both halves, or in halves of halves, and ends it.
/// </summary>
internal sealed class Halving(ConnectorClient client, LaneRoute route, SitePace pace)
{
    // Down to one of a hundred it is seven failures in a row.
    private const int MostFailuresInARow = 16;

    // A site that breaks at everything: what it is sent next holds fewer entries, until each stands alone (KindPace.Fail).
    private const int MostBreakdownsBeforeAnySuccess = 3;

    /// <summary>Brings every entry of a request to its end.</summary>
    /// <param name="entries">What was sent.</param>
    /// <param name="reply">What came back.</param>
    /// <param name="settle">Takes the results that came.</param>
    public async Task Settle(
        IReadOnlyList<LaneEntry> entries,
        ConnectorReply reply,
        Action<IReadOnlyList<LaneEntry>, ConnectorReply.Answered> settle
    ) => await new Search(this, settle).Go(entries, reply);

    private sealed class Search(Halving owner, Action<IReadOnlyList<LaneEntry>, ConnectorReply.Answered> settle)
    {
        private int _failuresInARow;
        private bool _hasSucceeded;
        private bool _hasToldSize;
        private bool _isOver;

        public async Task Go(IReadOnlyList<LaneEntry> entries, ConnectorReply reply)
        {
            if (reply is ConnectorReply.Answered answered)
            {
                (_failuresInARow, _hasSucceeded) = (0, true);
                settle(entries, answered);
                return;
            }
            var failed = (ConnectorReply.Failed)reply;
            _failuresInARow++;
            if (entries.Count <= 1 || !Divides(failed))
            {
                // Which of several was refused for good is not known.
                var fault =
                    entries.Count > 1 && failed.Fault is PermanentException refused
                        ? new TransientException(refused.Message, inner: refused)
                        : failed.Fault;
                foreach (var entry in entries)
                    entry.Fail(fault);
                return;
            }
            // Once: the halves are no size that was chosen.
            if (failed.Trouble == Trouble.TooLarge && !_hasToldSize)
                owner.Pace.TooLarge(owner.Route.Kind, entries.Count);
            _hasToldSize = true;
            var half = entries.Count / 2;
            LaneEntry[] first = [.. entries.Take(half)];
            LaneEntry[] second = [.. entries.Skip(half)];
            var one = await Send(first);
            // An answer is handed on at once; a failure is looked into when the other half has told whether the site is there at all.
            if (one is ConnectorReply.Answered)
                await Go(first, one);
            var two = await Send(second);
            if (IsOutage(one) && IsOutage(two) && !_hasSucceeded)
                _isOver = true;
            if (two is ConnectorReply.Answered)
                await Go(second, two);
            if (one is ConnectorReply.Failed)
                await Go(first, one);
            if (two is ConnectorReply.Failed)
                await Go(second, two);
        }

        private Task<ConnectorReply> Send(LaneEntry[] entries) =>
            owner.Client.Post(
                owner.Route.Route,
                owner.Route.Kind,
                () => new RestBody(owner.Route.Body(entries), entries.Length),
                isProbe: true,
                CancellationToken.None
            );

        private bool Divides(ConnectorReply.Failed failed) =>
            !_isOver
            && failed.Trouble != Trouble.Everything
            && _failuresInARow <= Most(failed)
            && (!failed.MayHaveHappened || owner.Route.MayRepeat());

        private int Most(ConnectorReply.Failed failed) =>
            !_hasSucceeded && failed is { Trouble: not Trouble.TooLarge, Fault: TransientException }
                ? MostBreakdownsBeforeAnySuccess
                : MostFailuresInARow;

        private static bool IsOutage(ConnectorReply reply) =>
            reply is ConnectorReply.Failed { Trouble: Trouble.PerhapsAnOutage or Trouble.Everything };
    }

    private ConnectorClient Client => client;
    private LaneRoute Route => route;
    private SitePace Pace => pace;
}
