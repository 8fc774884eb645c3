using System.Text.Json.Nodes;

namespace CleanSync.Infrastructure.Sandbox;

/// <summary>Webhooks: made, read, changed and removed.</summary>
internal sealed class SandboxHookRoutes(SandboxStore store)
{
    private static readonly string[] Events =
    [
        "bounce",
        "click",
        "contact_tag_added",
        "contact_tag_removed",
        "forward",
        "list_add",
        "open",
        "reply",
        "sent",
        "share",
        "subscribe",
        "subscriber_note",
        "unsubscribe",
        "update",
    ];

    public SandboxResponse? Handle(SandboxCall call) =>
        call.Route switch
        {
            "GET webhooks" => List(call.Query),
            "POST webhooks" => Save(call, SandboxStore.NextId(store.Hooks), created: true),
            "GET webhook/events" => SandboxAnswers.Ok(
                new JsonObject
                {
                    ["webhookEvents"] = SandboxShapes.Array(Events.Select(name => (JsonNode)name)),
                    // A number here, a text everywhere else.
                    ["meta"] = new JsonObject { ["total"] = Events.Length },
                }
            ),
            "GET webhooks/#" => store.Hooks.TryGetValue(call.Id, out var hook) ? Ok(hook) : NotFound(call),
            "PUT webhooks/#" => store.Hooks.ContainsKey(call.Id) ? Save(call, call.Id, created: false) : NotFound(call),
            "DELETE webhooks/#" => store.Hooks.Remove(call.Id) ? SandboxAnswers.Ok(new JsonObject()) : NotFound(call),
            _ => null,
        };

    private SandboxResponse List(SandboxQuery query)
    {
        var hooks = store
            .Hooks.Values.Where(hook => Matches(hook.Name, query.Text("filters[name]")))
            .Where(hook => Matches(hook.Url, query.Text("filters[url]")))
            .Where(hook => Matches(SandboxShapes.Text(hook.List), query.Text("filters[listid]")))
            .ToList();
        var page = hooks.Skip(query.Offset).Take(query.Limit).Select(SandboxShapes.Hook);
        return SandboxAnswers.Ok(
            new JsonObject
            {
                ["webhooks"] = SandboxShapes.Array(page),
                ["meta"] = new JsonObject { ["total"] = SandboxShapes.Text(hooks.Count) },
            }
        );
    }

    private SandboxResponse Save(SandboxCall call, long id, bool created)
    {
        if (call.Wrapped("webhook") is not { } input)
            return SandboxAnswers.Missing("webhook");
        var before = store.Hooks.GetValueOrDefault(id);
        if (before is null)
        {
            foreach (var required in (string[])["name", "url", "events", "sources"])
            {
                if (input[required] is null)
                    return SandboxAnswers.Missing(required);
            }
        }
        var hook = new HookRow(
            id,
            input.Text("name") ?? before?.Name ?? "",
            input.Text("url") ?? before?.Url ?? "",
            input["events"] is null ? before?.Events ?? [] : input.Texts("events"),
            input["sources"] is null ? before?.Sources ?? [] : input.Texts("sources"),
            input["listid"] is null ? before?.List ?? 0 : input.Id("listid"),
            before?.Created ?? store.Now
        );
        store.Hooks[id] = hook;
        return created ? SandboxAnswers.Created(new JsonObject { ["webhook"] = SandboxShapes.Hook(hook) }) : Ok(hook);
    }

    private static SandboxResponse Ok(HookRow hook) =>
        SandboxAnswers.Ok(new JsonObject { ["webhook"] = SandboxShapes.Hook(hook) });

    private static SandboxResponse NotFound(SandboxCall call) => SandboxAnswers.NotFound("Webhook", call.IdText);

    private static bool Matches(string text, string? wanted) =>
        wanted is null || string.Equals(text, wanted, StringComparison.OrdinalIgnoreCase);
}
