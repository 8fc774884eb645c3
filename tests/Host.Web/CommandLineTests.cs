using System.Net;

namespace CleanSync.Host.Web.Tests;

public sealed class CommandLineTests
{
    [Fact]
    [Trait("Spec", "1.3")]
    public async Task Key_new_prints_a_fresh_key_of_256_bits_and_where_it_goes()
    {
        var (code, output, _) = await RunningHost.Run(["key", "new"]);
        var (_, other, _) = await RunningHost.Run(["key", "new"]);
        var key = output.Split('\n')[0].Trim();

        Assert.Equal(0, code);
        Assert.Matches("^[A-Za-z0-9_-]{43}$", key);
        Assert.NotEqual(key, other.Split('\n')[0].Trim());
        Assert.Contains("CleanSync:Sites:(site):AccessKeys:0", output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Spec", "9.1")]
    public async Task Configuration_errors_are_a_list_and_no_stack_trace()
    {
        var (code, output, errors) = await RunningHost.Run(
            [],
            ("CleanSync__Sites__shop__AccessKeys__0", "short"),
            ("CleanSync__Smtp__Port", "many")
        );

        Assert.Equal(1, code);
        Assert.Contains("  * CleanSync:Smtp:Port is \"many\": write a whole number.", errors, StringComparison.Ordinal);
        Assert.Contains("  * CleanSync:Sites:shop:WordPress:Url is not set", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output + errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", output + errors, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Spec", "9.3")]
    public async Task A_mistyped_command_does_not_start_the_host()
    {
        var (code, _, errors) = await RunningHost.Run(["kye", "new"]);
        Assert.Equal(1, code);
        Assert.Contains("kye", errors, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Spec", "9.4")]
    public async Task Without_a_command_the_host_runs_where_it_is_told_to()
    {
        using var host = await RunningHost.Start();
        using var http = new HttpClient { BaseAddress = host.Url };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync("/?wpf_action=test")).StatusCode);
    }

    [Theory]
    [Trait("Spec", "9.1")]
    [InlineData("/sandbox/state")]
    [InlineData("/webhooks/activecampaign?wpf_action=test&access_key=sandbox-key-for-this-machine-only")]
    public async Task A_sandbox_answers_no_name_but_this_machines(string path)
    {
        using var host = await RunningHost.Start();
        using var http = new HttpClient { BaseAddress = host.Url };
        foreach (
            var (name, status) in new[]
            {
                ("localhost", HttpStatusCode.OK),
                ("[::1]:80", HttpStatusCode.OK),
                ("attacker.example", HttpStatusCode.NotFound),
                ("127.0.0.1.attacker.example", HttpStatusCode.NotFound),
            }
        )
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = name } };
            Assert.Equal(status, (await http.SendAsync(request)).StatusCode);
        }
    }

    [Fact]
    [Trait("Spec", "9.1")]
    public async Task A_sandbox_answers_no_other_machine_wherever_it_listens()
    {
        // A trusted proxy is how another machine's address is seen here.
        using var host = await RunningHost.Start(("CleanSync__TrustedProxies__0", "127.0.0.1"));
        using var http = new HttpClient { BaseAddress = host.Url };
        const string webhook = "?wpf_action=test&access_key=sandbox-key-for-this-machine-only";
        foreach (var path in new[] { "/webhooks/activecampaign" + webhook, "/" + webhook, "/", "/sandbox/state" })
        {
            using var near = await http.GetAsync(path);
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("X-Forwarded-For", "198.51.100.7");
            using var far = await http.SendAsync(request);
            Assert.Equal((path, HttpStatusCode.OK, HttpStatusCode.NotFound), (path, near.StatusCode, far.StatusCode));
        }
    }
}
