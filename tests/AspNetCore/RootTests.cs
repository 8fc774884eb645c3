using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace CleanSync.AspNetCore.Tests;

[Trait("Spec", "1.1")]
public sealed class RootTests
{
    private const string Key = "access_key=" + Receiver.ShopKey;

    [Fact]
    public async Task The_hosts_page_lives_at_the_root_beside_the_webhook()
    {
        await using var receiver = await Receiver.Start(map: app => app.MapGet("/", () => "the page"));
        Assert.Equal("the page", await receiver.Http.GetStringAsync("/"));
        Assert.Equal("the page", await receiver.Http.GetStringAsync("/?action=add&contact_id=7&" + Key));
        Assert.Contains(
            "accepted",
            await receiver.Http.GetStringAsync($"/?wpf_action=add&contact_id=7&{Key}"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_form_with_the_action_is_a_webhook_and_any_other_form_is_the_hosts()
    {
        await using var receiver = await Receiver.Start(map: app =>
            app.MapPost(
                "/",
                async (HttpRequest request) => "echo " + await new StreamReader(request.Body).ReadToEndAsync()
            )
        );
        using var webhook = await receiver.Post("", $"wpf_action=add&contact%5Bid%5D=7&{Key}", path: "/");
        using var form = await receiver.Post("", "action=add&contact_id=7&" + Key, path: "/");

        Assert.Equal(7, receiver.Only().Contact);
        Assert.Equal("echo action=add&contact_id=7&" + Key, await form.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    public async Task Without_a_page_of_the_host_the_root_is_not_found(string method)
    {
        await using var receiver = await Receiver.Start();
        using var request = new HttpRequestMessage(new HttpMethod(method), "/");
        using var answer = await receiver.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
