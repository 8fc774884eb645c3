using System.Net;
using CleanSync.Application.Ports;
using CleanSync.Infrastructure.Sites;

namespace CleanSync.Infrastructure.Tests.Sites;

/// <summary>SPEC 5.4: a process that may not work a site any more writes nothing there.</summary>
[Trait("Spec", "5.4")]
public sealed class WriteFenceTests : IWorkerRole, IDisposable
{
    private readonly Sent _sent = new();
    private bool _holds = true;

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    public async Task Writes_pass_while_the_site_is_held_and_no_longer(string method)
    {
        using var client = new HttpMessageInvoker(new WriteFence(this, "shop") { InnerHandler = _sent });
        using var first = new HttpRequestMessage(new HttpMethod(method), "http://site.test/");
        using (await client.SendAsync(first, TestContext.Current.CancellationToken)) { }
        _holds = false;
        using var second = new HttpRequestMessage(new HttpMethod(method), "http://site.test/");
        var refused = await Assert.ThrowsAsync<TransientException>(() =>
            client.SendAsync(second, TestContext.Current.CancellationToken)
        );
        Assert.False(refused.SpendsAttempt);
        Assert.Equal(1, _sent.Count);
    }

    [Fact]
    public async Task Reads_always_pass()
    {
        _holds = false;
        using var client = new HttpMessageInvoker(new WriteFence(this, "shop") { InnerHandler = _sent });
        using var read = new HttpRequestMessage(HttpMethod.Get, "http://site.test/");
        using (await client.SendAsync(read, TestContext.Current.CancellationToken)) { }
        Assert.Equal(1, _sent.Count);
    }

    public void Dispose() => _sent.Dispose();

    public bool Holds(string site) => _holds && site == "shop";

    public Task<IWorkerRight> Take(string account, IReadOnlyList<string> sites, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    private sealed class Sent : HttpMessageHandler
    {
        public int Count { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            Count++;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
        }
    }
}
