using System.Net.Sockets;
using CleanSync.Application.Ports;
using CleanSync.Infrastructure.WordPress;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Infrastructure.Tests.WordPress;

public sealed class WordPressWelcomeMailTests
{
    private static readonly WelcomeMessage Ann = new(1, "ann", "ann+x@example.test", "Ann", "");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static WordPressWelcomeMail Mail(StubSite stub, TimeProvider? time = null) =>
        new(WordPressHttp.Client(stub), stub.Site, time ?? TimeProvider.System);

    [Theory, Trait("Spec", "4.1")]
    [InlineData(302, "/wp-login.php?checkemail=confirm", MailEnd.Sent)]
    [InlineData(302, "/my-account/?reset-link-sent=true", MailEnd.Sent)]
    [InlineData(302, "https://www.shop.example/wp-login.php?action=lostpassword", MailEnd.Refused)]
    [InlineData(301, "https://www.shop.example/wp-login.php?action=lostpassword", MailEnd.Refused)]
    [InlineData(200, null, MailEnd.Refused)]
    [InlineData(404, null, MailEnd.Refused)]
    [InlineData(403, null, MailEnd.Refused)]
    [InlineData(429, null, MailEnd.NotSent)]
    [InlineData(503, null, MailEnd.NotSent)]
    [InlineData(500, null, MailEnd.Unknown)]
    [InlineData(504, null, MailEnd.Unknown)]
    public async Task The_answer_of_the_login_page_tells_what_became_of_the_mail(
        int status,
        string? location,
        MailEnd end
    )
    {
        using var stub = new StubSite();
        stub.On(
            "POST",
            "/wp-login.php",
            () => StubSite.Answer("<html/>", status, location is null ? [] : [("Location", location)])
        );

        Assert.Equal(end, await Mail(stub).Send(Ann, Stop));
        var sent = Assert.Single(stub.Sent("POST", "/wp-login.php"));
        Assert.Equal("user_login=ann%2Bx%40example.test", (string?)sent.Body);
        Assert.Equal("?action=lostpassword", sent.Query);
        Assert.Null(sent.Authorization);
    }

    [Theory, Trait("Spec", "4.1")]
    [InlineData(HttpRequestError.ConnectionError, MailEnd.NotSent)]
    [InlineData(HttpRequestError.NameResolutionError, MailEnd.NotSent)]
    [InlineData(HttpRequestError.ResponseEnded, MailEnd.Unknown)]
    public async Task A_lost_connection_is_not_sent_only_if_it_never_opened(HttpRequestError error, MailEnd end)
    {
        using var stub = new StubSite();
        stub.On("POST", "/wp-login.php", () => throw new HttpRequestException(error));

        Assert.Equal(end, await Mail(stub).Send(Ann, Stop));
    }

    [Fact, Trait("Spec", "4.1")]
    public async Task A_connection_that_is_reset_the_moment_it_is_made_has_sent_nothing()
    {
        using var stub = new StubSite();
        stub.On("POST", "/wp-login.php", () => throw new SocketException((int)SocketError.NotConnected));

        Assert.Equal(MailEnd.NotSent, await Mail(stub).Send(Ann, Stop));
    }

    [Fact, Trait("Spec", "4.1")]
    public async Task A_mail_without_an_answer_is_unknown_after_a_minute()
    {
        var time = new FakeTimeProvider();
        using var stub = new StubSite(time: time);
        var asked = new TaskCompletionSource();
        stub.Before = async (_, stop) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
            return null;
        };

        var sending = Mail(stub, time).Send(Ann, Stop);
        await asked.Task;
        time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(MailEnd.Unknown, await sending);
    }
}
