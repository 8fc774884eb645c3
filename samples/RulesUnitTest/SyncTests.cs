using CleanSync.Application;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CustomRule;
using Moq;

namespace RulesUnitTest;

/// <summary>What comes out of rules, settings and CleanSync's own protections together.</summary>
public sealed class SyncTests
{
    private static readonly TagGrantsRole Gold = new("Member: Gold", role: "gold_member", otherwise: "subscriber");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_gold_member_is_created_with_his_role_and_a_mapped_field()
    {
        await using var site = new Site(
            cleanSync => cleanSync.AddRule(Gold).AddRule<CustomerSince>(),
            options => options.Fields["customer_since"] = new() { From = "%CUSTOMERSINCE%" }
        );
        site.Contacts.Setup(c => c.Find(42, It.IsAny<CancellationToken>()))
            .ReturnsAsync(Ann.Contact("Member: Gold", "Order 2019"));

        var outcome = await site.Mediator.Send(new AddUser("shop", 42), Stop);

        Assert.Equal("created", outcome.ToString());
        Assert.Empty(outcome.Warnings);
        site.Users.Verify(u =>
            u.Create(It.Is<UserDraft>(draft => draft.Role == "gold_member"), It.IsAny<CancellationToken>())
        );
        site.Users.Verify(u =>
            u.Change(
                7,
                It.Is<UserChanges>(changes => changes.Values["customer_since"].SameAs(FieldContent.Of("2019"))),
                It.IsAny<CancellationToken>()
            )
        );
    }

    [Fact]
    public async Task An_administrator_keeps_his_email_role_and_password_whatever_a_rule_says()
    {
        await using var site = new Site(
            cleanSync => cleanSync.AddRule(Gold),
            options =>
            {
                options.Password.Field = "%PASSWORD%";
                options.Password.UpdateExisting = true;
            }
        );
        var contact = Ann.Contact("Member: Gold") with
        {
            Email = "ann.lee@example.com",
            Fields = [new CustomField("1", "PASSWORD", "chosen by somebody", DateTimeOffset.UnixEpoch)],
        };
        site.Contacts.Setup(c => c.Find(42, It.IsAny<CancellationToken>())).ReturnsAsync(contact);
        site.Ledger.Setup(l => l.Find("shop", 42, It.IsAny<CancellationToken>()))
            .ReturnsAsync(new LedgerEntry("shop", 42) { UserId = 7 });
        site.Users.Setup(u => u.FindById(7, It.IsAny<CancellationToken>())).ReturnsAsync(Ann.User("administrator"));

        var outcome = await site.Mediator.Send(new AddUser("shop", 42), Stop);

        // Tags and names he gets, as any.
        Assert.Equal(OutcomeKind.Updated, outcome.Kind);
        site.Users.Verify(u =>
            u.Change(
                7,
                It.Is<UserChanges>(changes =>
                    changes.Email == null && changes.Roles == null && changes.Password == null && changes.Tags != null
                ),
                It.IsAny<CancellationToken>()
            )
        );
        site.Users.Verify(
            u =>
                u.SetPassword(
                    It.IsAny<long>(),
                    It.IsAny<GeneratedPassword>(),
                    It.IsAny<PasswordGuard>(),
                    It.IsAny<CancellationToken>()
                ),
            Times.Never
        );
        Assert.Contains(outcome.Warnings, warning => warning.Code == "role_kept_privileged");
        Assert.Contains(outcome.Warnings, warning => warning.Code == "email_kept_privileged");
    }

    [Fact]
    public async Task A_partners_people_cause_no_write_at_all()
    {
        await using var site = new Site(cleanSync => cleanSync.AddRule(new LeavesDomainAlone("example.com")));
        site.Contacts.Setup(c => c.Find(42, It.IsAny<CancellationToken>())).ReturnsAsync(Ann.Contact());

        var outcome = await site.Mediator.Send(new AddUser("shop", 42), Stop);

        Assert.Equal("skipped(rule)", outcome.ToString());
        site.Users.Verify(u => u.Create(It.IsAny<UserDraft>(), It.IsAny<CancellationToken>()), Times.Never);
        site.Ledger.Verify(l => l.Save(It.IsAny<LedgerEntry>(), It.IsAny<CancellationToken>()), Times.Never);
    }

    [Fact]
    public async Task A_directory_that_is_away_is_told_to_whoever_sends_the_command()
    {
        await using var site = new Site();
        site.Contacts.Setup(c => c.Find(42, It.IsAny<CancellationToken>())).ReturnsAsync(Ann.Contact());
        site.Users.Setup(u => u.FindByEmail("ann@example.com", It.IsAny<CancellationToken>()))
            .ThrowsAsync(new TransientException("directory: it is away"));

        await Assert.ThrowsAsync<TransientException>(() => site.Mediator.Send(new AddUser("shop", 42), Stop));

        site.Users.Verify(u => u.Create(It.IsAny<UserDraft>(), It.IsAny<CancellationToken>()), Times.Never);
    }

    [Fact]
    public async Task What_is_enqueued_reaches_the_inbox()
    {
        await using var site = new Site();
        var request = new SyncRequest(SyncAction.Add, role: "customer");
        site.Inbox.Setup(i => i.Accept("shop", 42, request, It.IsAny<CancellationToken>())).ReturnsAsync(1);

        var receipt = await site.Mediator.Send(new ReceiveWebhook("shop", SyncAction.Add, 42, "customer"), Stop);

        Assert.Equal(1, receipt.Receipt);
    }
}
