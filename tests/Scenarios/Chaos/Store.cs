using System.Data.Common;
using System.Text.Json;
using CleanSync.Infrastructure.Tests.Inbox;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace CleanSync.Scenarios.Chaos;

/// <summary>An end of work for a contact, from the history.</summary>
internal sealed record Ending(long Contact, DateTimeOffset At, string Outcome, IReadOnlyList<string> Warnings);

/// <summary>A row of the inbox that has not ended.</summary>
internal sealed record Unfinished(long Contact, bool Claimed, bool Parked, int Attempts, string Reason);

/// <summary>Looks into the hosts' database from outside, by the columns that all stores have in common.</summary>
/// <param name="connect">Makes a connection that is not yet open.</param>
internal sealed class Store(Func<DbConnection> connect)
{
    /// <summary>The hosts' database in a file.</summary>
    public static Store Sqlite(DirectoryInfo folder) =>
        new(() => new SqliteConnection($"Data Source={Path.Combine(folder.FullName, "inbox.db")};Pooling=False"));

    /// <summary>The hosts' database on a server.</summary>
    public static Store PostgreSql(string connectionString) =>
        new(() =>
            new NpgsqlConnection(
                PostgreSqlUnderTest.With(
                    connectionString,
                    builder => (builder.SearchPath, builder.Pooling) = ("cleansync", false)
                )
            )
        );

    public Task<List<Unfinished>> Rows() =>
        Read(
            "select contact, claimed_action, parked, attempts, reason from inbox",
            row => new Unfinished(
                row.GetInt64(0),
                !row.IsDBNull(1),
                !row.IsDBNull(2),
                row.GetInt32(3),
                row.GetString(4)
            )
        );

    /// <summary>The user of each contact that has one.</summary>
    public async Task<Dictionary<long, long>> Links() =>
        (
            await Read(
                "select contact, user_id from ledger where user_id is not null",
                row => (row.GetInt64(0), row.GetInt64(1))
            )
        ).ToDictionary();

    /// <summary>The contacts that were read and brought to their user.</summary>
    public async Task<HashSet<long>> Applied() =>
        [.. await Read("select contact from ledger where applied_update is not null", row => row.GetInt64(0))];

    /// <summary>All that has ended, oldest first.</summary>
    public Task<List<Ending>> History() =>
        Read(
            "select contact, ended, outcome, warnings from history order by id",
            row => new Ending(
                row.GetInt64(0),
                DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)),
                row.GetString(2),
                row.GetValue(3) switch
                {
                    string[] list => list,
                    string json => JsonSerializer.Deserialize<string[]>(json)!,
                    _ => [],
                }
            )
        );

    /// <summary>
    /// Makes it later for the hosts, while none of them runs: what is due at some time is due so much earlier. As if they had all been down for
    /// that long; it saves waiting for back-offs.
    /// </summary>
    public async Task LetTimePass(TimeSpan time)
    {
        await using var database = connect();
        await database.OpenAsync();
        var intents = await Read(
            "select contact, intent_sent_at from ledger where intent_sent_at is not null",
            // Ticks, or a text.
            row =>
                (
                    Contact: row.GetInt64(0),
                    Sent: row.GetValue(1) is long ticks
                        ? ticks - time.Ticks
                        : (object)(row.GetFieldValue<DateTimeOffset>(1) - time)
                )
        );
        foreach (var (contact, sent) in intents)
            await Execute(
                database,
                "update ledger set intent_sent_at = @sent where contact = @contact",
                ("@sent", sent),
                ("@contact", contact)
            );
        await Execute(
            database,
            "update inbox set due = due - @time, failing_since = failing_since - @time",
            ("@time", (long)time.TotalMilliseconds)
        );
    }

    private static async Task Execute(DbConnection database, string sql, params (string Name, object Value)[] values)
    {
        await using var command = database.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
        await command.ExecuteNonQueryAsync();
    }

    private async Task<List<T>> Read<T>(string sql, Func<DbDataReader, T> make)
    {
        await using var database = connect();
        await database.OpenAsync();
        await using var command = database.CreateCommand();
        command.CommandText = sql;
        await using var rows = await command.ExecuteReaderAsync();
        var all = new List<T>();
        while (await rows.ReadAsync())
            all.Add(make(rows));
        return all;
    }
}
