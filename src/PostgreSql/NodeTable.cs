using Npgsql;

namespace CleanSync.PostgreSql;

/// <summary>What nodes tell each other: that they live, and what they work and want, for an even spread.</summary>
internal static class NodeTable
{
    /// <summary>Who has not been seen for this long does not count any more, and trusts its own locks no more.</summary>
    public const string LiveFor = "interval '5 seconds'";

    private const string SeeSql = """
        INSERT INTO cleansync.nodes (node, seen, works, wants) VALUES ($1, clock_timestamp(), $2, $3)
        ON CONFLICT (node) DO UPDATE SET seen = excluded.seen, works = excluded.works, wants = excluded.wants
        """;

    // The server's clock was set back: a node that died before that would seem to live until the clock is there again. Each gets what it
    // would have had: the live ones are heard of before that is over.
    private const string BringBackSql = $"""
        UPDATE cleansync.nodes SET seen = clock_timestamp() WHERE node IN (
            SELECT node FROM cleansync.nodes WHERE seen > clock_timestamp() + {LiveFor} FOR UPDATE SKIP LOCKED)
        """;

    private const string OthersSql =
        $"SELECT works, wants FROM cleansync.nodes WHERE node <> $1 AND seen > clock_timestamp() - {LiveFor}";

    /// <summary>A new name for this node.</summary>
    public static async Task<Guid> Join(NpgsqlConnection connection)
    {
        await connection.Execute("DELETE FROM cleansync.nodes WHERE seen < clock_timestamp() - interval '1 hour'");
        var names = await connection.All("SELECT gen_random_uuid()", row => row.GetGuid(0), CancellationToken.None);
        return names[0];
    }

    /// <summary>Says that this node lives, what it works and what it waits for.</summary>
    /// <returns>The other nodes that live.</returns>
    public static async Task<IReadOnlyList<Node>> Meet(NpgsqlConnection connection, Guid self, Node state)
    {
        await connection.Execute(BringBackSql);
        await connection.Execute(SeeSql, self, state.Works.ToArray(), state.Wants.ToArray());
        return await connection.All(
            OthersSql,
            row => new Node(row.GetFieldValue<string[]>(0), row.GetFieldValue<string[]>(1)),
            CancellationToken.None,
            self
        );
    }

    /// <summary>Forgets a node that ends.</summary>
    public static Task Leave(NpgsqlConnection connection, Guid self) =>
        connection.Execute("DELETE FROM cleansync.nodes WHERE node = $1", self);
}

/// <summary>A node.</summary>
/// <param name="Works">The accounts that it works.</param>
/// <param name="Wants">The accounts that it waits for.</param>
internal sealed record Node(IReadOnlyCollection<string> Works, IReadOnlyCollection<string> Wants);
