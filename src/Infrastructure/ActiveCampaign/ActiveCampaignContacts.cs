using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Batching;
using Microsoft.Extensions.Logging;

namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>The contacts of one ActiveCampaign account, read and written over its API, version 3.</summary>
internal sealed class ActiveCampaignContacts : IContacts, IDisposable
{
    // The email filter is exact: should it ever be ignored, the whole account would come page by page.
    private const int MostPagesByEmail = 5;

    private readonly AccountClient _client;
    private readonly AccountDefinitions _definitions;
    private readonly ContactReads _reads;
    private readonly ContactListing _listing;
    private readonly Batcher<long, Contact?> _batcher;

    /// <summary>Makes the adapter.</summary>
    /// <param name="http">A client of the account, see <see cref="AccountHttp.Create"/>; not disposed here.</param>
    /// <param name="limiter">The account's speed limit, shared by all its sites.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Gets what a person should know of the account; never personal data.</param>
    /// <param name="timings">Other waits than the usual ones; for tests.</param>
    public ActiveCampaignContacts(
        HttpClient http,
        AccountLimiter limiter,
        TimeProvider time,
        ILogger<ActiveCampaignContacts> logger,
        AccountTimings? timings = null
    )
    {
        timings ??= AccountTimings.Usual;
        _client = new AccountClient(http, limiter, time, timings);
        _definitions = new AccountDefinitions(_client, time, timings);
        _reads = new ContactReads(_client, _definitions, time, timings, logger);
        _listing = new ContactListing(_client, time);
        _batcher = new Batcher<long, Contact?>(_reads.Together, Paging.PageSize, timings.Quiet, timings.Ceiling, time);
    }

    /// <inheritdoc/>
    public Task<Contact?> Find(long id, CancellationToken cancellationToken) => _batcher.Ask(id, cancellationToken);

    /// <inheritdoc/>
    public Task<Contact?> FindAlone(long id, CancellationToken cancellationToken) =>
        _reads.Alone(id, cancellationToken);

    /// <inheritdoc/>
    public Task<ContactPage> List(ContactQuery query, long after, CancellationToken cancellationToken) =>
        _listing.Page(query, after, cancellationToken);

    /// <inheritdoc/>
    public async Task<long?> FindIdByEmail(string email, CancellationToken cancellationToken)
    {
        var wanted = email.Trim();
        if (wanted.Length == 0)
            return null;
        var path = $"contacts?email={Uri.EscapeDataString(wanted)}&status=-1";
        for (int page = 0, offset = 0; page < MostPagesByEmail; page++)
        {
            var body = await Paging.Page(_client, path, offset, cancellationToken);
            var rows = body.Rows("contacts") ?? throw AccountFault.Unreadable();
            // The answer is checked: a filter that the account ignores would hand back a stranger.
            var match = rows.FirstOrDefault(row =>
                string.Equals(row.Text("email").Trim(), wanted, StringComparison.OrdinalIgnoreCase)
                && !ContactAssembly.IsGone(row)
            );
            if (match.Id("id") is { } id)
                return id;
            offset += rows.Count;
            if (rows.Count == 0 || offset >= (body.Total() ?? (rows.Count < Paging.PageSize ? 0 : int.MaxValue)))
                return null;
        }
        throw AccountFault.Incomplete("the email filter has no effect");
    }

    /// <inheritdoc/>
    public async Task<FieldWrite> Write(
        long id,
        IReadOnlyDictionary<string, string> values,
        CancellationToken cancellationToken
    )
    {
        if (values.Count == 0)
            return FieldWrite.Written;
        var fields = await _definitions.Fields([.. values.Keys], cancellationToken);
        var resolved = values.Select(pair => (Field: fields.Find(pair.Key), pair.Value)).ToList();
        if (resolved.Any(pair => pair.Field is null))
            return FieldWrite.UnknownField;

        var written = new JsonArray([
            .. resolved.Select(pair => new JsonObject { ["field"] = pair.Field!.Id, ["value"] = pair.Value }),
        ]);
        var body = new JsonObject { ["contact"] = new JsonObject { ["fieldValues"] = written } };
        var path = string.Create(CultureInfo.InvariantCulture, $"contacts/{id}");
        var answer = await _client.Put(path, Encoding.UTF8.GetBytes(body.ToJsonString()), cancellationToken);
        return (int)answer.Status switch
        {
            404 => FieldWrite.ContactGone,
            400 or 422 => FieldWrite.Refused,
            _ when answer.Body.At("contact")?.ValueKind == JsonValueKind.Object => FieldWrite.Written,
            _ => throw AccountFault.Unreadable(writing: true),
        };
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> UnknownFields(
        IReadOnlyCollection<string> references,
        CancellationToken cancellationToken
    )
    {
        if (references.Count == 0)
            return [];
        var fields = await _definitions.Fields(references, cancellationToken);
        return [.. references.Where(reference => fields.Find(reference) is null)];
    }

    /// <inheritdoc/>
    public async Task Probe(CancellationToken cancellationToken)
    {
        var answer = await _client.Get("fields?limit=1", cancellationToken);
        if (answer.Succeeded().Body.Rows("fields") is null)
            throw AccountFault.Unreadable();
    }

    /// <inheritdoc/>
    public void Dispose() => _definitions.Dispose();
}
