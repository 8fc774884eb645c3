using System.Globalization;

namespace CleanSync.Infrastructure.Sandbox;

/// <summary>
/// An ActiveCampaign account in memory. It answers HTTP-shaped requests as ActiveCampaign does, and has members for tests and
/// for the sandbox's page, which stand for a person at ActiveCampaign's own screens. Safe for several threads.
/// </summary>
public sealed class SandboxAccount
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly SandboxStore _store;
    private readonly SandboxPace _pace;
    private readonly SandboxContactRoutes _contacts;
    private readonly SandboxDefinitionRoutes _definitions;
    private readonly SandboxHookRoutes _hooks;
    private long _requests;
    private long _tooFast;

    /// <summary>Makes an empty account.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="token">The API token that it accepts.</param>
    public SandboxAccount(TimeProvider time, string token = "sandbox-token")
    {
        (_time, Token) = (time, token);
        _store = new SandboxStore(time, Behaviour);
        _pace = new SandboxPace(time);
        var shapes = new SandboxShapes(Behaviour);
        _contacts = new SandboxContactRoutes(_store, shapes, Behaviour);
        _definitions = new SandboxDefinitionRoutes(_store, shapes);
        _hooks = new SandboxHookRoutes(_store);
    }

    /// <summary>Raised after each change, for whoever sends webhooks.</summary>
    public event EventHandler<SandboxChangedEventArgs>? Changed;

    /// <summary>The API token that it accepts.</summary>
    public string Token { get; set; }

    /// <summary>How it behaves.</summary>
    public SandboxBehaviour Behaviour { get; } = new();

    /// <summary>How many requests came in.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>How many requests were answered 429.</summary>
    public long RequestsTooFast => Interlocked.Read(ref _tooFast);

    /// <summary>Answers a request.</summary>
    internal SandboxResponse Handle(SandboxRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Interlocked.Increment(ref _requests);
        var answer = Locked(() => Answer(request));
        return answer.With(
            new KeyValuePair<string, string>("Date", _time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture))
        );
    }

    /// <summary>Adds a contact.</summary>
    /// <returns>Its id.</returns>
    public long AddContact(SandboxDetails details) => AddContact(null, details);

    /// <summary>Changes a contact's properties and adds tags.</summary>
    public void EditContact(long id, SandboxDetails details) => Locked(() => Apply(_store.Contacts[id], details));

    /// <summary>Deletes a contact.</summary>
    public void DeleteContact(long id) => Locked(() => _store.Delete(_store.Contacts[id]));

    /// <summary>Merges a contact into another: the first is gone, the second keeps its own email and gains the other's tags.</summary>
    public void MergeContact(long from, long into) =>
        Locked(() =>
        {
            foreach (var link in _store.Contacts[from].TagLinks)
                _store.Link(_store.Contacts[into], _store.Tags[link.Tag], "admin");
            _store.Delete(_store.Contacts[from]);
            // A merge sends no webhook.
            _store.Changes.Clear();
        });

    /// <summary>Adds a tag to a contact; the tag itself is made when it is new.</summary>
    public void AddTag(long id, string tag) =>
        Locked(() =>
        {
            _store.Link(_store.Contacts[id], _store.Tag(tag), "admin");
        });

    /// <summary>Takes a tag from a contact.</summary>
    public void RemoveTag(long id, string tag) =>
        Locked(() =>
        {
            _store.Unlink(_store.Contacts[id], link => link.Tag == _store.Tag(tag).Id, "admin");
        });

    /// <summary>Every contact, by id, those deleted included.</summary>
    public IReadOnlyList<SandboxContact> Contacts() => Locked(() => _store.Contacts.Values.Select(Seen).ToList());

    /// <summary>One contact; null when there was never one of that id.</summary>
    public SandboxContact? Contact(long id) =>
        Locked(() => _store.Contacts.TryGetValue(id, out var row) ? Seen(row) : null);

    /// <summary>Every custom field.</summary>
    public IReadOnlyList<SandboxField> Fields() =>
        Locked(() =>
            _store.Fields.Values.Select(f => new SandboxField(f.Id, f.Title, f.Type, f.PersonalizationTag)).ToList()
        );

    /// <summary>Adds a custom field.</summary>
    /// <returns>Its id.</returns>
    public long AddField(string title, string type, string personalizationTag, params string[] options) =>
        Locked(() => _store.AddField(title, type, personalizationTag, options).Id);

    /// <summary>Puts a contact on a list, which is made when it is new.</summary>
    public void Subscribe(long id, long list, string name) =>
        Locked(() =>
        {
            _store.Lists[list] = name;
            _store.Contacts[id].Lists.Add(list);
        });

    /// <summary>The URLs that want to hear of an event from a source.</summary>
    public IReadOnlyList<string> WebhookUrls(string eventName, string source) =>
        Locked(() =>
            _store
                .Hooks.Values.Where(hook => hook.Events.Contains(eventName, StringComparer.Ordinal))
                .Where(hook => hook.Sources.Contains(source, StringComparer.Ordinal))
                .Select(hook => hook.Url)
                .ToList()
        );

    /// <summary>Fills the account with contacts of every odd kind.</summary>
    public void Seed() => SandboxSeed.Fill(this);

    internal long AddContact(long? id, SandboxDetails details) =>
        Locked(() =>
        {
            var row = _store.Add(id);
            Apply(row, details);
            return row.Id;
        });

    private SandboxResponse Answer(SandboxRequest request)
    {
        var left = Behaviour.RequestsPerSecond > 0 ? _pace.Enter(Behaviour.RequestsPerSecond) : int.MaxValue;
        if (left < 0)
            Interlocked.Increment(ref _tooFast);
        var answer = left < 0 ? SandboxAnswers.TooFast() : Route(request);
        return Behaviour is { RateHeaders: true, RequestsPerSecond: > 0 }
            ? answer.With(
                SandboxAnswers.Header("RateLimit-Limit", Behaviour.RequestsPerSecond),
                SandboxAnswers.Header("RateLimit-Remaining", Math.Max(0, left))
            )
            : answer;
    }

    private SandboxResponse Route(SandboxRequest request)
    {
        if (request.Path.Length + request.Query.Length > Behaviour.LongestUrl)
            return SandboxAnswers.Bad();
        var token = request.Headers.FirstOrDefault(h => h.Key.Equals("Api-Token", StringComparison.OrdinalIgnoreCase));
        if (!string.Equals(token.Value, Token, StringComparison.Ordinal))
            return SandboxAnswers.Forbidden();
        return SandboxCall.Read(request, Behaviour.Sideloads) is { } call
            ? _contacts.Handle(call)
                ?? _definitions.Handle(call)
                ?? _hooks.Handle(call)
                ?? SandboxAnswers.NotFound("Resource", call.IdText)
            : SandboxAnswers.NotFound("Resource", "0");
    }

    private void Apply(ContactRow row, SandboxDetails details)
    {
        if (details.Email is { } email)
            _store.Rename(row, email);
        row.FirstName = details.FirstName ?? row.FirstName;
        row.LastName = details.LastName ?? row.LastName;
        row.Phone = details.Phone ?? row.Phone;
        row.OrganizationName = details.OrganizationName ?? row.OrganizationName;
        foreach (var (tag, value) in details.Fields)
            _store.SetValue(row, (_store.Field(tag) ?? _store.AddField(tag, "text", tag, [])).Id, value);
        _store.Touch(row, "admin");
        foreach (var tag in details.Tags)
            _store.Link(row, _store.Tag(tag), "admin");
    }

    private SandboxContact Seen(ContactRow row) =>
        new(
            row.Id,
            row.Email,
            row.FirstName,
            row.LastName,
            row.Phone,
            row.OrganizationName,
            row.Values.Values.ToDictionary(
                value => _store.Fields[value.Field].PersonalizationTag,
                value => value.Value,
                StringComparer.Ordinal
            ),
            [.. row.TagLinks.Select(link => _store.Tags[link.Tag].Name)],
            row.Updated,
            row.Deleted
        );

    private void Locked(Action action) =>
        Locked(() =>
        {
            action();
            return true;
        });

    // Whoever listens is told after the lock is left: he may ask back.
    private T Locked<T>(Func<T> action)
    {
        T result;
        SandboxChangedEventArgs[] changes;
        lock (_lock)
        {
            result = action();
            changes = [.. _store.Changes];
            _store.Changes.Clear();
        }
        foreach (var change in changes)
            Changed?.Invoke(this, change);
        return result;
    }
}
