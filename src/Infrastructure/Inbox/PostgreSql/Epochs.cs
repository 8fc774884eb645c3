using System.Collections.Concurrent;
using CleanSync.Application.Ports;
using Npgsql;

namespace CleanSync.Infrastructure.Inbox.PostgreSql;

/// <summary>
/// Which sites this process works, and by which right: the account's epoch, which goes up whenever a process takes the account. Every
/// write of a worker is checked against the database in its own transaction, so that a process that woke too late writes nothing.
/// </summary>
internal sealed class Epochs
{
    private readonly ConcurrentDictionary<string, Epoch> _held = new(StringComparer.Ordinal);

    /// <summary>By what right this process works a site; null when it does not.</summary>
    public Epoch? Of(string site) => _held.TryGetValue(site, out var epoch) ? epoch : null;

    /// <summary>Notes that this process works the site.</summary>
    public void Take(string site, Epoch epoch) => _held[site] = epoch;

    /// <summary>Notes that this process works the site no longer, unless it has taken it anew.</summary>
    public void Lose(string site, Epoch epoch) => _held.TryRemove(KeyValuePair.Create(site, epoch));

    /// <summary>
    /// Whether this process may write for the site. Keeps others from taking the account until the transaction of the connection ends.
    /// </summary>
    public async Task<bool> Holds(NpgsqlConnection connection, string site) =>
        Of(site) is { } epoch
        && (
            await connection.All(
                "SELECT 1 FROM cleansync.accounts WHERE account = $1 AND epoch = $2 FOR SHARE",
                row => row.GetInt32(0),
                CancellationToken.None,
                epoch.Account,
                epoch.Number
            )
        ).Count == 1;

    /// <summary>As <see cref="Holds"/>, for writes that cannot be left out.</summary>
    /// <exception cref="TransientException">Another node works the account.</exception>
    public async Task Demand(NpgsqlConnection connection, string site)
    {
        if (!await Holds(connection, site))
            throw new TransientException("store: another node works this account now", spendsAttempt: false);
    }
}

/// <summary>The right to work an account.</summary>
/// <param name="Account">The account.</param>
/// <param name="Number">Greater than that of everybody who had the account before.</param>
internal sealed record Epoch(string Account, long Number);
