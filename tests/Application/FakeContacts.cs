using System.Collections.Concurrent;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Tests;

/// <summary>An ActiveCampaign account in memory.</summary>
internal sealed class FakeContacts(World world) : IContacts
{
    public Dictionary<long, Contact> All { get; } = [];
    public Dictionary<(long Contact, string Field), string> Fields { get; } = [];
    public ConcurrentQueue<Exception> Faults { get; } = [];
    public Queue<Exception> WriteFaults { get; } = [];
    public FieldWrite WriteEnd { get; set; } = FieldWrite.Written;
    public int ReadsAlone { get; private set; }

    /// <summary>What a list answer says instead of the truth, for reads that are not about one contact alone.</summary>
    public Func<Contact, Contact>? InLists { get; set; }

    public void Add(Contact contact) => All[contact.Id] = contact;

    public Task<Contact?> Find(long id, CancellationToken cancellationToken) =>
        Step(() => All.GetValueOrDefault(id) is { } contact ? InLists?.Invoke(contact) ?? contact : null);

    public Task<Contact?> FindAlone(long id, CancellationToken cancellationToken) =>
        Step(() =>
        {
            ReadsAlone++;
            return All.GetValueOrDefault(id) is { } contact ? contact with { ReadAlone = true } : null;
        });

    /// <summary>The contacts on lists, by the list's name.</summary>
    public Dictionary<string, HashSet<long>> Lists { get; } = [];

    /// <summary>The lists that were asked for.</summary>
    public List<(ContactQuery Query, long After)> Listed { get; } = [];

    /// <summary>The account's clock; the host's unless told otherwise.</summary>
    public Func<DateTimeOffset>? AnsweredAt { get; set; }

    public Task<ContactPage> List(ContactQuery query, long after, CancellationToken cancellationToken) =>
        Step(() =>
        {
            Listed.Add((query, after));
            var fitting = All
                .Values.Where(contact =>
                    contact.Id > after
                    && query switch
                    {
                        ContactQuery.WithTag with => contact.Tags.Contains(with.Tag),
                        ContactQuery.OnList on => (
                            Lists.GetValueOrDefault(on.List)
                            ?? throw new PermanentException($"activecampaign: there is no list '{on.List}'")
                        ).Contains(contact.Id),
                        ContactQuery.UpdatedSince since => contact.UpdatedAt >= since.When
                            && (since.Tag is null || contact.Tags.Contains(since.Tag)),
                        _ => true,
                    }
                )
                .OrderBy(contact => contact.Id)
                .ToList();
            return new ContactPage(
                [.. fitting.Take(100).Select(contact => new ListedContact(contact.Id, contact.UpdatedAt))],
                AnsweredAt?.Invoke() ?? world.Time.GetUtcNow(),
                fitting.Count,
                fitting.Count <= 100
            );
        });

    /// <summary>What happens just after a contact was looked for by an email.</summary>
    public Func<Task>? AfterFindIdByEmail { get; set; }

    public async Task<long?> FindIdByEmail(string email, CancellationToken cancellationToken)
    {
        var id = await Step<long?>(() =>
            All.Values.FirstOrDefault(contact => ContactEmail.Same(contact.Email, email)) is { } found ? found.Id : null
        );
        if (AfterFindIdByEmail is { } after)
            await after();
        return id;
    }

    public Task<FieldWrite> Write(
        long id,
        IReadOnlyDictionary<string, string> values,
        CancellationToken cancellationToken
    ) =>
        Step(() =>
        {
            if (WriteFaults.TryDequeue(out var fault))
                throw fault;
            if (!All.ContainsKey(id))
                return FieldWrite.ContactGone;
            if (WriteEnd == FieldWrite.Written)
                foreach (var (field, value) in values)
                    Fields[(id, field)] = value;
            return WriteEnd;
        });

    /// <summary>The personalization tags that the account defines.</summary>
    public HashSet<string> Defined { get; } = ["%WPPASSWORD%", "%WPLOGIN%"];

    public Task<IReadOnlyList<string>> UnknownFields(
        IReadOnlyCollection<string> references,
        CancellationToken cancellationToken
    ) => Step<IReadOnlyList<string>>(() => [.. references.Where(reference => !Defined.Contains(reference))]);

    public Task Probe(CancellationToken cancellationToken) => Step(() => true);

    private async Task<T> Step<T>(Func<T> effect)
    {
        await Task.Yield();
        world.Step();
        if (Faults.TryDequeue(out var fault))
            throw fault;
        T result;
        lock (All)
            result = effect();
        world.Step();
        return result;
    }
}
