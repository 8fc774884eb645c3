using System.Globalization;
using System.Text.Json.Nodes;

namespace CleanSync.Infrastructure.Sandbox;

/// <summary>Rows as the account writes them: nearly everything is text.</summary>
internal sealed class SandboxShapes(SandboxBehaviour behaviour)
{
    private const string Root = "https://sandbox.api-us1.com/api/3/";

    private static readonly TimeSpan AccountZone = TimeSpan.FromHours(-5);

    public JsonObject Contact(ContactRow row) =>
        new()
        {
            ["cdate"] = Moment(row.Created),
            ["email"] = row.Email,
            ["phone"] = row.Phone,
            ["firstName"] = row.FirstName,
            ["lastName"] = row.LastName,
            ["orgid"] = "0",
            ["orgname"] = row.OrganizationName,
            ["segmentio_id"] = "",
            ["bounced_hard"] = "0",
            ["bounced_soft"] = "0",
            ["bounced_date"] = NoDate(),
            ["ip"] = "0",
            ["ua"] = null,
            ["hash"] = row.Id.ToString("x32", CultureInfo.InvariantCulture),
            ["socialdata_lastcheck"] = NoDate(),
            ["email_local"] = "",
            ["email_domain"] = "",
            ["sentcnt"] = "0",
            ["rating_tstamp"] = NoDate(),
            ["gravatar"] = "0",
            ["deleted"] = row.Deleted ? "1" : "0",
            ["anonymized"] = "0",
            ["adate"] = null,
            ["udate"] = Moment(row.Updated),
            ["edate"] = null,
            ["deleted_at"] = NoDate(),
            // Not UTC whatever the name says: the account's wall clock.
            ["created_utc_timestamp"] = Wall(row.Created),
            ["updated_utc_timestamp"] = Wall(row.Updated),
            ["created_timestamp"] = Wall(row.Created),
            ["updated_timestamp"] = Wall(row.Updated),
            ["created_by"] = null,
            ["updated_by"] = null,
            ["email_empty"] = row.Email.Length == 0,
            ["scoreValues"] = new JsonArray(),
            ["accountContacts"] = new JsonArray(),
            ["links"] = ContactLinks(row.Id),
            ["id"] = Text(row.Id),
            ["organization"] = null,
        };

    /// <summary>The short form that answers a creation.</summary>
    public static JsonObject CreatedContact(ContactRow row) =>
        new()
        {
            ["email"] = row.Email,
            ["phone"] = row.Phone,
            ["firstName"] = row.FirstName,
            ["lastName"] = row.LastName,
            ["email_empty"] = row.Email.Length == 0,
            ["cdate"] = Moment(row.Created),
            ["udate"] = Moment(row.Updated),
            ["orgid"] = "",
            ["orgname"] = "",
            ["links"] = ContactLinks(row.Id),
            ["hash"] = row.Id.ToString("x32", CultureInfo.InvariantCulture),
            ["id"] = Text(row.Id),
            ["organization"] = "",
        };

    public static JsonObject TagLink(TagLinkRow row) =>
        new()
        {
            ["contact"] = Text(row.Contact),
            ["tag"] = Text(row.Tag),
            ["cdate"] = Moment(row.Created),
            ["created_timestamp"] = Wall(row.Created),
            ["updated_timestamp"] = Wall(row.Created),
            ["created_by"] = null,
            ["updated_by"] = null,
            ["links"] = Links("contactTags", row.Id, "tag", "contact"),
            ["id"] = Text(row.Id),
        };

    public static JsonObject Tag(TagRow row) =>
        new()
        {
            ["tagType"] = "contact",
            ["tag"] = row.Name,
            ["description"] = row.Description,
            ["subscriber_count"] = "0",
            ["cdate"] = Moment(row.Created),
            ["created_timestamp"] = Wall(row.Created),
            ["updated_timestamp"] = Wall(row.Created),
            ["created_by"] = null,
            ["updated_by"] = null,
            ["links"] = Links("tags", row.Id, "contactGoalTags"),
            ["id"] = Text(row.Id),
        };

    public static JsonObject Value(ValueRow row) =>
        new()
        {
            ["contact"] = Text(row.Contact),
            ["field"] = Text(row.Field),
            ["value"] = row.Value,
            ["cdate"] = Moment(row.Created),
            ["udate"] = Moment(row.Updated),
            ["created_by"] = null,
            ["updated_by"] = null,
            ["links"] = Links("fieldValues", row.Id, "owner", "field"),
            ["id"] = Text(row.Id),
            ["owner"] = Text(row.Contact),
        };

    public static JsonObject Field(FieldRow row) =>
        new()
        {
            ["title"] = row.Title,
            ["descript"] = "",
            ["type"] = row.Type,
            ["isrequired"] = "0",
            ["perstag"] = row.PersonalizationTag,
            ["defval"] = "",
            ["show_in_list"] = "0",
            ["rows"] = "0",
            ["cols"] = "0",
            ["visible"] = "1",
            ["service"] = "",
            ["ordernum"] = Text(row.Id),
            ["cdate"] = Moment(row.Created),
            ["udate"] = Moment(row.Created),
            ["created_timestamp"] = Wall(row.Created),
            ["updated_timestamp"] = Wall(row.Created),
            ["options"] = Array(row.Options.Select((_, i) => (JsonNode)Text((row.Id * 1000) + i))),
            ["relations"] = new JsonArray(),
            ["links"] = Links("fields", row.Id, "options", "relations"),
            ["id"] = Text(row.Id),
        };

    public static IEnumerable<JsonObject> Options(FieldRow row) =>
        row.Options.Select(
            (option, i) =>
                new JsonObject
                {
                    ["field"] = Text(row.Id),
                    ["orderid"] = Text(i),
                    ["value"] = option,
                    ["label"] = option,
                    ["isdefault"] = "0",
                    ["links"] = Links("fieldOptions", (row.Id * 1000) + i, "field"),
                    ["id"] = Text((row.Id * 1000) + i),
                }
        );

    public static JsonObject Hook(HookRow row) =>
        new()
        {
            ["cdate"] = Moment(row.Created),
            ["listid"] = Text(row.List),
            ["name"] = row.Name,
            ["url"] = row.Url,
            ["events"] = Array(row.Events.Select(text => (JsonNode)text)),
            ["sources"] = Array(row.Sources.Select(text => (JsonNode)text)),
            ["links"] = new JsonArray(),
            ["id"] = Text(row.Id),
        };

    public static JsonArray Array(IEnumerable<JsonNode> nodes) => [.. nodes];

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Moment(DateTimeOffset moment) =>
        moment.ToOffset(AccountZone).ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);

    private static string Wall(DateTimeOffset moment) =>
        moment.ToOffset(AccountZone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private string? NoDate() => behaviour.ZeroDates ? "0000-00-00 00:00:00" : null;

    private static JsonObject ContactLinks(long id) =>
        Links("contacts", id, "bounceLogs", "contactLists", "contactTags", "fieldValues", "geoIps", "notes");

    private static JsonObject Links(string resource, long id, params string[] names) =>
        [.. names.Select(name => KeyValuePair.Create(name, (JsonNode?)$"{Root}{resource}/{Text(id)}/{name}"))];
}
