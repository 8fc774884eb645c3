using System.Text.Json;
using CleanSync.Application.Ports;

namespace CleanSync.Infrastructure.WordPress.Connector;

/// <summary>What a failed request says about its entries.</summary>
internal enum Trouble
{
    /// <summary>One entry may have caused it: halves are tried.</summary>
    PerhapsAnEntry,

    /// <summary>As above, or the site is down: halves are tried, and when both fail, nothing more.</summary>
    PerhapsAnOutage,

    /// <summary>The request was too large and changed nothing: halves are tried.</summary>
    TooLarge,

    /// <summary>It has nothing to do with the entries.</summary>
    Everything,
}

/// <summary>The end of a request that carries entries.</summary>
internal abstract record ConnectorReply
{
    private ConnectorReply() { }

    /// <summary>One result for each entry, in order.</summary>
    /// <param name="Results">The results.</param>
    /// <param name="Time">The site's clock.</param>
    public sealed record Answered(JsonElement[] Results, DateTimeOffset? Time) : ConnectorReply;

    /// <summary>No results.</summary>
    /// <param name="Trouble">What that says about the entries.</param>
    /// <param name="Fault">What to throw for an entry that is not tried again.</param>
    public sealed record Failed(Trouble Trouble, Exception Fault) : ConnectorReply
    {
        /// <summary>Whether some of it may have been carried out all the same.</summary>
        public bool MayHaveHappened => Fault is TransientException { Unanswered: true };
    }
}
