using System.Net;
using CleanSync.Application.Ports;
using CleanSync.Infrastructure.Configuration;
using CleanSync.Infrastructure.Mail;
using CleanSync.Smtp;
using Microsoft.Extensions.Logging.Abstractions;
using MimeKit;

namespace CleanSync.Infrastructure.Tests.Mail;

[Trait("Spec", "4.1")]
public sealed class SmtpWelcomeMailTests
{
    private static readonly WelcomeMessage Jane = new(1, "jane", "jane@example.com", "Jane", "Doe");

    [Fact]
    public async Task The_mail_goes_to_the_user_only_with_links_and_no_password()
    {
        await using var server = new SmtpServer();
        Assert.Equal(MailEnd.Sent, await Mail(server).Send(Jane, CancellationToken.None));

        var mail = await Read(server);
        Assert.Equal("\"Jane Doe\" <jane@example.com>", mail.To.ToString());
        Assert.Equal("\"Shop\" <shop@shop.example>", mail.From.ToString());
        Assert.Empty(mail.Cc.Concat(mail.Bcc));
        Assert.Equal("Your account at shop.example", mail.Subject);
        Assert.Contains("Your username: jane", mail.TextBody, StringComparison.Ordinal);
        Assert.Contains(
            "https://shop.example/blog/wp-login.php?action=lostpassword",
            mail.TextBody,
            StringComparison.Ordinal
        );
        Assert.Single(server.Commands, command => command.StartsWith("RCPT", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GREETING", "421 later", MailEnd.NotSent)]
    [InlineData("GREETING", "554 no", MailEnd.NotSent)]
    [InlineData("GREETING", SmtpServer.HangUp, MailEnd.NotSent)]
    [InlineData("AUTH", "454 later", MailEnd.NotSent)]
    [InlineData("AUTH", "535 wrong", MailEnd.NotSent)]
    [InlineData("MAIL", "451 later", MailEnd.NotSent)]
    [InlineData("MAIL", "553 no", MailEnd.Refused)]
    [InlineData("MAIL", SmtpServer.HangUp, MailEnd.NotSent)]
    [InlineData("RCPT", "450 later", MailEnd.NotSent)]
    [InlineData("RCPT", "550 nobody", MailEnd.Refused)]
    [InlineData("RCPT", SmtpServer.HangUp, MailEnd.NotSent)]
    [InlineData("DATA", "451 later", MailEnd.NotSent)]
    [InlineData("DATA", SmtpServer.HangUp, MailEnd.NotSent)]
    [InlineData("END", "451 later", MailEnd.NotSent)]
    [InlineData("END", "554 spam", MailEnd.Refused)]
    [InlineData("END", SmtpServer.HangUp, MailEnd.Unknown)]
    [InlineData("QUIT", SmtpServer.HangUp, MailEnd.Sent)]
    public async Task Each_fault_ends_as_far_as_the_mail_had_gone(string verb, string answer, MailEnd end)
    {
        await using var server = new SmtpServer(new() { [verb] = answer });
        Assert.Equal(end, await Mail(server, username: "u").Send(Jane, CancellationToken.None));
    }

    [Fact]
    [Trait("Spec", "4.1")]
    public async Task A_server_that_wants_a_login_first_was_sent_nothing()
    {
        await using var server = new SmtpServer(new() { ["MAIL"] = "530 5.7.0 Authentication required" });
        Assert.Equal(MailEnd.NotSent, await Mail(server).Send(Jane, CancellationToken.None));
    }

    [Fact]
    public async Task A_server_that_is_not_there_sent_nothing()
    {
        var server = new SmtpServer();
        var mail = Mail(server);
        await server.DisposeAsync();
        Assert.Equal(MailEnd.NotSent, await mail.Send(Jane, CancellationToken.None));
    }

    [Fact]
    public async Task Names_and_logins_cannot_add_headers()
    {
        await using var server = new SmtpServer();
        var evil = new WelcomeMessage(
            1,
            "x\r\nBcc: evil@example.com",
            "jane@example.com",
            "Jane\r\nBcc: evil@example.com",
            "\u2028Doe\nX-Evil: 1"
        );
        var mail = Mail(server, template: "Subject: Hello {{first_name}} {{login}}\n\nHi {{login}}");
        Assert.Equal(MailEnd.Sent, await mail.Send(evil, CancellationToken.None));

        var sent = await Read(server);
        Assert.Empty(sent.Bcc);
        Assert.DoesNotContain(sent.Headers, header => header.Field is "Bcc" or "X-Evil");
        Assert.Single(server.Commands, command => command.StartsWith("RCPT", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("jane@example.com\r\nBcc: evil@example.com")]
    [InlineData("jane@example.com, evil@example.com")]
    [InlineData("jane@example.com>\nRCPT TO:<evil@example.com")]
    [InlineData("jane")]
    [InlineData("")]
    public async Task What_is_not_one_address_is_refused_unsent(string email)
    {
        await using var server = new SmtpServer();
        Assert.Equal(MailEnd.Refused, await Mail(server).Send(Jane with { Email = email }, CancellationToken.None));
        Assert.Empty(server.Commands);
    }

    [Fact]
    public async Task Values_are_encoded_for_html_and_filled_in_once()
    {
        await using var server = new SmtpServer();
        var mail = Mail(server, template: "<p>Hi {{first_name}}, {{ login }}</p>");
        await mail.Send(Jane with { FirstName = "<b>{{login}}</b>" }, CancellationToken.None);
        Assert.Equal("<p>Hi &lt;b&gt;{{login}}&lt;/b&gt;, jane</p>", (await Read(server)).HtmlBody?.Trim());
    }

    [Fact]
    public async Task Other_machines_must_offer_encryption()
    {
        // This machine by its name, which may be any machine.s.
        await using var server = new SmtpServer();
        var mail = Mail(server, username: "u", host: Dns.GetHostName());
        Assert.Equal(MailEnd.NotSent, await mail.Send(Jane, CancellationToken.None));
        Assert.StartsWith("EHLO", server.Commands[0], StringComparison.Ordinal);
        Assert.DoesNotContain(server.Commands, command => command.StartsWith("AUTH", StringComparison.Ordinal));
        Assert.DoesNotContain(server.Commands, command => command.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public void A_template_may_stand_in_a_file()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "Subject: Hi\n\nWelcome {{login}}");
        try
        {
            var template = WelcomeTemplate.Read(file, out _)!;
            Assert.Equal(("Hi", "Welcome {{login}}", false), (template.Subject, template.Body, template.IsHtml));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    [Trait("Spec", "5.4")]
    public async Task Nothing_is_handed_over_by_a_process_that_may_not()
    {
        await using var server = new SmtpServer();
        var fence = new TransientException("another process works this account now", spendsAttempt: false);
        var mail = Mail(server, fence: () => throw fence);
        Assert.Same(fence, await Assert.ThrowsAsync<TransientException>(() => mail.Send(Jane, CancellationToken.None)));
        Assert.Empty(server.Mail);
    }

    private static SmtpWelcomeMail Mail(
        SmtpServer server,
        string? template = null,
        string? username = null,
        string host = "127.0.0.1",
        Action? fence = null
    ) =>
        new(
            new SmtpOptions
            {
                Host = host,
                Port = server.Port,
                Username = username,
                Password = "secret",
                From = "Shop <shop@shop.example>",
            },
            WelcomeTemplate.Read(template, out _)!,
            WelcomePages.Of(new SiteOptions { WordPress = new() { Url = "https://shop.example/blog/" } }),
            fence ?? (() => { }),
            NullLogger<SmtpWelcomeMail>.Instance
        );

    private static Task<MimeMessage> Read(SmtpServer server) =>
        MimeMessage.LoadAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(server.Mail)));
}
