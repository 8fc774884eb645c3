using Npgsql;

namespace CleanSync.Infrastructure.Tests.Inbox;

/// <summary>
/// The server that tests/postgres/up has started. CLEANSYNC_TEST_POSTGRES holds the connection string of a user who may make
/// databases; without it the test is skipped, and under CI=true a skip is a failure.
/// </summary>
internal static class PostgreSqlUnderTest
{
    private const string Variable = "CLEANSYNC_TEST_POSTGRES";
    private static int _databases;

    /// <summary>The connection string of the server's administrator.</summary>
    public static string Server
    {
        get
        {
            var server = Environment.GetEnvironmentVariable(Variable) ?? "";
            if (server.Length == 0)
            {
                const string missing = $"{Variable} is not set: tests/postgres/up prints its value.";
                if (Environment.GetEnvironmentVariable("CI") == "true")
                    Assert.Fail(missing);
                Assert.Skip(missing);
            }
            return server;
        }
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public static string MakeDatabase()
    {
        var name = $"cleansync_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}";
        Execute(Server, $"DROP DATABASE IF EXISTS {name} (FORCE)");
        Execute(Server, $"CREATE DATABASE {name}");
        return With(Server, builder => builder.Database = name);
    }

    /// <summary>Removes a database, whoever uses it.</summary>
    public static void Drop(string connectionString) =>
        Execute(
            Server,
            $"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(connectionString).Database} (FORCE)"
        );

    /// <summary>A connection string with something changed.</summary>
    public static string With(string connectionString, Action<NpgsqlConnectionStringBuilder> change)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        change(builder);
        return builder.ConnectionString;
    }

    /// <summary>Runs statements on a connection of their own.</summary>
    public static void Execute(string connectionString, string sql)
    {
        using var connection = new NpgsqlConnection(With(connectionString, builder => builder.Pooling = false));
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
