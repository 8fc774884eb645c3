using System.Text.Json;

namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>Puts rows in order.</summary>
internal static class JsonRows
{
    /// <summary>Rows by key; of several with the same key the last one stays.</summary>
    public static Dictionary<TKey, JsonElement> ToDictionaryByLast<TKey>(
        this IEnumerable<JsonElement> rows,
        Func<JsonElement, TKey> key
    )
        where TKey : notnull
    {
        var byKey = new Dictionary<TKey, JsonElement>();
        foreach (var row in rows)
            byKey[key(row)] = row;
        return byKey;
    }
}
