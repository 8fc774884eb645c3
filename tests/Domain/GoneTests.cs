using static CleanSync.Domain.Tests.People;

namespace CleanSync.Domain.Tests;

/// <summary>The table of <see cref="UserPlanner.PlanGone"/>, row by row.</summary>
[Trait("Spec", "2.6")]
public sealed class GoneTests
{
    private static readonly SiteRules Revoking = Rules with { WhenGone = GonePolicy.Revoke };

    [Fact]
    public void Without_a_user_there_is_nothing_to_do() => Skipped(Plan(new GoneSighting()));

    [Fact]
    public void What_is_asked_for_a_contact_whose_user_another_took_over_is_meant_for_that_one() =>
        Assert.Equal(new UserPlan.HandOver(43, null), Plan(new GoneSighting { Survivor = 43 }));

    [Fact]
    public void A_merged_contact_hands_its_user_over_to_the_survivor() =>
        Assert.Equal(new UserPlan.HandOver(43, AnnsUser), Plan(new GoneSighting { Linked = AnnsUser, Survivor = 43 }));

    [Fact]
    public void A_survivor_with_another_user_is_a_conflict() =>
        Assert.Equal(
            new UserPlan.Park(ParkReason.Conflict),
            Plan(
                new GoneSighting
                {
                    Linked = AnnsUser,
                    Survivor = 43,
                    SurvivorHasOtherUser = true,
                }
            )
        );

    [Fact]
    public void Tags_stay_by_default() => Skipped(Plan(new GoneSighting { Linked = AnnsUser }, Rules));

    [Fact]
    public void Tags_are_revoked_where_the_site_says_so()
    {
        var change = Assert.IsType<UserPlan.Change>(Plan(new GoneSighting { Linked = AnnsUser }));
        Assert.Empty(change.Changes.Tags!.All);
        Assert.Equal(["gold"], change.Changes.Tags.Removed);
        Assert.True((change.Changes with { Tags = null }).IsEmpty);
    }

    [Fact]
    public void There_is_nothing_to_revoke_from_a_user_without_tags()
    {
        Skipped(Plan(new GoneSighting { Linked = AnnsUser with { Tags = Set() } }));
        Skipped(Plan(new GoneSighting { Linked = AnnsUser with { Tags = null } }));
    }

    [Fact]
    [Trait("Spec", "2.11")]
    public void A_privileged_user_keeps_his_tags_where_nothing_is_written_on_such() =>
        Skipped(
            Plan(new GoneSighting { Linked = Admin }, Revoking with { PrivilegedUsers = PrivilegedUserPolicy.Nothing })
        );

    [Fact]
    [Trait("Spec", "2.5")]
    public void Several_who_carry_the_id_are_a_conflict_unless_one_is_linked()
    {
        var seen = new GoneSighting { ByLink = [AnnsUser, AnnsUser with { Id = 8 }] };
        Assert.Equal(new UserPlan.Park(ParkReason.Conflict), Plan(seen));
        Assert.IsType<UserPlan.Change>(Plan(seen with { Linked = AnnsUser }));
    }

    [Theory]
    [InlineData(UserOwner.Free)]
    [InlineData(UserOwner.GoneContact)]
    [Trait("Spec", "2.5")]
    public void Who_carries_the_id_is_its_user(UserOwner owner)
    {
        var seen = new GoneSighting { ByLink = [AnnsUser], Owner = owner };
        Assert.IsType<UserPlan.Change>(Plan(seen));
        Assert.Equal(new UserPlan.HandOver(43, AnnsUser), Plan(seen with { Survivor = 43 }));
    }

    [Fact]
    [Trait("Spec", "2.5")]
    public void Who_carries_the_id_but_belongs_to_a_living_contact_is_left_to_it()
    {
        var seen = new GoneSighting { ByLink = [AnnsUser], Owner = UserOwner.LivingContact };
        Skipped(Plan(seen));
        Assert.Equal(new UserPlan.HandOver(43, null), Plan(seen with { Survivor = 43 }));
    }

    [Fact]
    [Trait("Spec", "8.5")]
    public void A_user_who_left_the_blog_is_left_alone() =>
        Skipped(Plan(new GoneSighting { Linked = AnnsUser with { IsMember = false } }));

    private static UserPlan Plan(GoneSighting seen, SiteRules? rules = null) =>
        UserPlanner.PlanGone(seen, rules ?? Revoking);

    private static void Skipped(UserPlan plan) =>
        Assert.Equal(SkipReason.ContactGone, Assert.IsType<UserPlan.Skip>(plan).Reason);
}
