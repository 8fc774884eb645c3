using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace CleanSync.Sqlite;

/// <summary>The database file: made with its schema when it is not there, readable by its owner alone.</summary>
internal sealed class SqliteDatabase
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Long enough for another process to commit, short enough for the sender of a webhook to still be listening.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly string _writing;
    private readonly string _reading;
    private readonly int _patience;

    private SqliteDatabase(SqliteConnectionStringBuilder given)
    {
        // Whoever names the same file by a link must find the same lock beside it.
        var named = System.IO.Path.GetFullPath(given.DataSource);
        Path = File.Exists(named) ? File.ResolveLinkTarget(named, returnFinalTarget: true)?.FullName ?? named : named;
        if (!given.ContainsKey("Default Timeout") || given.DefaultTimeout == 30)
            given.DefaultTimeout = (int)Patience.TotalSeconds;
        _patience = given.DefaultTimeout;
        // Not ReadWriteCreate: a file that has vanished is a fault, never a reason to go on with an empty one.
        _writing = With(given, SqliteOpenMode.ReadWrite, pooling: false);
        _reading = With(given, SqliteOpenMode.ReadOnly, pooling: true);
    }

    /// <summary>The full path of the database file.</summary>
    public string Path { get; }

    /// <summary>Makes or upgrades the database.</summary>
    /// <exception cref="ArgumentException">The connection string names no file.</exception>
    public static SqliteDatabase Prepare(string connectionString, ILogger logger)
    {
        var given = new SqliteConnectionStringBuilder(connectionString);
        if (
            given.Mode == SqliteOpenMode.Memory
            || given.DataSource is "" or ":memory:"
            || given.DataSource.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
        )
            throw new ArgumentException(
                $"The inbox needs a file, as in 'Data Source=cleansync.db'; '{given.DataSource}' is none.",
                nameof(connectionString)
            );
        var database = new SqliteDatabase(given);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(database.Path)!);
        CreateOwnerOnly(database.Path);
        using (database.OpenForWriting()) // Sets the journal mode before the schema is made.
            SqliteSchema.Upgrade(database._writing, logger);
        return database;
    }

    /// <summary>Opens the connection that writes. A commit on it is durable when it returns.</summary>
    public SqliteConnection OpenForWriting()
    {
        var connection = new SqliteConnection(_writing);
        try
        {
            connection.Open();
            using var pragmas = connection.CreateCommand();
#pragma warning disable CA2100 // A number of this class is all that varies.
            pragmas.CommandText = $"""
                PRAGMA busy_timeout = {_patience * 1000};
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA journal_size_limit = 67108864;
                PRAGMA cache_size = -16384;
                PRAGMA temp_store = MEMORY;
                """;
#pragma warning restore CA2100
            pragmas.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Takes a connection that can only read out of the pool.</summary>
    public SqliteConnection OpenForReading()
    {
        var connection = new SqliteConnection(_reading);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Closes the connections that wait in the pool.</summary>
    public void CloseReaders()
    {
        using var any = new SqliteConnection(_reading);
        SqliteConnection.ClearPool(any);
    }

    /// <summary>
    /// Creates the file, or closes an existing one to others. SQLite gives the files beside it (-wal, -shm) the same mode.
    /// </summary>
    internal static void CreateOwnerOnly(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            using (File.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite)) { }
            return;
        }
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            UnixCreateMode = OwnerOnly,
        };
        if (!File.Exists(path))
            using (File.Open(path, options)) { }
        foreach (var file in new[] { path, path + "-wal", path + "-shm" })
            if (File.Exists(file))
                File.SetUnixFileMode(file, OwnerOnly);
    }

    private static string With(SqliteConnectionStringBuilder given, SqliteOpenMode mode, bool pooling) =>
        new SqliteConnectionStringBuilder(given.ConnectionString) { Mode = mode, Pooling = pooling }.ConnectionString;
}
