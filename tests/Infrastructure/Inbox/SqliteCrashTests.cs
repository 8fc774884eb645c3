using System.Diagnostics;
using System.Globalization;
using CleanSync.Sqlite;
using Microsoft.Data.Sqlite;

namespace CleanSync.Infrastructure.Tests.Inbox;

/// <summary>A process that is killed while it accepts.</summary>
public sealed class SqliteCrashTests
{
    [Theory]
    [Trait("Spec", "5.1")]
    [InlineData(300)]
    [InlineData(5000)]
    public async Task Every_receipt_that_was_given_out_is_in_the_database_of_a_killed_process(int enough)
    {
        await using var store = new SqliteFixture();
        await store.Sqlite.DisposeAsync();
        using var victim = Process.Start(
            new ProcessStartInfo("dotnet")
            {
                ArgumentList =
                {
                    "exec",
                    Path.Combine(AppContext.BaseDirectory, "CleanSync.Infrastructure.Crash.dll"),
                    store.ConnectionString,
                },
                RedirectStandardOutput = true,
            }
        )!;

        var receipts = new Dictionary<long, long>();
        while (await victim.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            // The last line may have been cut off in the middle; only whole ones count.
            if (receipts.Count >= enough && !victim.HasExited)
                victim.Kill();
            if (line.Split(' ') is [var contact, { Length: 16 } receipt])
                receipts[long.Parse(contact, CultureInfo.InvariantCulture)] = long.Parse(
                    receipt,
                    CultureInfo.InvariantCulture
                );
        }
        await victim.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.NotEqual(0, victim.ExitCode);
        Assert.True(receipts.Count >= enough);
        await store.Reopen();
        var stored = Stored(store);
        Assert.All(receipts, given => Assert.Equal(given.Value, stored[given.Key]));
    }

    private static Dictionary<long, long> Stored(SqliteFixture store)
    {
        using var connection = new SqliteConnection(store.ConnectionString + ";Pooling=False");
        connection.Open();
        using var statement = new Statement(connection, new Sql("SELECT contact, receipt FROM inbox"));
        using var rows = statement.Query([]);
        var stored = new Dictionary<long, long>();
        while (rows.Read())
            stored[rows.GetInt64(0)] = rows.GetInt64(1);
        return stored;
    }
}
