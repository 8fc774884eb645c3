using System.Text.Json.Serialization;

namespace CleanSync.Sqlite;

/// <summary>What stands in columns as JSON.</summary>
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(IReadOnlyList<long>))]
internal sealed partial class SqliteJson : JsonSerializerContext;
