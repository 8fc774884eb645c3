namespace CleanSync.Domain.Tests;

[Trait("Spec", "2.7")]
public sealed class GuardRulesTests
{
    [Theory]
    [InlineData(20, 21, false)]
    [InlineData(21, 21, true)]
    [InlineData(21, 104, true)]
    [InlineData(21, 105, false)]
    [InlineData(200_000, 1_000_000, false)]
    [InlineData(200_001, 1_000_000, true)]
    public void Both_bounds_must_be_passed(int losing, int planned, bool stops) =>
        Assert.Equal(stops, new GuardRules().Stops(losing, planned));

    [Fact]
    public void A_hundred_percent_turn_it_off_and_zeros_stop_the_first()
    {
        Assert.False(new GuardRules { Users = 0, Percent = 100 }.Stops(1_000, 1_000));
        Assert.True(new GuardRules { Users = 0, Percent = 0 }.Stops(1, 1_000));
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void Each_plan_takes_what_its_row_says(UserPlan plan, bool contactGone, bool hasUser, Losses? losses) =>
        Assert.Equal(losses, GuardRules.Of(plan, contactGone, hasUser));

    public static TheoryData<UserPlan, bool, bool, Losses?> Plans()
    {
        var user = People.AnnsUser;
        var emptied = new TagChange([], [], ["gold"]);
        var changed = new TagChange(["gold"], ["gold"], []);
        UserPlan Change(UserChanges changes) => new UserPlan.Change(user, changes, []);
        return new()
        {
            { Change(UserChanges.None), false, true, Losses.None },
            { Change(UserChanges.None with { Tags = changed }), false, true, Losses.None },
            { Change(UserChanges.None with { Tags = emptied }), false, true, Losses.TagsEmptied },
            {
                Change(UserChanges.None with { Tags = emptied, Email = "new@example.test" }),
                false,
                true,
                Losses.TagsEmptied | Losses.EmailChanged
            },
            { Change(UserChanges.None with { Tags = emptied }), true, true, Losses.ContactGone | Losses.TagsEmptied },
            { new UserPlan.Skip(SkipReason.ContactGone, []), true, true, Losses.ContactGone },
            { new UserPlan.Skip(SkipReason.ContactGone, []), true, false, null },
            { new UserPlan.Skip(SkipReason.NoUser, []), false, false, null },
            { new UserPlan.HandOver(7, user), true, true, Losses.None },
            { new UserPlan.HandOver(7, null), true, false, null },
            { new UserPlan.Park(ParkReason.Conflict), false, true, null },
            { new UserPlan.ReadAgain(), false, true, null },
        };
    }
}
