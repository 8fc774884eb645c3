using System.Net;
using CleanSync.AspNetCore.Keys;
using Microsoft.Extensions.DependencyInjection;

namespace CleanSync.AspNetCore.Tests;

[Trait("Spec", "1.3")]
public sealed class KeyTests
{
    private const string Query = "?wpf_action=add&contact_id=7";

    public static TheoryData<string, string, string?, string?> Places =>
        new()
        {
            { "&access_key=" + Receiver.ShopKey, "", null, null },
            { "&ACCESS%5FKEY=" + Receiver.ShopKey, "", null, null },
            { "", "access_key=" + Receiver.ShopKey, null, null },
            { "", "", "X-Access-Key", Receiver.ShopKey },
            { "", "", "Authorization", "bearer " + Receiver.ShopKey },
        };

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_key_may_stand_in_the_query_the_form_or_a_header(
        string query,
        string body,
        string? header,
        string? value
    )
    {
        await using var receiver = await Receiver.Start();
        using var request = new HttpRequestMessage(HttpMethod.Post, Receiver.Path + Query + query)
        {
            Content = new StringContent(body, null, "application/x-www-form-urlencoded"),
        };
        if (header is not null)
            request.Headers.TryAddWithoutValidation(header, value);
        using var answer = await receiver.Http.SendAsync(request);
        Assert.Equal("shop", receiver.Only().Site);
    }

    [Theory]
    [InlineData(Receiver.ShopKey, "shop")]
    [InlineData(Receiver.NextShopKey, "shop")]
    [InlineData(Receiver.ClubKey, "club")]
    public async Task The_key_names_the_site_and_two_can_be_live(string key, string site)
    {
        await using var receiver = await Receiver.Start();
        using var answer = await receiver.Get($"{Query}&access_key={key}");
        Assert.Equal(site, receiver.Only().Site);
    }

    [Fact]
    public async Task Keys_change_without_a_restart()
    {
        await using var receiver = await Receiver.Start();
        const string fresh = "fresh-Key_77aa88bb99cc00ddEEFFGGHH";
        Assert.Equal(HttpStatusCode.Forbidden, (await receiver.Get($"{Query}&access_key={fresh}")).StatusCode);

        receiver.Configuration["CleanSync:Sites:club:AccessKeys:0"] = fresh;
        receiver.Configuration.Reload();
        Assert.Equal(HttpStatusCode.OK, (await receiver.Get($"{Query}&access_key={fresh}")).StatusCode);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await receiver.Get($"{Query}&access_key={Receiver.ClubKey}")).StatusCode
        );
    }

    [Fact]
    [Trait("Spec", "1.8")]
    public async Task Legacy_keys_are_warned_of_at_start_by_site_and_count()
    {
        await using var receiver = await Receiver.Start(
            new()
            {
                ["CleanSync:Sites:club:LegacyAccessKeys:0"] = "183e3486",
                ["CleanSync:Sites:club:LegacyAccessKeys:1"] = "29f41a07",
            }
        );
        var warning = Assert.Single(
            receiver.Logged.Text.Split('\n'),
            line => line.StartsWith("Warning: The site club has 2 legacy access keys", StringComparison.Ordinal)
        );

        Assert.DoesNotContain("site shop", receiver.Logged.Text, StringComparison.Ordinal);
        Assert.Contains("key new", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("183e3486", receiver.Logged.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("29f41a07", receiver.Logged.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_key_is_compared_whichever_matches()
    {
        await using var receiver = await Receiver.Start();
        var ring = receiver.Services.GetRequiredService<KeyCheck>().Ring;
        foreach (var key in new[] { Receiver.ShopKey, Receiver.NextShopKey, Receiver.ClubKey, "wrong", "", null })
        {
            var before = ring.Comparisons;
            ring.Find(key);
            Assert.Equal(3, ring.Comparisons - before);
        }
    }

    [Fact]
    [Trait("Spec", "1.7")]
    public async Task A_wrong_and_a_missing_key_get_the_same_answer()
    {
        await using var receiver = await Receiver.Start();
        using var wrong = await receiver.Get($"{Query}&access_key=wrong");
        using var missing = await receiver.Get(Query);
        using var malformed = await receiver.Get("?wpf_action=nonsense&contact_id=x&access_key=");

        Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        Assert.Equal("application/problem+json", wrong.Content.Headers.ContentType?.MediaType);
        var answer = await wrong.Content.ReadAsStringAsync();
        Assert.Contains("\"parameter\":\"access_key\"", answer, StringComparison.Ordinal);
        foreach (var other in new[] { missing, malformed })
        {
            Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
            Assert.Equal(answer, await other.Content.ReadAsStringAsync());
        }
        Assert.Empty(receiver.Stored);
    }

    [Theory]
    [Trait("Spec", "1.7")]
    [InlineData(false, FailedKeys.Allowed)]
    [InlineData(true, FailedKeys.AllowedWithLegacyKeys)]
    public async Task Repeated_failures_are_throttled_but_a_valid_key_never_is(bool legacy, int allowed)
    {
        await using var receiver = await Receiver.Start(
            legacy ? new() { ["CleanSync:Sites:club:LegacyAccessKeys:0"] = "183e3486" } : null
        );
        for (var i = 0; i < allowed; i++)
            Assert.Equal(HttpStatusCode.Forbidden, (await receiver.Get($"{Query}&access_key=guess{i}")).StatusCode);
        using var throttled = await receiver.Get($"{Query}&access_key=guess");

        Assert.Equal(HttpStatusCode.TooManyRequests, throttled.StatusCode);
        Assert.InRange(throttled.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 600);
        Assert.Equal(HttpStatusCode.OK, (await receiver.Get($"{Query}&access_key={Receiver.ClubKey}")).StatusCode);
    }

    [Theory]
    [Trait("Spec", "1.7")]
    [InlineData(null, HttpStatusCode.TooManyRequests)]
    [InlineData("127.0.0.1", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.0/8", HttpStatusCode.Forbidden)]
    [InlineData("10.1.1.1", HttpStatusCode.TooManyRequests)]
    public async Task Forwarded_addresses_are_believed_from_trusted_proxies_only(string? proxy, HttpStatusCode last)
    {
        await using var receiver = await Receiver.Start(
            proxy is null ? null : new() { ["CleanSync:TrustedProxies:0"] = proxy }
        );
        var status = HttpStatusCode.OK;
        for (var i = 0; i <= FailedKeys.Allowed; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Receiver.Path);
            request.Headers.Add("X-Forwarded-For", $"198.51.100.{i}");
            status = (await receiver.Http.SendAsync(request)).StatusCode;
        }
        Assert.Equal(last, status);
    }
}
