namespace CleanSync.Infrastructure.Sandbox;

/// <summary>A request to the sandbox's ActiveCampaign account, free of any web framework.</summary>
/// <param name="Method">The method, upper case.</param>
/// <param name="Path">The path, decoded, for instance <c>/api/3/contacts</c>.</param>
/// <param name="Query">The raw query, with or without the question mark.</param>
/// <param name="Headers">Headers by name.</param>
/// <param name="Body">The body.</param>
internal sealed record SandboxRequest(
    string Method,
    string Path,
    string Query,
    IReadOnlyDictionary<string, string> Headers,
    ReadOnlyMemory<byte> Body
);

/// <summary>The answer of the sandbox's ActiveCampaign account.</summary>
/// <param name="Status">The status.</param>
/// <param name="Headers">Headers in order; a name may come more than once.</param>
/// <param name="Body">The body.</param>
internal sealed record SandboxResponse(
    int Status,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    ReadOnlyMemory<byte> Body
);
