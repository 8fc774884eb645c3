using static CleanSync.Domain.Tests.People;

namespace CleanSync.Domain.Tests;

/// <summary>The table of <see cref="UserPlanner.PlanGone"/>, row by row.</summary>
[Trait("Spec", "2.6")]
public sealed class GoneTests
{
    private static readonly SiteRules Revoking = Rules with { WhenGone = GonePolicy.Revoke };

    [Fact]
    public void Without_a_user_there_is_nothing_to_do() => Skipped(UserPlanner.PlanGone(null, 43, false, Revoking));

    [Fact]
    public void A_merged_contact_hands_its_user_over_to_the_survivor() =>
        Assert.Equal(
            new UserPlan.HandOver(43, AnnsUser),
            UserPlanner.PlanGone(AnnsUser, 43, survivorHasOtherUser: false, Revoking)
        );

    [Fact]
    public void A_survivor_with_another_user_is_a_conflict() =>
        Assert.Equal(
            new UserPlan.Park(ParkReason.Conflict),
            UserPlanner.PlanGone(AnnsUser, 43, survivorHasOtherUser: true, Rules)
        );

    [Fact]
    public void Tags_stay_by_default() => Skipped(UserPlanner.PlanGone(AnnsUser, null, false, Rules));

    [Fact]
    public void Tags_are_revoked_where_the_site_says_so()
    {
        var change = Assert.IsType<UserPlan.Change>(UserPlanner.PlanGone(AnnsUser, null, false, Revoking));
        Assert.Empty(change.Changes.Tags!.All);
        Assert.Equal(["gold"], change.Changes.Tags.Removed);
        Assert.True((change.Changes with { Tags = null }).IsEmpty);
    }

    [Fact]
    public void There_is_nothing_to_revoke_from_a_user_without_tags()
    {
        Skipped(UserPlanner.PlanGone(AnnsUser with { Tags = Set() }, null, false, Revoking));
        Skipped(UserPlanner.PlanGone(AnnsUser with { Tags = null }, null, false, Revoking));
    }

    [Fact]
    [Trait("Spec", "2.11")]
    public void A_privileged_user_keeps_his_tags_where_nothing_is_written_on_such() =>
        Skipped(
            UserPlanner.PlanGone(Admin, null, false, Revoking with { PrivilegedUsers = PrivilegedUserPolicy.Nothing })
        );

    private static void Skipped(UserPlan plan) =>
        Assert.Equal(SkipReason.ContactGone, Assert.IsType<UserPlan.Skip>(plan).Reason);
}
