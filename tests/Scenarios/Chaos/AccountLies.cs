using System.Text;
using System.Text.Json.Nodes;

namespace CleanSync.Scenarios.Chaos;

/// <summary>Lists of contacts as ActiveCampaign must not send them, and does when it is busy.</summary>
internal static class AccountLies
{
    public static byte[] WithoutContact(Random random, byte[] body) =>
        Rewritten(body, list => Without(random, list["contacts"]));

    public static byte[] WithoutTagRow(Random random, byte[] body) =>
        Rewritten(body, list => Without(random, list["contactTags"]));

    private static void Without(Random random, JsonNode? rows)
    {
        if (rows is JsonArray { Count: > 0 } array)
            array.RemoveAt(random.Next(array.Count));
    }

    private static byte[] Rewritten(byte[] body, Action<JsonObject> change)
    {
        if (JsonNode.Parse(body) is not JsonObject list)
            return body;
        change(list);
        return Encoding.UTF8.GetBytes(list.ToJsonString());
    }
}
