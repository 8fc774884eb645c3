using System.Diagnostics;
using System.Net;
using CleanSync.AspNetCore.Keys;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CleanSync.AspNetCore.Tests;

[Trait("Spec", "1.8")]
public sealed class SecrecyTests
{
    [Theory]
    [InlineData("?access_key=K", "")]
    [InlineData("?a=1&access_key=K", "?a=1")]
    [InlineData("?access_key=K&a=1", "?a=1")]
    [InlineData("?a=1&Access_Key=K&b=2&access_key=K", "?a=1&b=2")]
    [InlineData("?a=1&access%5fkey=K&b=2&", "?a=1&b=2")]
    [InlineData("?access_key", "")]
    [InlineData("?a=access_key", null)]
    [InlineData("?xaccess_key=1", null)]
    [InlineData("?", null)]
    // As copied out of a page, as typed by hand, and as other servers would read it.
    [InlineData("?a=1&amp;access_key=K&b=2", "?a=1&b=2")]
    [InlineData("?a=1;access_key=K", "")]
    [InlineData("?a=1?access_key=K&b=2", "?b=2")]
    [InlineData("?a=%26Access_Key%3DK&b=2", "?b=2")]
    [InlineData("?access_key[]=K&access_key%5B0%5D=K&b=2", "?b=2")]
    [InlineData("?access%5fkey+=K&%EF%BB%BFaccess_key=K&access_key%3DK&b=2", "?b=2")]
    [InlineData("?a=access_key&b=100%&my_access_key=1", null)]
    public void Keys_are_taken_out_of_a_query(string query, string? expected) =>
        Assert.Equal(expected, KeyRedaction.WithoutKeys(query));

    [Theory]
    [InlineData("%3Fwpf_action=add&access_key=")]
    [InlineData("&access_key=")]
    [InlineData("/Access%5FKey%3D")]
    public async Task A_key_that_slipped_into_the_path_appears_in_no_log(string slip)
    {
        string? seen = null;
        await using var receiver = await Receiver.Start(map: app =>
            app.Use(
                (context, next) =>
                {
                    seen += context.Request.Path + context.Features.Get<IHttpRequestFeature>()!.RawTarget;
                    return next(context);
                }
            )
        );
        await RawHttp.Send(
            receiver.Http.BaseAddress!,
            $"GET {Receiver.Path}{slip}{Receiver.ShopKey} HTTP/1.1\r\nHost: x\r\n\r\n"
        );

        Assert.Contains(Receiver.Path, receiver.Logged.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Receiver.ShopKey, receiver.Logged.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Receiver.ShopKey, seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_malformed_request_appears_in_no_log_whatever_a_provider_is_set_to()
    {
        await using var receiver = await Receiver.Start(services: services =>
            services.Configure<LoggerFilterOptions>(options =>
                options.Rules.Add(new LoggerFilterRule(typeof(Receiver.Log).FullName, null, LogLevel.Trace, null))
            )
        );
        await RawHttp.Send(
            receiver.Http.BaseAddress!,
            $"GET  {Receiver.Path}?access_key={Receiver.ShopKey}\r\nHost: x\r\n\r\n"
        );

        Assert.Contains("Kestrel", receiver.Logged.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Receiver.ShopKey, receiver.Logged.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_appears_in_no_log_and_no_trace_however_it_was_sent()
    {
        var traced = new List<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (traced)
                    traced.Add(
                        activity.DisplayName
                            + string.Join('|', activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"))
                    );
            },
        };
        ActivitySource.AddActivityListener(listener);
        string? seen = null;
        await using var receiver = await Receiver.Start(
            map: app =>
            {
                app.UseHttpLogging();
                app.Use(
                    (context, next) =>
                    {
                        seen += context.Request.QueryString + context.Features.Get<IHttpRequestFeature>()!.RawTarget;
                        return next(context);
                    }
                );
            },
            services: services =>
                services.AddHttpLogging(options =>
                    options.LoggingFields =
                        Microsoft.AspNetCore.HttpLogging.HttpLoggingFields.All
                        & ~Microsoft.AspNetCore.HttpLogging.HttpLoggingFields.RequestBody
                )
        );
        const string wrong = "a-wrong-key-that-stays-secret-too";
        foreach (var key in new[] { Receiver.ShopKey, wrong })
        {
            await receiver.Get($"?wpf_action=add&contact_id=7&access_key={key}");
            await receiver.Get($"?wpf_action=add&contact_id=7&access%5Fkey={key}");
            await receiver.Get($"?access_key={key}&wpf_action=add&contact_id=7", "/");
            await receiver.Get($"?access_key={key}", "/some/other/path");
            await receiver.Post("?wpf_action=add&contact_id=7", $"access_key={key}");
            await receiver.Post("?wpf_action=add&contact_id=7", $$"""{"access_key":"{{key}}"}""", "application/json");
            foreach (var (name, value) in new[] { ("X-Access-Key", key), ("Authorization", "Bearer " + key) })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, Receiver.Path + "?wpf_action=nonsense");
                request.Headers.TryAddWithoutValidation(name, value);
                await receiver.Http.SendAsync(request);
            }
            await RawHttp.Send(
                receiver.Http.BaseAddress!,
                $"GET {Receiver.Path}?access_key={key}&a=\u0001 HTTP/1.1\r\nHost: x\r\n\r\n"
            );
            await RawHttp.Send(receiver.Http.BaseAddress!, $"GET  {Receiver.Path}?access_key={key}\r\nHost: x\r\n\r\n");
        }

        Assert.True(receiver.Stored.Count == 5);
        Assert.Contains("Request starting", receiver.Logged.Text, StringComparison.Ordinal);
        Assert.Contains("wpf_action=add", receiver.Logged.Text, StringComparison.Ordinal);
        Assert.NotEmpty(traced);
        foreach (var key in new[] { Receiver.ShopKey, wrong })
        {
            Assert.DoesNotContain(key, receiver.Logged.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(key, seen, StringComparison.Ordinal);
            lock (traced)
                Assert.DoesNotContain(key, string.Join('\n', traced), StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Spec", "1.7")]
    public async Task Redaction_leaves_the_rest_of_the_url_alone()
    {
        await using var receiver = await Receiver.Start(map: app =>
            app.MapGet("/echo", (HttpContext context) => context.Request.QueryString.Value)
        );
        Assert.Equal("?a=%26&b=c", await receiver.Http.GetStringAsync("/echo?a=%26&access_key=x&b=c"));
        Assert.Equal(HttpStatusCode.OK, (await receiver.Http.GetAsync("/echo")).StatusCode);
    }
}
