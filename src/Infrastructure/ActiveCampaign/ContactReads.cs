using System.Globalization;
using System.Text.Json;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Batching;
using Microsoft.Extensions.Logging;

namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>
/// Reads contacts, together where the account allows it, else one by one. A contact comes out complete or not at all: what is
/// missing from an answer is asked for singly, and what is missing there is a fault, never "no tags".
/// </summary>
internal sealed partial class ContactReads(
    AccountClient client,
    AccountDefinitions definitions,
    TimeProvider time,
    AccountTimings timings,
    ILogger logger
)
{
    private readonly ContactAssembly _assembly = new(definitions);
    private volatile Discovery? _withoutSideloads;

    /// <summary>Reads up to 100 contacts; answers in the order of the ids. Null for a contact that is gone.</summary>
    public async Task<IReadOnlyList<BatchAnswer<Contact?>>> Together(IReadOnlyList<long> ids)
    {
        // Not the callers' tokens: none of them may end a request that others wait for. Every request has its own time-out.
        var distinct = ids.Distinct().ToList();
        var batch = MayBatch();
        var answers = batch ? await Batch(distinct) : [];
        // During an outage one request shall fail, not one per contact.
        if (!batch)
            await _assembly.Prepare([], [], CancellationToken.None);
        var singly = distinct
            .Where(id => !answers.ContainsKey(id))
            .Select(async id => (Id: id, Answer: await Outcome(Alone(id, CancellationToken.None))));
        foreach (var (id, answer) in await Task.WhenAll(singly))
            answers[id] = answer;
        return [.. ids.Select(id => answers[id])];
    }

    /// <summary>Reads one contact by requests about it alone. Null when it is gone.</summary>
    public async Task<Contact?> Alone(long id, CancellationToken cancellationToken)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"contacts/{id}");
        var answer = await client.Get(path, cancellationToken);
        if (answer.NotFound)
            return null;
        var body = answer.Succeeded().Body;
        if (body.At("contact") is not { } row || row.Id("id") != id)
            throw AccountFault.Unreadable();
        if (ContactAssembly.IsGone(row))
            return null;

        var values =
            SideloadedValues(body, row, id)
            ?? await Paging.All(client, path + "/fieldValues", "fieldValues", cancellationToken);
        var links = await Paging.All(client, path + "/contactTags", "contactTags", cancellationToken);
        if (links.Any(link => link.Id("contact") != id))
            throw AccountFault.Incomplete("tags of another contact");
        if (row.Rows("contactTags") is { } listed && listed.Count != links.Count)
            throw AccountFault.Incomplete("tags are missing");
        var parts = new ContactParts(row, values, links, new Dictionary<string, string>(StringComparer.Ordinal));
        return await _assembly.Make(id, parts, answer.Date, alone: true, cancellationToken);
    }

    private async Task<Dictionary<long, BatchAnswer<Contact?>>> Batch(IReadOnlyList<long> ids)
    {
        var answer = await client.Get(BatchPath(ids), CancellationToken.None);
        // A list is never "not found", and a list that is refused says nothing about a single contact.
        if (answer.NotFound)
            throw AccountFault.Unreadable();
        if ((int)answer.Status >= 300)
            return [];
        var list = ContactList.Read(answer.Body);
        Remember(list.LacksSideloads);
        await _assembly.Prepare(list.FieldIds, list.NamelessTagIds, CancellationToken.None);

        var answers = new Dictionary<long, BatchAnswer<Contact?>>();
        foreach (var id in ids)
        {
            if (list.Row(id) is not { } row)
                continue;
            if (ContactAssembly.IsGone(row))
                answers[id] = default;
            else if (list.Parts(id) is { } parts)
                answers[id] = await Outcome(Made(id, parts, answer.Date));
        }
        return answers;
    }

    private async Task<Contact?> Made(long id, ContactParts parts, DateTimeOffset? readAt) =>
        await _assembly.Make(id, parts, readAt, alone: false, CancellationToken.None);

    private static string BatchPath(IReadOnlyList<long> ids) =>
        "contacts?"
        + string.Concat(ids.Select(id => string.Create(CultureInfo.InvariantCulture, $"ids%5B%5D={id}&")))
        + "limit=100&include=fieldValues,contactTags.tag";

    // A contact's default sideload may be cut off when it has many values: then the list is read page by page.
    private static List<JsonElement>? SideloadedValues(JsonElement body, JsonElement row, long id) =>
        body.Rows("fieldValues") is { } rows
        && row.Rows("fieldValues") is { } listed
        && rows.Where(value => value.Id("contact") == id).ToList() is var own
        && own.Count == listed.Count
            ? own
            : null;

    private static async Task<BatchAnswer<Contact?>> Outcome(Task<Contact?> read)
    {
        try
        {
            return new BatchAnswer<Contact?>(await read);
        }
        catch (Exception error) when (error is TransientException or PermanentException)
        {
            return new BatchAnswer<Contact?>(null, error);
        }
    }

    private bool MayBatch() =>
        _withoutSideloads is not { } found || time.GetElapsedTime(found.At) >= timings.WithoutSideloads;

    private void Remember(bool lacksSideloads)
    {
        if (lacksSideloads)
            Log.WithoutSideloads(logger);
        _withoutSideloads = lacksSideloads ? new Discovery(time.GetTimestamp()) : null;
    }

    private sealed record Discovery(long At);

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "The ActiveCampaign account leaves field values or tags out of lists: contacts are read one by one for a while"
        )]
        public static partial void WithoutSideloads(ILogger logger);
    }
}
