using System.Collections.Frozen;

namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>The fields and tags that an account defines, read when they are needed and kept for some minutes.</summary>
internal sealed class AccountDefinitions(AccountClient client, TimeProvider time, AccountTimings timings) : IDisposable
{
    private readonly DefinitionCache<FieldDefinitions> _fields = new(
        async cancellationToken =>
            FieldDefinitions.Read(await Paging.All(client, "fields", "fields", cancellationToken)),
        static (fields, reference) => fields.Find(reference) is not null,
        time,
        timings
    );

    private readonly DefinitionCache<FrozenDictionary<string, string>> _tags = new(
        async cancellationToken =>
            (await Paging.All(client, "tags", "tags", cancellationToken)).ToFrozenDictionary(
                row => row.Text("id"),
                row => row.Text("tag"),
                StringComparer.Ordinal
            ),
        static (tags, id) => tags.ContainsKey(id),
        time,
        timings
    );

    /// <summary>The fields, looked for once more when one of the references is not known.</summary>
    public Task<FieldDefinitions> Fields(IReadOnlyCollection<string> references, CancellationToken cancellationToken) =>
        _fields.Get(references, cancellationToken);

    /// <summary>Names of tags by id, looked for once more when one of the ids is not known.</summary>
    public async Task<IReadOnlyDictionary<string, string>> Tags(
        IReadOnlyCollection<string> ids,
        CancellationToken cancellationToken
    ) => await _tags.Get(ids, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _fields.Dispose();
        _tags.Dispose();
    }
}
