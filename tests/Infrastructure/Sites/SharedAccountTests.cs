using System.Net;
using CleanSync.Application.Ports;
using CleanSync.Infrastructure.ActiveCampaign;
using CleanSync.Infrastructure.Tests.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Infrastructure.Tests.Sites;

/// <summary>Sites that share an account share its limit.</summary>
public sealed class SharedAccountTests
{
    [Theory, Trait("Spec", "7.2")]
    [InlineData("https://account.api-us1.com/")]
    [InlineData("https://account.api-us1.com/api/3")]
    [InlineData("https://ACCOUNT.api-us1.com/api/3/")]
    public async Task One_account_has_one_limit_however_its_address_is_written(string spelled)
    {
        var settings = Settings
            .Minimal()
            .Concat(Settings.Minimal("blog", Settings.Key + "2"))
            .ToDictionary()
            .With("Sites:blog:ActiveCampaign:Url", spelled)
            .With("Sites:shop:ActiveCampaign:RequestsPerSecond", "1")
            .With("Sites:blog:ActiveCampaign:RequestsPerSecond", "1");
        var time = new FakeTimeProvider();
        var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(time);
        services.AddCleanSync(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).UseSqlite();
        services.AddHttpClient(AccountHttp.Name).ConfigurePrimaryHttpMessageHandler(() => new Account());
        await using var provider = services.BuildServiceProvider();
        var sites = provider.GetRequiredService<ISites>();
        var stop = TestContext.Current.CancellationToken;

        await sites.Find("shop")!.Contacts.Probe(stop);
        var second = sites.Find("blog")!.Contacts.Probe(stop);

        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        await second;
    }

    private sealed class Account : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) =>
            Task.FromResult(
                new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("""{"fields":[]}""") }
            );
    }
}
