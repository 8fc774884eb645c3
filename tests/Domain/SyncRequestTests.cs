using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace CleanSync.Domain.Tests;

[Trait("Spec", "5.1")]
public sealed class SyncRequestTests
{
    private static readonly Arbitrary<SyncRequest> Requests = (
        from action in Gen.Elements(Enum.GetValues<SyncAction>())
        from role in Gen.Elements(null, "", " ", "member", " customer ")
        from notify in Gen.Elements<bool?>(null, true, false)
        from imported in Gen.Elements(true, false)
        from urgency in Gen.Elements(Enum.GetValues<Urgency>())
        select new SyncRequest(action, role, notify, imported, urgency)
    ).ToArbitrary();

    [Fact]
    public void Update_tags_carries_neither_role_nor_notification_and_update_no_notification()
    {
        Assert.Equal(new SyncRequest(SyncAction.UpdateTags), new SyncRequest(SyncAction.UpdateTags, "member", true));
        Assert.Equal(
            new SyncRequest(SyncAction.Update, "member"),
            new SyncRequest(SyncAction.Update, " member ", false)
        );
        var add = new SyncRequest(SyncAction.Add, " ", false);
        Assert.Null(add.Role);
        Assert.False(add.SendNotification);
    }

    [Fact]
    public void The_strongest_action_and_the_latest_named_role_win()
    {
        var joined = new SyncRequest(SyncAction.Add, "member")
            .Join(new SyncRequest(SyncAction.Update, "customer"))
            .Join(new SyncRequest(SyncAction.UpdateTags));
        Assert.Equal(new SyncRequest(SyncAction.Add, "customer"), joined);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(null, false, false)]
    [InlineData(false, true, true)]
    [InlineData(true, null, true)]
    public void Notification_is_true_over_false_over_absent(bool? one, bool? other, bool? joined)
    {
        var (a, b) = (new SyncRequest(SyncAction.Add, null, one), new SyncRequest(SyncAction.Add, null, other));
        Assert.Equal(joined, a.Join(b).SendNotification);
        Assert.Equal(joined, b.Join(a).SendNotification);
    }

    /// <summary>SPEC 4.1: an import mails nobody unless told; a webhook that asks for the same user does.</summary>
    [Theory]
    [InlineData(SyncAction.Add, false, true)]
    [InlineData(SyncAction.Update, true, false)]
    [InlineData(SyncAction.UpdateTags, true, false)]
    public void An_import_stays_one_unless_a_webhook_adds_too(SyncAction webhook, bool imported, bool mailed)
    {
        var import = new SyncRequest(SyncAction.Add, imported: true, urgency: Urgency.Import);
        foreach (var joined in new[] { import.Join(new(webhook)), new SyncRequest(webhook).Join(import) })
        {
            Assert.Equal(SyncAction.Add, joined.Action);
            Assert.Equal(Urgency.Webhook, joined.Urgency);
            Assert.Equal(imported, joined.Imported);
            Assert.Equal(mailed, joined.MailsWelcome(new SiteRules { SendWelcomeMail = true }));
        }
    }

    [Property]
    public Property Joining_twice_changes_nothing() =>
        Prop.ForAll(Requests, Requests, (a, b) => a.Join(a) == a && a.Join(b).Join(b) == a.Join(b));

    [Property(MaxTest = 500)]
    public Property Joining_is_associative() =>
        Prop.ForAll(Requests, Requests, Requests, (a, b, c) => a.Join(b).Join(c) == a.Join(b.Join(c)));

    [Property]
    public Property Roles_aside_the_order_does_not_matter() =>
        Prop.ForAll(
            Requests,
            Requests,
            (a, b) =>
            {
                var (one, other) = (a.Join(b), b.Join(a));
                return one.Action == other.Action
                    && one.SendNotification == other.SendNotification
                    && one.Imported == other.Imported
                    && one.Urgency == other.Urgency
                    && (one.Role is null) == (other.Role is null);
            }
        );
}
