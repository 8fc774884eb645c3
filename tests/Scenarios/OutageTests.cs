using System.Text;
using CleanSync.Infrastructure.Sandbox;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace CleanSync.Scenarios;

/// <summary>Whatever ActiveCampaign answers while it is down, the tags are still there, and the work is done once it is back.</summary>
public sealed class OutageTests
{
    public static TheoryData<string, int, string?> Outages =>
        new()
        {
            { "HTTP 500", 500, "" },
            { "HTTP 502 with a page", 502, "<html><body>Bad gateway</body></html>" },
            { "HTTP 503", 503, "" },
            { "HTTP 511", 511, "" },
            { "empty body", 200, "" },
            { "a page under 200", 200, "<!doctype html><title>Maintenance</title>" },
            { "JSON null", 200, "null" },
            { "no contacts, no tags", 200, "{\"contacts\":[],\"contactTags\":[],\"meta\":{\"total\":\"0\"}}" },
            { "a failure flag", 200, "{\"result_code\":0,\"result_message\":\"Failed: Nothing is returned\"}" },
            {
                "truncated",
                200,
                "{\"contactTags\":[],\"contacts\":[{\"id\":\"1\",\"email\":\"person@example.test\",\"contactTags\":["
            },
            { "connection dropped", 0, null },
        };

    [Theory]
    [MemberData(nameof(Outages))]
    [Trait("Spec", "2.7")]
    [Trait("Spec", "10.6")]
    public async Task Tags_survive_an_outage(string name, int status, string? body)
    {
        var users = new SandboxUsers(TimeProvider.System, "not used here");
        Action<CleanSyncBuilder> directory = builder => builder.UseUserDirectory((_, _) => users);
        await using var host = await HostUnderTest.Start(null, directory: directory);
        var contact = host.Account.AddContact(
            new SandboxDetails { Email = "person@example.test", Tags = ["gold", "silver"] }
        );
        await host.Webhook("add", contact);

        host.Server.Interfere = async context =>
        {
            if (body is null)
            {
                context.Abort();
                return true;
            }
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body, Encoding.UTF8);
            return true;
        };
        await host.Webhook("update_tags", contact, "");
        await host.Webhook("update", contact, "");
        await Eventually.Is(async () => await Reason(host) is not null);
        Assert.Equal(["gold", "silver"], users.All[^1].Tags!.Order());

        // The work waits for its next attempt: nothing was given up, nothing was parked.
        Assert.Equal((1, 0), ((await host.Depth()).Waiting, (await host.Depth()).Parked));
        Assert.StartsWith("activecampaign:", await Reason(host), StringComparison.Ordinal);
        Assert.NotEmpty(name);
    }

    private static async Task<string?> Reason(HostUnderTest host)
    {
        var inbox = (Application.Ports.IInbox)host.Services.GetService(typeof(Application.Ports.IInbox))!;
        var rows = await inbox.Rows("shop", 10, default);
        return rows is [{ Claimed: false, Reason.Length: > 0 } row] ? row.Reason : null;
    }
}
