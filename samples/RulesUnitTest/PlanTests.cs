using CleanSync.Domain;

namespace RulesUnitTest;

/// <summary>One row each of the table above <see cref="UserPlanner"/>: what was seen, and what is planned.</summary>
public sealed class PlanTests
{
    [Fact]
    public void Whom_nobody_knows_an_update_does_not_create()
    {
        var seen = new Sighting { Contact = Ann.Contact() };

        var plan = UserPlanner.Plan(seen, new SyncRequest(SyncAction.Update), new SiteRules());

        Assert.Equal(SkipReason.NoUser, Assert.IsType<UserPlan.Skip>(plan).Reason);
    }

    [Fact]
    public void A_linked_user_gets_the_contacts_tags()
    {
        var seen = new Sighting { Contact = Ann.Contact("Customer"), Linked = Ann.User("subscriber") };

        var plan = UserPlanner.Plan(seen, new SyncRequest(SyncAction.UpdateTags), new SiteRules());

        Assert.Equal(["Customer"], Assert.IsType<UserPlan.Change>(plan).Changes.Tags!.Added);
    }
}
