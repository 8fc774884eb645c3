using System.Collections.Concurrent;
using CleanSync.Application.Ports;
using Npgsql;

namespace CleanSync.PostgreSql;

/// <summary>
/// Which sites this process works, and in which epoch: a number that goes up whenever a process takes the site. Every write of a worker is
/// checked against the database in its own transaction, so that a process that woke too late writes nothing.
/// </summary>
internal sealed class Epochs
{
    private readonly ConcurrentDictionary<string, long> _held = new(StringComparer.Ordinal);

    /// <summary>The epoch in which this process works a site; null when it does not.</summary>
    public long? Of(string site) => _held.TryGetValue(site, out var epoch) ? epoch : null;

    /// <summary>Notes that this process works the site.</summary>
    public void Take(string site, long epoch) => _held[site] = epoch;

    /// <summary>Notes that this process works the site no longer, unless it has taken it anew.</summary>
    public void Lose(string site, long epoch) => _held.TryRemove(KeyValuePair.Create(site, epoch));

    /// <summary>
    /// Whether this process may write for the site. Keeps others from taking it until the transaction of the connection ends.
    /// </summary>
    public async Task<bool> Holds(NpgsqlConnection connection, string site) =>
        Of(site) is { } epoch
        && (
            await connection.All(
                "SELECT 1 FROM cleansync.rights WHERE name = $1 AND epoch = $2 FOR SHARE",
                row => row.GetInt32(0),
                CancellationToken.None,
                SiteName(site),
                epoch
            )
        ).Count == 1;

    /// <summary>The name of the right to work a site.</summary>
    public static string SiteName(string site) => "site " + site;

    /// <summary>As <see cref="Holds"/>, for writes that cannot be left out.</summary>
    /// <exception cref="TransientException">Another node works the account.</exception>
    public async Task Demand(NpgsqlConnection connection, string site)
    {
        if (!await Holds(connection, site))
            throw new TransientException("store: another node works this account now", spendsAttempt: false);
    }
}
