using System.Text.Json.Nodes;

namespace CleanSync.Infrastructure.Sandbox;

/// <summary>Tags, fields, lists, and the rows that tie them to contacts.</summary>
internal sealed class SandboxDefinitionRoutes(SandboxStore store, SandboxShapes shapes)
{
    public SandboxResponse? Handle(SandboxCall call) =>
        call.Route switch
        {
            "GET tags" => Tags(call),
            "POST tags" => AddTag(call),
            "GET tags/#" => store.Tags.TryGetValue(call.Id, out var tag)
                ? SandboxAnswers.Ok(new JsonObject { ["tag"] = SandboxShapes.Tag(tag) })
                : SandboxAnswers.NotFound("Tag", call.IdText),
            "GET fields" => Fields(call),
            "POST fields" => AddField(call),
            "GET fields/#" => store.Fields.TryGetValue(call.Id, out var field)
                ? SandboxAnswers.Ok(new JsonObject { ["field"] = SandboxShapes.Field(field) })
                : SandboxAnswers.NotFound("Field", call.IdText),
            "GET lists" => Lists(call),
            "GET contactTags" => SandboxAnswers.Ok(
                Page(call.Query, "contactTags", AllLinks().Select(SandboxShapes.TagLink))
            ),
            "POST contactTags" => Link(call),
            "DELETE contactTags/#" => Unlink(call),
            "GET fieldValues" => SandboxAnswers.Ok(
                Page(call.Query, "fieldValues", AllValues().Select(SandboxShapes.Value))
            ),
            "GET fieldValues/#" => Value(call.Id) is { } value
                ? SandboxAnswers.Ok(new JsonObject { ["fieldValue"] = SandboxShapes.Value(value) })
                : SandboxAnswers.NotFound("FieldValue", call.IdText),
            "POST fieldValues" => SetValue(call),
            "PUT fieldValues/#" => Value(call.Id) is null
                ? SandboxAnswers.NotFound("FieldValue", call.IdText)
                : SetValue(call),
            "DELETE fieldValues/#" => RemoveValue(call),
            "GET users/me" => SandboxAnswers.Ok(
                new JsonObject
                {
                    ["user"] = new JsonObject
                    {
                        ["username"] = "admin",
                        ["links"] = new JsonArray(),
                        ["id"] = "1",
                    },
                }
            ),
            _ => null,
        };

    private static JsonObject Page(SandboxQuery query, string key, IEnumerable<JsonObject> rows)
    {
        var all = rows.ToList();
        return new JsonObject
        {
            [key] = SandboxShapes.Array(all.Skip(query.Offset).Take(query.Limit)),
            ["meta"] = new JsonObject { ["total"] = SandboxShapes.Text(all.Count) },
        };
    }

    private SandboxResponse Tags(SandboxCall call)
    {
        var part = call.Query.Text("search") ?? "";
        var tags = store.Tags.Values.Where(tag => tag.Name.Contains(part, StringComparison.OrdinalIgnoreCase));
        return SandboxAnswers.Ok(Page(call.Query, "tags", tags.Select(SandboxShapes.Tag)));
    }

    private SandboxResponse AddTag(SandboxCall call)
    {
        if (call.Wrapped("tag") is not { } input || string.IsNullOrEmpty(input.Text("tag")))
            return SandboxAnswers.Missing("tag");
        var tag = store.AddTag(input.Text("tag")!, input.Text("description") ?? "");
        return SandboxAnswers.Created(new JsonObject { ["tag"] = SandboxShapes.Tag(tag) });
    }

    private SandboxResponse Fields(SandboxCall call)
    {
        var tag = call.Query.Text("filters[perstag]");
        var fields = store.Fields.Values.Where(field =>
            tag is null || string.Equals(field.PersonalizationTag, tag, StringComparison.OrdinalIgnoreCase)
        );
        var page = Page(call.Query, "fields", fields.Select(SandboxShapes.Field));
        page["fieldOptions"] = SandboxShapes.Array(fields.SelectMany(SandboxShapes.Options));
        page["fieldRels"] = new JsonArray();
        page["meta"]!["selected"] = null;
        return SandboxAnswers.Ok(page);
    }

    private SandboxResponse AddField(SandboxCall call)
    {
        if (call.Wrapped("field") is not { } input || string.IsNullOrEmpty(input.Text("title")))
            return SandboxAnswers.Missing("title");
        var field = store.AddField(
            input.Text("title")!,
            input.Text("type") ?? "text",
            input.Text("perstag") ?? "",
            input.Texts("options")
        );
        return SandboxAnswers.Created(new JsonObject { ["field"] = SandboxShapes.Field(field) });
    }

    private SandboxResponse Lists(SandboxCall call) =>
        SandboxAnswers.Ok(
            Page(
                call.Query,
                "lists",
                store.Lists.Select(list => new JsonObject
                {
                    ["name"] = list.Value,
                    ["links"] = new JsonArray(),
                    ["id"] = SandboxShapes.Text(list.Key),
                })
            )
        );

    private SandboxResponse Link(SandboxCall call)
    {
        if (call.Wrapped("contactTag") is not { } input)
            return SandboxAnswers.Missing("contactTag");
        if (!store.Tags.TryGetValue(input.Id("tag"), out var tag))
            return SandboxAnswers.NoTagGiven();
        if (store.Living(input.Id("contact")) is not { } row)
            return SandboxAnswers.RelatedNotFound("Contact");
        var link = store.Link(row, tag, "api");
        return SandboxAnswers.Created(
            new JsonObject
            {
                ["contacts"] = new JsonArray(shapes.Contact(row)),
                ["contactTag"] = SandboxShapes.TagLink(link),
            }
        );
    }

    private SandboxResponse Unlink(SandboxCall call)
    {
        var owner = store.Contacts.Values.FirstOrDefault(row => row.TagLinks.Exists(link => link.Id == call.Id));
        if (owner is null || !store.Unlink(owner, link => link.Id == call.Id, "api"))
            return SandboxAnswers.NotFound("SubscriberTag", call.IdText);
        return SandboxAnswers.Ok(new JsonObject());
    }

    private SandboxResponse SetValue(SandboxCall call)
    {
        if (call.Wrapped("fieldValue") is not { } input)
            return SandboxAnswers.Missing("fieldValue");
        if (store.Living(input.Id("contact")) is not { } row)
            return SandboxAnswers.RelatedNotFound("Contact");
        if (!store.Fields.ContainsKey(input.Id("field")))
            return SandboxAnswers.RelatedNotFound("Field");
        var value = store.SetValue(row, input.Id("field"), input.Text("value") ?? "");
        store.Touch(row, "api");
        var answer = new JsonObject
        {
            ["contacts"] = new JsonArray(shapes.Contact(row)),
            ["fieldValue"] = SandboxShapes.Value(value),
        };
        return call.Segments.Length > 1 ? SandboxAnswers.Ok(answer) : SandboxAnswers.Created(answer);
    }

    private SandboxResponse RemoveValue(SandboxCall call)
    {
        if (Value(call.Id) is not { } value)
            return SandboxAnswers.NotFound("FieldValue", call.IdText);
        store.Contacts[value.Contact].Values.Remove(value.Field);
        return SandboxAnswers.Ok(new JsonObject());
    }

    private ValueRow? Value(long id) => AllValues().FirstOrDefault(value => value.Id == id);

    private IEnumerable<TagLinkRow> AllLinks() => store.Contacts.Values.SelectMany(row => row.TagLinks);

    private IEnumerable<ValueRow> AllValues() => store.Contacts.Values.SelectMany(row => row.Values.Values);
}
