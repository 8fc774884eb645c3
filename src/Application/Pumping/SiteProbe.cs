using System.Collections.Concurrent;
using CleanSync.Application.Ports;

namespace CleanSync.Application.Pumping;

/// <summary>
/// Asks whether both sides of a site answer: one question for all who ask within a few seconds. So a failing contact is told from a failing
/// system, and an outage costs no attempts (SPEC 5.2).
/// </summary>
internal sealed class SiteProbe(ISites sites, TimeProvider time)
{
    // All contacts of a batch that an outage has hit come within this time.
    private static readonly TimeSpan FreshDown = TimeSpan.FromSeconds(5);

    // It may have gone down since.
    private static readonly TimeSpan FreshUp = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Question> _questions = new(StringComparer.Ordinal);

    /// <summary>Why a site cannot be worked now; null when both of its sides answer.</summary>
    /// <exception cref="OperationCanceledException">The caller does not wait any longer; others do.</exception>
    public Task<string?> WhyDown(string site, CancellationToken cancellationToken)
    {
        var question = _questions.AddOrUpdate(
            site,
            _ => Ask(site),
            (_, asked) => time.GetElapsedTime(asked.At) < (asked.IsUp ? FreshUp : FreshDown) ? asked : Ask(site)
        );
        return question.Answer.Value.WaitAsync(cancellationToken);
    }

    private Question Ask(string site) => new(time.GetTimestamp(), new Lazy<Task<string?>>(() => Probe(site)));

    private async Task<string?> Probe(string site)
    {
        if (sites.Find(site) is not { } found)
            return null;
        try
        {
            await found.Contacts.Probe(CancellationToken.None);
            await found.Users.Probe(CancellationToken.None);
            return null;
        }
        catch (TransientException busy) when (busy is { SpendsAttempt: false } and not SiteHeldException)
        {
            // It has more to do than it takes: it answers.
            return null;
        }
        catch (Exception down) when (down is TransientException or PermanentException)
        {
            return down.Message;
        }
    }

    private sealed record Question(long At, Lazy<Task<string?>> Answer)
    {
        public bool IsUp => Answer is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true, Result: null } };
    }
}
