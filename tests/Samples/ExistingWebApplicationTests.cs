using System.Net;
using System.Net.Http.Json;

namespace CleanSync.Samples.Tests;

[Trait("Spec", "9.5")]
public sealed class ExistingWebApplicationTests : IAsyncLifetime
{
    private const string Key = "sandbox-key-for-this-machine-only";

    private readonly RunningSample _sample = RunningSample.Start("ExistingWebApplication");
    private readonly HttpClient _http = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        const string before = "listening on: ";
        _http.BaseAddress = new Uri((await _sample.Line(before)).Split(before)[1]);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _sample.DisposeAsync();
    }

    [Fact]
    public async Task A_webhook_creates_a_user_and_the_application_hears_of_it()
    {
        var answer = await Webhook($"/?wpf_action=add&access_key={Key}&wait=30");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains(
            "\"outcome\":\"created\"",
            await answer.Content.ReadAsStringAsync(Stop),
            StringComparison.Ordinal
        );
        // Who waits is answered before the application hears of it.
        await _sample.Line("user 2 gained Customer and Member: Gold");
        Assert.Equal(
            ["order 1: a teapot", "a gift for user 2", "user 2 gained Customer and Member: Gold"],
            (await _http.GetFromJsonAsync<string[]>("/orders", Stop))!
        );
    }

    [Theory]
    [InlineData("/?wpf_action=update_tags&access_key=" + Key)]
    [InlineData("/webhooks/activecampaign?wpf_action=update&access_key=" + Key)]
    [InlineData("/wp-content/plugins/wp-fusion/api.php?wpf_action=add&access_key=" + Key)]
    public async Task Webhooks_come_in_by_each_of_their_addresses(string address)
    {
        var answer = await Webhook(address);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("accepted", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/?wpf_action=add&access_key=wrong")]
    [InlineData("/?wpf_action=add")]
    public async Task A_wrong_key_and_none_are_refused(string address) =>
        Assert.Equal(HttpStatusCode.Forbidden, (await Webhook(address)).StatusCode);

    [Theory]
    [InlineData("/")]
    [InlineData("/?utm_source=newsletter")]
    public async Task The_root_page_stays_the_applications_own(string address) =>
        Assert.Equal("The shop's own page.", await _http.GetStringAsync(address, Stop));

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Its_health_is_told(string address) =>
        Assert.Contains("Healthy", await _http.GetStringAsync(address, Stop), StringComparison.Ordinal);

    private Task<HttpResponseMessage> Webhook(string address) =>
        _http.PostAsync(address, new FormUrlEncodedContent([new("contact[id]", "1")]), Stop);
}
