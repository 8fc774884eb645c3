using System.Text;
using System.Text.Json.Nodes;
using CleanSync.Infrastructure.Sandbox;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Infrastructure.Tests.Sandbox;

public sealed class SandboxAccountTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 7, 18, 3, 1, 25, TimeSpan.Zero));
    private readonly SandboxAccount _account;

    public SandboxAccountTests()
    {
        _account = new SandboxAccount(_time) { Behaviour = { RequestsPerSecond = 0 } };
        _account.Seed();
    }

    [Fact]
    [Trait("Spec", "9.1")]
    public void Everything_is_text_and_slashes_are_escaped()
    {
        var (_, body, text) = Ask("GET", "contacts/1");

        Assert.Equal("\"1\"", body["contact"]!["id"]!.ToJsonString());
        Assert.Equal("2026-07-17T22:01:25-05:00", (string?)body["contact"]!["udate"]);
        Assert.Contains("https:\\/\\/", text, StringComparison.Ordinal);
        Assert.Null(body["contactTags"]);
        Assert.NotEmpty(body["fieldValues"]!.AsArray());
    }

    [Fact]
    [Trait("Spec", "2.13")]
    public void Each_field_value_tells_when_it_was_set()
    {
        var id = _account.AddContact(
            new SandboxDetails
            {
                Email = "times@example.com",
                Fields = new Dictionary<string, string> { ["PW"] = "one", ["OTHER"] = "x" },
            }
        );
        _time.Advance(TimeSpan.FromMinutes(1));
        _account.EditContact(id, new SandboxDetails { Fields = new Dictionary<string, string> { ["PW"] = "two" } });

        foreach (var path in new[] { $"contacts/{id}", $"contacts?ids[]={id}&include=fieldValues" })
        {
            var values = Ask("GET", path).Body["fieldValues"]!.AsArray();
            Assert.Equal(
                ["2026-07-17T22:02:25-05:00", "2026-07-17T22:01:25-05:00"],
                values.Select(value => (string?)value!["udate"])
            );
            Assert.All(values, value => Assert.Equal("2026-07-17T22:01:25-05:00", (string?)value!["cdate"]));
        }
    }

    [Fact]
    [Trait("Spec", "9.1")]
    public void A_list_has_twenty_rows_unless_told_and_never_more_than_a_hundred()
    {
        for (var i = 0; i < 150; i++)
            _account.AddContact(new SandboxDetails { Email = $"p{i}@example.com" });

        Assert.Equal(20, Rows("contacts"));
        Assert.Equal(100, Rows("contacts?limit=1000"));
        Assert.Equal(20, Rows("contacts?" + string.Join('&', Enumerable.Range(20, 50).Select(i => $"ids[]={i}"))));
        Assert.Equal(
            50,
            Rows("contacts?limit=100&" + string.Join('&', Enumerable.Range(20, 50).Select(i => $"ids[]={i}")))
        );
        Assert.Equal("163", (string?)Ask("GET", "contacts").Body["meta"]!["total"]);
        Assert.Equal(400, Ask("GET", "contacts?" + string.Concat(Enumerable.Repeat("ids%5B%5D=1234567&", 400))).Status);
    }

    [Fact]
    [Trait("Spec", "9.1")]
    public void Filters_work_and_unknown_ones_are_ignored()
    {
        Assert.Equal(1, Rows("contacts?email=ADA@example.com"));
        Assert.Equal(2, Rows("contacts?listid=1"));
        Assert.Equal(13, Rows("contacts?filters[nonsense]=1"));
        Assert.Equal(3, Rows("contacts?id_greater=10&orders[id]=ASC"));
        _time.Advance(TimeSpan.FromMinutes(1));
        _account.AddTag(2, "Late");
        Assert.Equal(1, Rows("contacts?filters[updated_after]=2026-07-18T03:02:00Z"));
        Assert.Equal(1, Rows("contacts?tagid=" + TagId("Late")));
    }

    [Fact]
    [Trait("Spec", "9.1")]
    public void Errors_use_the_accounts_own_words()
    {
        var missing = Ask("GET", "contacts/9999");
        Assert.Equal(
            (404, "No Result found for Subscriber with id 9999"),
            (missing.Status, (string?)missing.Body["message"])
        );

        var twice = Ask("POST", "contacts", """{"contact":{"email":"ada@example.com"}}""");
        Assert.Equal((422, "duplicate"), (twice.Status, (string?)twice.Body["errors"]![0]!["code"]));

        Assert.Equal(400, Ask("POST", "contactTags", """{"contactTag":{"contact":"1"}}""").Status);
        Assert.Equal(404, Ask("DELETE", "contactTags/99999").Status);
        _account.Token = "another";
        Assert.Equal(403, Ask("GET", "contacts").Status);
    }

    [Fact]
    [Trait("Spec", "9.1")]
    public void Writes_move_the_update_time_and_tell_who_listens()
    {
        var changes = new List<string>();
        _account.Changed += (_, change) => changes.Add($"{change.Type} {change.Contact} {change.Tag} {change.Source}");
        _time.Advance(TimeSpan.FromHours(1));

        Ask("PUT", "contacts/1", """{"contact":{"fieldValues":[{"field":"2","value":"Silver"}]}}""");
        var link = Ask("POST", "contactTags", $$$"""{"contactTag":{"contact":1,"tag":{{{TagId("Untaught")}}} }}""");
        Ask("DELETE", "contactTags/" + (string?)link.Body["contactTag"]!["id"]);
        Assert.Equal(
            200,
            Ask("POST", "contact/sync", """{"contact":{"email":"ada@example.com","phone":"1"}}""").Status
        );

        Assert.Equal(201, link.Status);
        Assert.Equal("Silver", _account.Contact(1)!.Fields["MEMBERSHIPLEVEL"]);
        Assert.Equal(_time.GetUtcNow(), _account.Contact(1)!.UpdatedAt);
        Assert.Equal(
            [
                "update 1  api",
                "contact_tag_added 1 Untaught api",
                "contact_tag_removed 1 Untaught api",
                "update 1  api",
            ],
            changes
        );
    }

    [Fact]
    [Trait("Spec", "6.3")]
    public void Webhooks_are_made_found_changed_and_removed()
    {
        var made = Ask(
            "POST",
            "webhooks",
            """{"webhook":{"name":"w","url":"https://x.example/?a=1","events":["update"],"sources":["admin"],"listid":0}}"""
        );

        Assert.Equal((201, "[]"), (made.Status, made.Body["webhook"]!["links"]!.ToJsonString()));
        Assert.Equal(1, Rows("webhooks?filters[url]=" + Uri.EscapeDataString("https://x.example/?a=1"), "webhooks"));
        Assert.Equal(["https://x.example/?a=1"], _account.WebhookUrls("update", "admin"));
        Assert.Empty(_account.WebhookUrls("update", "api"));
        Ask("PUT", "webhooks/1", """{"webhook":{"sources":["admin","api"]}}""");
        Assert.Single(_account.WebhookUrls("update", "api"));
        Assert.Equal(200, Ask("DELETE", "webhooks/1").Status);
        Assert.Equal(404, Ask("GET", "webhooks/1").Status);
        Assert.Equal(422, Ask("POST", "webhooks", """{"webhook":{"name":"w"}}""").Status);
    }

    [Fact]
    [Trait("Spec", "7.2")]
    public void The_sixth_request_of_a_second_is_too_fast()
    {
        _account.Behaviour.RequestsPerSecond = 5;
        _account.Behaviour.RateHeaders = true;

        Assert.Equal([200, 200, 200, 200, 200, 429], Enumerable.Range(0, 6).Select(_ => Ask("GET", "tags").Status));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, Ask("GET", "tags").Status);
        Assert.Equal(1, _account.RequestsTooFast);
    }

    [Fact]
    [Trait("Spec", "2.6")]
    public void A_merged_contact_is_gone_and_its_tags_live_on()
    {
        _account.MergeContact(2, 1);

        Assert.Equal(404, Ask("GET", "contacts/2").Status);
        Assert.Equal(0, Rows("contacts?ids[]=2"));
        Assert.Contains("Größe XL", _account.Contact(1)!.Tags);
        Assert.Equal(0, Rows("contacts?email=soeren@example.com"));
    }

    private long TagId(string name)
    {
        if (!_account.Contacts().Any(contact => contact.Tags.Contains(name)))
            Ask("POST", "tags", $$$"""{"tag":{"tag":"{{{name}}}"}}""");
        return long.Parse((string)Ask("GET", "tags?search=" + Uri.EscapeDataString(name)).Body["tags"]![0]!["id"]!);
    }

    private int Rows(string path, string key = "contacts") => Ask("GET", path).Body[key]!.AsArray().Count;

    private (int Status, JsonNode Body, string Text) Ask(string method, string path, string body = "")
    {
        var parts = path.Split('?', 2);
        var answer = _account.Handle(
            new SandboxRequest(
                method,
                "/api/3/" + parts[0],
                parts.Length > 1 ? parts[1] : "",
                new Dictionary<string, string> { ["api-token"] = "sandbox-token" },
                Encoding.UTF8.GetBytes(body)
            )
        );
        var text = Encoding.UTF8.GetString(answer.Body.Span);
        return (answer.Status, JsonNode.Parse(text)!, text);
    }
}
