using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace CleanSync.Bench.Connector;

/// <summary>What is done to users.</summary>
internal enum Work
{
    Update,
    Unchanged,
    Create,
}

/// <summary>One user's share of the work. A new one has no id.</summary>
internal sealed record Person(Work Work, long Id, string Name, string Level, string Phone);

/// <summary>A way to the users of a site.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Entries">How many users a request holds.</param>
/// <param name="Send">Sends one request; gives back whom the site did not begin with.</param>
internal sealed record Way(
    string Name,
    int Entries,
    Func<Site, IReadOnlyList<Person>, Task<IReadOnlyList<Person>>> Send
)
{
    public static Way Connector(int entries) => new($"connector, {entries} a request", entries, ByConnector);

    public static Way Single { get; } = new("core, single calls", 1, BySingleCall);

    public static Way Batch { get; } = new("core, batch of 25", 25, ByBatch);

    /// <summary>The change as the connector reads it.</summary>
    public static JsonObject Change(Person person) =>
        person.Work == Work.Create
            ? new JsonObject
            {
                ["do"] = "create",
                ["login"] = person.Name,
                ["email"] = $"{person.Name}@bench.test",
                ["password"] = Password,
                ["generated"] = true,
                ["role"] = "subscriber",
                ["token"] = RandomNumberGenerator.GetHexString(32, lowercase: true),
                ["link"] = RandomNumberGenerator.GetInt32(1, int.MaxValue),
                ["core"] = new JsonObject { ["first_name"] = person.Name },
            }
            : new JsonObject
            {
                ["do"] = "update",
                ["id"] = person.Id,
                ["core"] = new JsonObject { ["first_name"] = person.Name },
                ["meta"] = Meta(person),
            };

    public static JsonObject Frame(IEnumerable<JsonObject> changes) =>
        new()
        {
            ["changes"] = new JsonArray([.. changes]),
            ["tags_key"] = "activecampaign_tags",
            ["link_key"] = "activecampaign_contact_id",
            ["seconds"] = 20,
        };

    private const string Password = "Kq7mVtR2xZp9LwB4nHs6JdYc";

    private static JsonObject Meta(Person person) =>
        new() { ["membership_level"] = person.Level, ["billing_phone"] = person.Phone };

    private static async Task<IReadOnlyList<Person>> ByConnector(Site site, IReadOnlyList<Person> people)
    {
        var answer = await site.Read(HttpMethod.Post, "/cleansync/v1/users/apply", Frame(people.Select(Change)));
        var results = answer["results"]!.AsArray();
        var left = new List<Person>();
        for (var i = 0; i < people.Count; i++)
        {
            var status = (string?)results[i]!["status"];
            if (status == "not_started")
                left.Add(people[i]);
            else if (status != Wanted(people[i].Work))
                throw new InvalidOperationException($"{people[i].Work}: {results[i]!.ToJsonString()}");
        }
        return left;
    }

    private static string Wanted(Work work) =>
        work switch
        {
            Work.Update => "updated",
            Work.Unchanged => "unchanged",
            _ => "created",
        };

    private static async Task<IReadOnlyList<Person>> BySingleCall(Site site, IReadOnlyList<Person> people)
    {
        foreach (var person in people)
            await site.Read(HttpMethod.Post, Path(person), Body(person));
        return [];
    }

    private static async Task<IReadOnlyList<Person>> ByBatch(Site site, IReadOnlyList<Person> people)
    {
        var answer = await site.Read(
            HttpMethod.Post,
            "/batch/v1",
            new JsonObject
            {
                ["requests"] = new JsonArray([
                    .. people.Select(person => new JsonObject
                    {
                        ["method"] = "POST",
                        ["path"] = Path(person),
                        ["body"] = Body(person),
                    }),
                ]),
            }
        );
        if (answer["responses"]!.AsArray().FirstOrDefault(one => (int)one!["status"]! >= 300) is { } refused)
            throw new InvalidOperationException(refused.ToJsonString());
        return [];
    }

    private static string Path(Person person) =>
        person.Work == Work.Create ? "/wp/v2/users?_fields=id" : $"/wp/v2/users/{person.Id}?_fields=id";

    private static JsonObject Body(Person person)
    {
        var body = new JsonObject { ["first_name"] = person.Name };
        if (person.Work == Work.Create)
            (body["username"], body["email"], body["password"], body["roles"]) = (
                person.Name,
                $"{person.Name}@bench.test",
                Password,
                new JsonArray("subscriber")
            );
        else
            body["meta"] = Meta(person);
        return body;
    }
}
