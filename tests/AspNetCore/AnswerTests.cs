using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CleanSync.Application;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Moq;

namespace CleanSync.AspNetCore.Tests;

public sealed class AnswerTests
{
    private const string Key = "access_key=" + Receiver.ShopKey;

    [Theory]
    [Trait("Spec", "1.1")]
    [InlineData("/")]
    [InlineData("/webhooks/activecampaign")]
    [InlineData("/wp-content/plugins/wp-fusion/api.php")]
    public async Task Get_and_post_are_webhooks_on_all_three_paths(string path)
    {
        await using var receiver = await Receiver.Start();
        using var got = await receiver.Get($"?wpf_action=update&{Key}&contact_id=7", path);
        using var posted = await receiver.Post($"?wpf_action=add&{Key}", "contact%5Bid%5D=8", path: path);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (got.StatusCode, posted.StatusCode));
        Assert.Equal(
            [new ReceiveWebhook("shop", SyncAction.Update, 7), new ReceiveWebhook("shop", SyncAction.Add, 8)],
            receiver.Stored
        );
    }

    [Theory]
    [Trait("Spec", "1.2")]
    [InlineData("wpf_action=ADD", SyncAction.Add)]
    [InlineData("wpf_action=Update_Tags", SyncAction.UpdateTags)]
    [InlineData("action=update", SyncAction.Update)]
    [InlineData("action=nonsense&wpf_action=add", SyncAction.Add)]
    [InlineData("WPF_ACTION=update", SyncAction.Update)]
    public async Task Actions_are_understood_in_any_case_and_by_their_alias(string action, SyncAction expected)
    {
        await using var receiver = await Receiver.Start();
        using var answer = await receiver.Get($"?{action}&{Key}&contact_id=7");
        Assert.Equal(expected, receiver.Only().Action);
    }

    [Fact]
    [Trait("Spec", "1.2")]
    public async Task A_test_checks_the_key_and_stores_nothing()
    {
        await using var receiver = await Receiver.Start();
        using var answer = await receiver.Get($"?wpf_action=test&{Key}");
        using var refused = await receiver.Get("?wpf_action=test&access_key=wrong");

        Assert.True((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("success").GetBoolean());
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Empty(receiver.Stored);
    }

    [Theory]
    [Trait("Spec", "1.4")]
    [InlineData("&contact_id=1", "contact%5Bid%5D=3&contact_id=2", 3)]
    [InlineData("&contact_id=1", "contact_id=2", 2)]
    [InlineData("&contact_id=1", "x=y", 1)]
    [InlineData("&contact_id=1", "contact[id]=&list=0", 1)]
    [InlineData("&contact%5Bid%5D=4", "", 4)]
    public async Task The_id_in_the_body_wins(string query, string body, long expected)
    {
        await using var receiver = await Receiver.Start();
        using var answer = await receiver.Post($"?wpf_action=add&{Key}{query}", body);
        Assert.Equal(expected, receiver.Only().Contact);
    }

    [Theory]
    [Trait("Spec", "1.5")]
    [InlineData("", null)]
    [InlineData("&send_notification=true", true)]
    [InlineData("&send_notification=1", true)]
    [InlineData("&send_notification=YES", true)]
    [InlineData("&send_notification=false", false)]
    [InlineData("&send_notification=0", false)]
    [InlineData("&send_notification=no&async=true&lists=3&unknown=x", false)]
    public async Task Notification_has_three_states_and_unknown_parameters_are_tolerated(string query, bool? expected)
    {
        await using var receiver = await Receiver.Start();
        using var answer = await receiver.Get($"?wpf_action=add&{Key}&contact_id=7{query}");
        Assert.Equal(expected, receiver.Only().SendNotification);
    }

    [Fact]
    [Trait("Spec", "1.5")]
    public async Task Roles_and_waits_go_into_the_command()
    {
        await using var receiver = await Receiver.Start();
        using var answer = await receiver.Get($"?wpf_action=add&{Key}&contact_id=7&role=Shop+customer&wait=2.5");
        Assert.Equal(
            new ReceiveWebhook("shop", SyncAction.Add, 7, "Shop customer", null, TimeSpan.FromSeconds(2.5)),
            receiver.Only()
        );
    }

    [Fact]
    [Trait("Spec", "1.5")]
    public async Task A_wait_that_saw_the_end_tells_outcome_and_warnings()
    {
        await using var receiver = await Receiver.Start();
        receiver
            .CleanSync.Setup(m => m.Run(It.IsAny<IUseCase<WebhookReceipt>>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(
                new WebhookReceipt(
                    12,
                    new SyncOutcome(OutcomeKind.Skipped, [new Warning("role_refused", "editor")])
                    {
                        Skipped = SkipReason.NoUser,
                    }
                )
            );
        using var answer = await receiver.Get($"?wpf_action=update&{Key}&contact_id=7&wait=1");
        Assert.Equal(
            """{"status":"accepted","receipt":"12","outcome":"skipped(no user)","warnings":["role_refused(editor)"]}""",
            await answer.Content.ReadAsStringAsync()
        );
    }

    [Fact]
    [Trait("Spec", "1.6")]
    public async Task What_is_stored_is_answered_with_its_receipt_and_no_personal_data()
    {
        await using var receiver = await Receiver.Start();
        using var answer = await receiver.Post($"?wpf_action=add&{Key}", "contact[id]=7&contact[email]=a@b.example");
        Assert.Equal("""{"status":"accepted","receipt":"1"}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.True(answer.Headers.CacheControl?.NoStore);
    }

    [Fact]
    [Trait("Spec", "1.6")]
    public async Task An_inbox_that_cannot_store_answers_503_with_a_time_to_come_back()
    {
        await using var receiver = await Receiver.Start();
        receiver
            .CleanSync.Setup(m => m.Run(It.IsAny<IUseCase<WebhookReceipt>>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new InboxUnavailableException(new IOException("disk full")));
        using var answer = await receiver.Get($"?wpf_action=add&{Key}&contact_id=7");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter?.Delta);
        Assert.DoesNotContain("disk", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Spec", "1.7")]
    [InlineData("wpf_action=delete&contact_id=7", "wpf_action")]
    [InlineData("contact_id=7", "wpf_action")]
    [InlineData("wpf_action=add", "contact_id")]
    [InlineData("wpf_action=add&contact_id=secret@person.example", "contact_id")]
    [InlineData("wpf_action=add&contact_id=0", "contact_id")]
    [InlineData("wpf_action=add&contact_id=-4", "contact_id")]
    [InlineData("wpf_action=add&contact_id=99999999999999999999", "contact_id")]
    [InlineData("wpf_action=add&contact_id=7&send_notification=secret", "send_notification")]
    [InlineData("wpf_action=add&contact_id=7&role=a%00b", "role")]
    [InlineData("wpf_action=add&contact_id=7&wait=secret", "wait")]
    [InlineData("wpf_action=add&contact_id=7&wait=31", "wait")]
    [InlineData("wpf_action=add&contact_id=7&wait=-1", "wait")]
    [InlineData("wpf_action=add&contact_id=7&wait=NaN", "wait")]
    [InlineData("wpf_action=add&contact_id=7&wait=1e300", "wait")]
    [InlineData(
        "wpf_action=add&contact_id=7&role=0123456789012345678901234567890123456789012345678901234567890",
        "role"
    )]
    public async Task What_cannot_be_understood_is_named_and_not_echoed(string query, string parameter)
    {
        await using var receiver = await Receiver.Start();
        using var answer = await receiver.Get($"?{query}&{Key}");
        var problem = await answer.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(parameter, JsonDocument.Parse(problem).RootElement.GetProperty("parameter").GetString());
        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
        Assert.DoesNotContain(Receiver.ShopKey, problem, StringComparison.Ordinal);
        Assert.Empty(receiver.Stored);
    }

    [Theory]
    [Trait("Spec", "1.6")]
    [InlineData(4 * 1024 * 1024, HttpStatusCode.OK, false)]
    [InlineData(4 * 1024 * 1024, HttpStatusCode.OK, true)]
    [InlineData(4 * 1024 * 1024 + 1, HttpStatusCode.RequestEntityTooLarge, false)]
    [InlineData(4 * 1024 * 1024 + 1, HttpStatusCode.RequestEntityTooLarge, true)]
    public async Task Long_bodies_are_drained_up_to_4_MiB(int length, HttpStatusCode expected, bool chunked)
    {
        await using var receiver = await Receiver.Start();
        var bytes = new byte[length];
        "contact[id]=7&x="u8.CopyTo(bytes);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Receiver.Path}?wpf_action=add&{Key}")
        {
            Content = new ByteArrayContent(bytes),
        };
        request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
        request.Headers.TransferEncodingChunked = chunked;
        using var answer = await receiver.Http.SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(expected == HttpStatusCode.OK ? 1 : 0, receiver.Stored.Count);
    }

    [Fact]
    [Trait("Spec", "1.6")]
    public async Task Parameters_after_the_first_64_KiB_do_not_count()
    {
        await using var receiver = await Receiver.Start();
        using var answer = await receiver.Post(
            $"?wpf_action=add&{Key}&contact_id=1",
            $"x={new string('x', 64 * 1024)}&contact[id]=7"
        );
        Assert.Equal(1, receiver.Only().Contact);
    }

    [Fact]
    [Trait("Spec", "1.6")]
    public async Task An_id_that_the_64_KiB_cut_in_half_does_not_count()
    {
        await using var receiver = await Receiver.Start();
        var start = $"x={new string('x', 64 * 1024 - "x=&contact[id]=12".Length)}&contact[id]=12";
        using var answer = await receiver.Post($"?wpf_action=add&{Key}&contact_id=1", start + "345");
        Assert.Equal(1, receiver.Only().Contact);
    }
}
