using CleanSync.Application;
using CleanSync.Domain;
using MediatR;

namespace WorkerWithoutHttp;

/// <summary>Says which contacts need work, from whatever the application hears it: a queue, a file, a timer.</summary>
public sealed class Feed(ICleanSync cleanSync, IMediator mediator, IHostApplicationLifetime lifetime)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Enqueued: it is on disk when the receipt comes, and the worker does it, tries it again and survives crashes. Waiting for the
        // outcome is for show.
        await Task.WhenAll(new long[] { 1, 2, 3 }.Select(contact => Enqueue(contact, stoppingToken)));

        // Or done here and now: nothing is kept to be tried again, no notification is published, and faults are this program's.
        var outcome = await mediator.Send(new AddUser("shop", 4, Role: "customer"), stoppingToken);
        Console.WriteLine($"contact 4, at once: {outcome}");

        lifetime.StopApplication();
    }

    private async Task Enqueue(long contact, CancellationToken cancellationToken)
    {
        var work = new ReceiveWebhook("shop", SyncAction.Add, contact, Wait: ReceiveWebhook.LongestWait);
        var receipt = await cleanSync.Run(work, cancellationToken);
        Console.WriteLine($"contact {contact}, enqueued: {receipt.Outcome}");
    }
}
