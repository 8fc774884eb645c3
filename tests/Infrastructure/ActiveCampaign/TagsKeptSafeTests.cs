using System.Text.Json.Nodes;
using CleanSync.Application.Ports;
using CleanSync.Infrastructure.ActiveCampaign;
using CleanSync.Infrastructure.Sandbox;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Infrastructure.Tests.ActiveCampaign;

/// <summary>Whatever the account answers, a contact with tags never comes out without them.</summary>
public sealed class TagsKeptSafeTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(500, "")]
    [InlineData(502, "<html><body>Bad gateway</body></html>")]
    [InlineData(503, "{}")]
    [InlineData(504, "")]
    [InlineData(511, "<html>Sign in to the network</html>")]
    [InlineData(408, "")]
    [InlineData(425, "")]
    [InlineData(302, "")]
    [InlineData(200, "")]
    [InlineData(200, "<html><body>One moment please</body></html>")]
    [InlineData(200, """{"contacts":[{"id":"1","email":"a@example.com","contactT""")]
    [InlineData(200, "[]")]
    [InlineData(200, "null")]
    [InlineData(200, "{}")]
    [InlineData(200, """{"result_code":0,"result_message":"Failed: Nothing is returned","contacts":[]}""")]
    [InlineData(404, "<html>parked</html>")]
    [Trait("Spec", "2.7")]
    [Trait("Spec", "5.2")]
    [Trait("Spec", "7.3")]
    public async Task A_broken_answer_is_a_passing_fault_and_never_an_empty_tag_list(int status, string body)
    {
        await using var rig = await AccountRig.Start();
        var id = rig.Account.AddContact(Tagged());
        rig.Answer(path => path.Contains("/contacts", StringComparison.Ordinal), status, body);

        var together = await Assert.ThrowsAsync<TransientException>(() => rig.Contacts.Find(id, None));
        await Assert.ThrowsAsync<TransientException>(() => rig.Contacts.FindAlone(id, None));
        await Assert.ThrowsAsync<TransientException>(() => rig.Contacts.FindIdByEmail("tagged@example.com", None));
        Assert.StartsWith("activecampaign: ", together.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("tagged", together.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(502, "<html/>")]
    [InlineData(200, "")]
    [InlineData(200, "{}")]
    [InlineData(404, """{"message":"No Result found for Subscriber with id 1"}""")]
    [Trait("Spec", "2.7")]
    public async Task A_broken_list_of_tags_behind_a_whole_contact_is_a_passing_fault(int status, string body)
    {
        await using var rig = await AccountRig.Start();
        var id = rig.Account.AddContact(Tagged());
        rig.Answer(path => path.Contains("/contactTags", StringComparison.Ordinal), status, body);

        await Assert.ThrowsAsync<TransientException>(() => rig.Contacts.FindAlone(id, None));
    }

    [Fact]
    [Trait("Spec", "2.7")]
    public async Task A_connection_that_breaks_is_a_passing_fault()
    {
        await using var rig = await AccountRig.Start();
        var id = rig.Account.AddContact(Tagged());
        rig.Server.Interfere = context =>
        {
            context.Abort();
            return Task.FromResult(true);
        };

        await Assert.ThrowsAsync<TransientException>(() => rig.Contacts.Find(id, None));
    }

    [Fact]
    [Trait("Spec", "2.7")]
    public async Task A_body_that_breaks_off_is_a_passing_fault()
    {
        await using var rig = await AccountRig.Start();
        var id = rig.Account.AddContact(Tagged());
        rig.Server.Interfere = async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("""{"contacts":[{"id":"1"}],"contactTags":[]""");
            await context.Response.Body.FlushAsync();
            context.Abort();
            return true;
        };

        await Assert.ThrowsAsync<TransientException>(() => rig.Contacts.Find(id, None));
    }

    [Fact]
    [Trait("Spec", "5.2")]
    public async Task An_answer_that_does_not_come_is_a_time_out_and_not_a_cancellation()
    {
        var time = new FakeTimeProvider();
        await using var rig = await AccountRig.Start(time: time);
        var arrived = new TaskCompletionSource();
        rig.Server.Interfere = async context =>
        {
            arrived.TrySetResult();
            var ended = new TaskCompletionSource();
            context.RequestAborted.Register(() => ended.TrySetResult());
            await ended.Task;
            return true;
        };

        var find = rig.Contacts.FindAlone(1, None);
        await arrived.Task;
        time.Advance(TimeSpan.FromSeconds(31));

        var error = await Assert.ThrowsAsync<TransientException>(() => find);
        Assert.Equal("activecampaign: time-out", error.Message);
    }

    public static TheoryData<string> Omissions =>
        ["contactTags rows", "contactTags list", "contact's list", "tag names", "one row", "other contact's rows"];

    [Theory]
    [MemberData(nameof(Omissions))]
    [Trait("Spec", "2.7")]
    public async Task What_a_batch_leaves_out_is_asked_for_singly(string omission)
    {
        await using var rig = await AccountRig.Start();
        var id = rig.Account.AddContact(Tagged());
        await Omit(rig, omission, singlyToo: false);

        Assert.Equal(["Customer", "VIP"], (await rig.Contacts.Find(id, None))!.Tags.Order());
    }

    [Theory]
    [MemberData(nameof(Omissions))]
    [Trait("Spec", "2.7")]
    public async Task What_is_left_out_singly_too_is_a_passing_fault(string omission)
    {
        await using var rig = await AccountRig.Start();
        var id = rig.Account.AddContact(Tagged());
        await Omit(rig, omission, singlyToo: true);

        await Assert.ThrowsAsync<TransientException>(() => rig.Contacts.Find(id, None));
    }

    [Fact]
    [Trait("Spec", "2.7")]
    public async Task Another_contacts_incomplete_row_does_not_disturb_the_rest_of_the_batch()
    {
        await using var rig = await AccountRig.Start();
        var whole = rig.Account.AddContact(Tagged());
        var torn = rig.Account.AddContact(Tagged() with { Email = "torn@example.com" });
        rig.Server.Interfere = async context =>
        {
            if (context.Request.Path != "/api/3/contacts")
                return await Fail(context, context.Request.Path.StartsWithSegments($"/api/3/contacts/{torn}"));
            var answer = Real(rig, context);
            foreach (var row in answer["contacts"]!.AsArray().Where(row => (string?)row!["id"] == $"{torn}"))
                row!.AsObject().Remove("contactTags");
            await AccountRig.Write(context, 200, answer.ToJsonString());
            return true;
        };

        var reads = (Whole: rig.Contacts.Find(whole, None), Torn: rig.Contacts.Find(torn, None));

        Assert.Equal(2, (await reads.Whole)!.Tags.Count);
        await Assert.ThrowsAsync<TransientException>(() => reads.Torn);
    }

    private static async Task<bool> Fail(HttpContext context, bool when)
    {
        if (when)
            await AccountRig.Write(context, 503, "");
        return when;
    }

    private static async Task Omit(AccountRig rig, string omission, bool singlyToo)
    {
        await rig.Contacts.Probe(None);
        rig.Server.Interfere = async context =>
        {
            var path = context.Request.Path.Value!;
            if (singlyToo && path.EndsWith("/contactTags", StringComparison.Ordinal))
            {
                await AccountRig.Write(context, 200, """{"message":"ok"}""");
                return true;
            }
            if (path != "/api/3/contacts")
                return false;
            var answer = Real(rig, context);
            switch (omission)
            {
                case "contactTags rows":
                    answer["contactTags"] = new JsonArray();
                    break;
                case "contactTags list":
                    answer.Remove("contactTags");
                    break;
                case "contact's list":
                    answer["contacts"]![0]!.AsObject().Remove("contactTags");
                    break;
                case "tag names":
                    answer["tags"] = new JsonArray();
                    foreach (var link in answer["contactTags"]!.AsArray())
                        link!["tag"] = null;
                    break;
                case "one row":
                    answer["contactTags"]!.AsArray().RemoveAt(0);
                    break;
                default:
                    foreach (var link in answer["contactTags"]!.AsArray())
                        link!["contact"] = "77";
                    break;
            }
            await AccountRig.Write(context, 200, answer.ToJsonString());
            return true;
        };
    }

    private static JsonObject Real(AccountRig rig, HttpContext context)
    {
        var headers = new Dictionary<string, string> { [AccountHttp.TokenHeader] = rig.Account.Token };
        var request = new SandboxRequest(
            "GET",
            context.Request.Path,
            context.Request.QueryString.Value!,
            headers,
            default
        );
        return JsonNode.Parse(rig.Account.Handle(request).Body.Span)!.AsObject();
    }

    private static SandboxDetails Tagged() =>
        new()
        {
            Email = "tagged@example.com",
            FirstName = "Tagged",
            Tags = ["Customer", "VIP"],
        };
}
