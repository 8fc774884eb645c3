namespace CleanSync.Sqlite;

/// <summary>A statement and the names of its parameters, in the order in which callers give the values.</summary>
internal sealed class Sql(string text, params string[] parameters)
{
    /// <summary>The statement.</summary>
    public string Text => text;

    /// <summary>The names of the parameters, each with its leading <c>$</c>.</summary>
    public IReadOnlyList<string> Parameters => parameters;
}
