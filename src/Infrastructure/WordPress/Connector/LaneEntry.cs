using System.Text.Json;
using System.Text.Json.Nodes;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.Connector;

/// <summary>Something that is asked of the connector. Shows nothing of its content, which may hold a password.</summary>
internal sealed class LaneEntry(object? key, Func<JsonObject> content)
{
    private readonly TaskCompletionSource<LaneAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What it is about; null when it may go along with any other.</summary>
    public object? Key => key;

    /// <summary>Whether it keeps others of the same key waiting. Read and set under the lane's lock.</summary>
    public bool HoldsKey { get; set; }

    /// <summary>Its result.</summary>
    public Task<LaneAnswer> Answer => _answer.Task;

    /// <summary>How often the site did not come to it.</summary>
    public int Rounds { get; set; }

    /// <summary>How often the site found it locked.</summary>
    public int Tries { get; set; }

    /// <summary>Makes what is sent.</summary>
    public JsonObject Content() => content();

    /// <summary>Hands the result over.</summary>
    public void Complete(LaneAnswer answer) => _answer.TrySetResult(answer);

    /// <summary>Hands a fault over.</summary>
    public void Fail(Exception fault) => _answer.TrySetException(fault);
}

/// <summary>The result of one entry.</summary>
/// <param name="Result">The result.</param>
/// <param name="Time">The site's clock.</param>
internal readonly record struct LaneAnswer(JsonElement Result, DateTimeOffset? Time)
{
    /// <summary>Never shows whom it is about.</summary>
    public override string ToString() => "a result";
}

/// <summary>Where a lane leads.</summary>
/// <param name="Route">The route.</param>
/// <param name="Kind">What its requests do.</param>
/// <param name="List">The name of the list of entries.</param>
/// <param name="Frame">Makes the rest of a body.</param>
/// <param name="MayRepeat">Whether entries of a request that was not answered may be sent again.</param>
internal sealed record LaneRoute(
    string Route,
    RequestKind Kind,
    string List,
    Func<JsonObject> Frame,
    Func<bool> MayRepeat
)
{
    /// <summary>The body of a request with these entries.</summary>
    public JsonObject Body(IEnumerable<LaneEntry> entries)
    {
        var body = Frame();
        body[List] = new JsonArray([.. entries.Select(entry => entry.Content())]);
        return body;
    }
}
