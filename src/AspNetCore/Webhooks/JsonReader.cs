using System.Text;
using System.Text.Json;

namespace CleanSync.AspNetCore.Webhooks;

/// <summary>
/// Reads an object whose members are the parameters, <c>contact: { id }</c> included. What cannot be read ends the reading;
/// what was read until then counts.
/// </summary>
internal static class JsonReader
{
    /// <summary>Reads the bytes.</summary>
    public static void Read(ReadOnlySpan<byte> json, bool cut, WebhookParameters parameters)
    {
        // A byte order mark is no part of JSON, yet some senders put one.
        json = json.StartsWith(Encoding.UTF8.Preamble) ? json[Encoding.UTF8.Preamble.Length..] : json;
        var reader = new Utf8JsonReader(json, isFinalBlock: !cut, new JsonReaderState());
        try
        {
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                ReadMembers(ref reader, parameters, contact: false);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException) { }
    }

    private static void ReadMembers(ref Utf8JsonReader reader, WebhookParameters parameters, bool contact)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!.ToLowerInvariant();
            if (!reader.Read())
                return;
            if (reader.TokenType == JsonTokenType.StartObject && !contact && name is "contact")
                ReadMembers(ref reader, parameters, contact: true);
            else if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                if (!reader.TrySkip())
                    return;
            }
            else if (!contact || name is "id")
                parameters.Set(Encoding.UTF8.GetBytes(contact ? "contact[id]" : name), Text(ref reader));
        }
    }

    private static string Text(ref Utf8JsonReader reader) =>
        reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Null => "",
            _ => Encoding.UTF8.GetString(reader.ValueSpan),
        };
}
