using System.Text.Json.Nodes;

namespace CleanSync.Infrastructure.Sandbox;

/// <summary>Everything under <c>/contacts</c> and <c>/contact</c>.</summary>
internal sealed class SandboxContactRoutes(SandboxStore store, SandboxShapes shapes, SandboxBehaviour behaviour)
{
    private readonly SandboxContactList _list = new(store, shapes, behaviour);

    public SandboxResponse? Handle(SandboxCall call) =>
        call.Route switch
        {
            "GET contacts" => SandboxAnswers.Ok(_list.Answer(call.Query)),
            "POST contacts" => Create(call),
            "POST contact/sync" => Sync(call),
            "GET contacts/#" => Single(call),
            "PUT contacts/#" => Change(call),
            "DELETE contacts/#" => Delete(call),
            "GET contacts/#/contactTags" => Tags(call),
            "GET contacts/#/fieldValues" => Values(call),
            _ => null,
        };

    private SandboxResponse Single(SandboxCall call)
    {
        if (!store.Contacts.TryGetValue(call.Id, out var row) || (row.Deleted && !behaviour.DeletedAnswered))
            return NotFound(call);
        var answer = new JsonObject
        {
            ["contactAutomations"] = new JsonArray(),
            ["contactLists"] = new JsonArray(),
            ["deals"] = new JsonArray(),
            ["fieldValues"] = SandboxShapes.Array(row.Values.Values.Select(SandboxShapes.Value)),
            ["geoIps"] = new JsonArray(),
            ["accountContacts"] = new JsonArray(),
        };
        var contact = shapes.Contact(row);
        contact["contactLists"] = SandboxShapes.Array(row.Lists.Select(id => (JsonNode)SandboxShapes.Text(id)));
        contact["fieldValues"] = SandboxContactList.Ids(row.Values.Values.Select(value => value.Id));
        _list.AddTags(answer, call.Query.Includes, [(row, contact)]);
        answer["contact"] = contact;
        return SandboxAnswers.Ok(answer);
    }

    private SandboxResponse Create(SandboxCall call)
    {
        if (call.Wrapped("contact") is not { } input)
            return SandboxAnswers.Missing("contact");
        if (store.ByEmail(input.Text("email") ?? "") is not null)
            return SandboxAnswers.DuplicateEmail();
        var row = store.Add();
        Apply(row, input);
        return SandboxAnswers.Created(new JsonObject { ["contact"] = SandboxShapes.CreatedContact(row) });
    }

    private SandboxResponse Sync(SandboxCall call)
    {
        if (call.Wrapped("contact") is not { } input || string.IsNullOrEmpty(input.Text("email")))
            return SandboxAnswers.Missing("email");
        if (store.ByEmail(input.Text("email")!) is not { } row)
            return Create(call);
        Apply(row, input);
        return Written(row, input);
    }

    private SandboxResponse Change(SandboxCall call)
    {
        if (store.Living(call.Id) is not { } row)
            return NotFound(call);
        if (call.Wrapped("contact") is not { } input)
            return SandboxAnswers.Missing("contact");
        if (input.Text("email") is { } email && store.ByEmail(email) is { } other && other.Id != row.Id)
            return SandboxAnswers.DuplicateEmail();
        Apply(row, input);
        return Written(row, input);
    }

    private SandboxResponse Delete(SandboxCall call)
    {
        if (store.Living(call.Id) is not { } row)
            return NotFound(call);
        store.Delete(row);
        return SandboxAnswers.Ok(new JsonObject());
    }

    private SandboxResponse Written(ContactRow row, JsonObject input)
    {
        var answer = new JsonObject();
        if (input["fieldValues"] is not null)
            answer["fieldValues"] = SandboxShapes.Array(row.Values.Values.Select(SandboxShapes.Value));
        answer["contact"] = shapes.Contact(row);
        return SandboxAnswers.Ok(answer);
    }

    private void Apply(ContactRow row, JsonObject input)
    {
        if (input.Text("email") is { } email)
            store.Rename(row, email);
        row.FirstName = input.Text("firstName") ?? row.FirstName;
        row.LastName = input.Text("lastName") ?? row.LastName;
        row.Phone = input.Text("phone") ?? row.Phone;
        foreach (var value in (input["fieldValues"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (store.Fields.ContainsKey(value.Id("field")))
                store.SetValue(row, value.Id("field"), value.Text("value") ?? "");
        }
        store.Touch(row, "api");
    }

    // Sub-resources carry no meta.
    private SandboxResponse Tags(SandboxCall call)
    {
        if (store.Living(call.Id) is not { } row)
            return NotFound(call);
        var page = row.TagLinks.Skip(call.Query.Offset).Take(call.Query.Limit).ToList();
        var answer = new JsonObject { ["contactTags"] = SandboxShapes.Array(page.Select(SandboxShapes.TagLink)) };
        if (call.Query.Includes.Contains("tag"))
            answer["tags"] = SandboxShapes.Array(page.Select(link => SandboxShapes.Tag(store.Tags[link.Tag])));
        return SandboxAnswers.Ok(answer);
    }

    private SandboxResponse Values(SandboxCall call)
    {
        if (store.Living(call.Id) is not { } row)
            return NotFound(call);
        var page = row.Values.Values.Skip(call.Query.Offset).Take(call.Query.Limit);
        return SandboxAnswers.Ok(
            new JsonObject { ["fieldValues"] = SandboxShapes.Array(page.Select(SandboxShapes.Value)) }
        );
    }

    private static SandboxResponse NotFound(SandboxCall call) => SandboxAnswers.NotFound("Subscriber", call.IdText);
}
