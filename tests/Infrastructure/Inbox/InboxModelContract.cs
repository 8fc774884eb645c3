using CleanSync.Application.Ports;
using CleanSync.Domain;
using FsCheck.Xunit;

namespace CleanSync.Infrastructure.Tests.Inbox;

/// <summary>Random sequences of calls, compared after each call with a model that keeps its rows in memory.</summary>
[Trait("Spec", "5.1")]
public abstract class InboxModelContract : StoreContract
{
    private int _cases;

    [Property(MaxTest = 120, StartSize = 10, EndSize = 120)]
    public void Every_sequence_of_calls_leaves_what_the_model_says(int[] steps)
    {
        // Each case has a site of its own: making a database takes longer than running a case.
        var site = $"case{_cases++}";
        Run(site, steps).GetAwaiter().GetResult();
    }

    private async Task Run(string site, int[] steps)
    {
        var model = new InboxModel(site, Store.Time);
        var inbox = Store.Inbox;
        await Store.Work(site);
        foreach (var step in steps)
        {
            // FsCheck's numbers are small and near each other; mixed, all their bits count.
            var random = new Random(step ^ (steps.Length * 7919));
            switch (random.Next(10))
            {
                case <= 3:
                    var (contact, request) = (random.Next(1, 5), AnyRequest(random));
                    var receipt = await inbox.Accept(site, contact, request, default);
                    model.Accept(contact, request, receipt);
                    break;
                case <= 5:
                    var limit = random.Next(1, 4);
                    var claimed = await inbox.Claim(site, limit, default);
                    Assert.Equal(model.Claim(limit, claimed), claimed);
                    break;
                case <= 7 when model.Claims.Count > 0:
                    var work = model.Claims[random.Next(model.Claims.Count)];
                    var next = AnyStep(random);
                    model.Finish(work, next);
                    await inbox.Finish(work, next, entry: null, default);
                    break;
                case 8 when random.Next(3) == 0:
                    model.Release();
                    await inbox.Release(site, default);
                    break;
                case 8:
                    Assert.Equal(model.Retry(), await inbox.Retry(site, null, null, default));
                    break;
                default:
                    Store.Time.Advance(TimeSpan.FromSeconds(random.Next(1, 20)));
                    break;
            }
            Assert.Equal(model.Rows(), await inbox.Rows(site, 100, default));
            Assert.Equal(model.Depth(), await inbox.Depth(site, default));
            Assert.Equal(model.NextDue(), await inbox.NextDue(site, default));
        }
    }

    private static SyncRequest AnyRequest(Random random) =>
        new(
            (SyncAction)random.Next(1, 4),
            random.Next(3) switch
            {
                0 => "gold",
                1 => "silver",
                _ => null,
            },
            random.Next(3) switch
            {
                0 => true,
                1 => false,
                _ => null,
            },
            random.Next(3) == 0,
            (Urgency)random.Next(4)
        );

    private NextStep AnyStep(Random random)
    {
        var later = Store.Time.GetUtcNow().AddSeconds(random.Next(0, 30));
        return random.Next(4) switch
        {
            0 => new NextStep.Done(),
            1 => new NextStep.RetryAt(later, "busy"),
            2 => new NextStep.Wait(later, "limit"),
            _ => new NextStep.Park(ParkReason.Conflict, "two users"),
        };
    }
}
