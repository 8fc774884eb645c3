using Microsoft.Data.Sqlite;

namespace CleanSync.Sqlite;

/// <summary>A prepared statement of one connection: compiled once, run often with other values.</summary>
internal sealed class Statement : IDisposable
{
    private readonly SqliteCommand _command;

    public Statement(SqliteConnection connection, Sql sql)
    {
        _command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this folder.
        _command.CommandText = sql.Text;
#pragma warning restore CA2100
        foreach (var name in sql.Parameters)
            _command.Parameters.Add(new SqliteParameter(name, value: null));
    }

    /// <summary>Runs it to its end.</summary>
    /// <returns>The number of rows changed.</returns>
    public int Execute(ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    /// <summary>Runs it for its rows.</summary>
    public SqliteDataReader Query(ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteReader();
    }

    public void Dispose() => _command.Dispose();

    private void Bind(ReadOnlySpan<object?> values)
    {
        if (values.Length != _command.Parameters.Count)
            throw new ArgumentException($"{_command.Parameters.Count} values expected.", nameof(values));
        for (var i = 0; i < values.Length; i++)
            _command.Parameters[i].Value = values[i] ?? DBNull.Value;
    }
}
