using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Tests;

/// <summary>The webhooks of an account in memory.</summary>
internal sealed class FakeWebhooks : IWebhooks
{
    private int _last;

    public List<RegisteredWebhook> All { get; } = [];
    public Queue<Exception> Faults { get; } = [];
    public int Changes { get; private set; }
    public int Looks { get; private set; }

    public IReadOnlyList<string> Sources { get; } = ["people", "programs"];

    /// <summary>Called after each list, before whoever asked for it goes on.</summary>
    public Action? AfterList { get; set; }

    public IReadOnlyList<string> EventsFor(SyncAction action) =>
        action == SyncAction.UpdateTags ? ["tagged"] : ["changed", "tagged"];

    /// <summary>Adds a webhook as a person would.</summary>
    public RegisteredWebhook Add(string url, string name = "by hand", params string[] events)
    {
        var webhook = new RegisteredWebhook(
            NextId(),
            name,
            url,
            events.Length == 0 ? ["changed", "tagged"] : events,
            Sources
        );
        All.Add(webhook);
        return webhook;
    }

    public Task<IReadOnlyList<RegisteredWebhook>> ListTo(string host, CancellationToken cancellationToken)
    {
        Looks++;
        if (Faults.TryDequeue(out var fault))
            throw fault;
        IReadOnlyList<RegisteredWebhook> found = [.. All.Where(webhook => new Uri(webhook.Url).IdnHost == host)];
        AfterList?.Invoke();
        return Task.FromResult(found);
    }

    public Task<string> Create(RegisteredWebhook webhook, CancellationToken cancellationToken)
    {
        Changes++;
        var id = NextId();
        All.Add(webhook with { Id = id });
        return Task.FromResult(id);
    }

    public Task<bool> Update(RegisteredWebhook webhook, CancellationToken cancellationToken)
    {
        Changes++;
        var place = All.FindIndex(one => one.Id == webhook.Id);
        if (place >= 0)
            All[place] = webhook;
        return Task.FromResult(place >= 0);
    }

    public Task<bool> Remove(string id, CancellationToken cancellationToken)
    {
        Changes++;
        return Task.FromResult(All.RemoveAll(webhook => webhook.Id == id) > 0);
    }

    private string NextId() => $"{++_last}";
}
