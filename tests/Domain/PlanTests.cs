using static CleanSync.Domain.Tests.People;

namespace CleanSync.Domain.Tests;

/// <summary>The first table of <see cref="UserPlanner"/>, row by row.</summary>
public sealed class PlanTests
{
    private static readonly SyncAction[] Actions = Enum.GetValues<SyncAction>();

    [Theory]
    [InlineData(0, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [Trait("Spec", "2.1")]
    public void A_lagging_read_is_read_again_three_times_then_applied(int laggingReads, bool again)
    {
        var seen = Ann.LinkedTo(AnnsUser) with { AppliedUpdate = Noon.AddSeconds(1), LaggingReads = laggingReads };
        Assert.Equal(again, UserPlanner.Plan(seen, Update, Rules) is UserPlan.ReadAgain);
    }

    [Fact]
    [Trait("Spec", "2.1")]
    public void A_read_as_old_as_the_one_applied_or_without_a_time_is_applied()
    {
        Change(Ann.LinkedTo(AnnsUser) with { AppliedUpdate = Noon }, Update);
        Change((Ann with { UpdatedAt = null }).LinkedTo(AnnsUser) with { AppliedUpdate = Noon }, Update);
        Change(Ann.LinkedTo(AnnsUser), Update);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("ann")]
    [InlineData("ann@localhost")]
    [InlineData("änn@example.test")]
    [InlineData("ann@example..test")]
    [InlineData("ann@-example.test")]
    [InlineData("a@b@example.test")]
    [InlineData("ann @example.test")]
    [InlineData("@b.cd")]
    [Trait("Spec", "2.14")]
    public void A_contact_without_a_valid_email_is_parked_whatever_was_asked(string email)
    {
        foreach (var action in Actions)
        {
            var seen = (Ann with { Email = email }).LinkedTo(AnnsUser);
            var park = Assert.IsType<UserPlan.Park>(UserPlanner.Plan(seen, new SyncRequest(action), Rules));
            Assert.Equal(ParkReason.NoEmail, park.Reason);
        }
    }

    [Theory]
    [InlineData("ann@example.test")]
    [InlineData("a.n+n_%'@sub-domain.example.test")]
    [InlineData("a@b.cd")]
    [Trait("Spec", "2.14")]
    public void What_WordPress_takes_for_an_email_is_valid(string email) => Assert.True(ContactEmail.IsValid(email));

    [Fact]
    [Trait("Spec", "2.5")]
    public void The_linked_user_comes_before_those_with_the_email()
    {
        foreach (var action in Actions)
        {
            var other = AnnsUser with { Id = 8 };
            var seen = Ann.FoundAs(other, other) with { Linked = AnnsUser, Owner = UserOwner.LivingContact };
            Assert.Equal(7, Change(seen, new SyncRequest(action)).User.Id);
        }
    }

    [Fact]
    [Trait("Spec", "2.5")]
    public void Two_users_with_the_email_are_a_conflict()
    {
        var plan = UserPlanner.Plan(Ann.FoundAs(AnnsUser, AnnsUser with { Id = 8 }), Add, Rules);
        Assert.Equal(new UserPlan.Park(ParkReason.Conflict), plan);
    }

    [Fact]
    [Trait("Spec", "2.5")]
    public void A_user_of_another_living_contact_is_a_conflict_and_nothing_is_taken_over()
    {
        foreach (var action in Actions)
        {
            var seen = Ann.FoundAs(AnnsUser) with { Owner = UserOwner.LivingContact };
            Assert.Equal(
                new UserPlan.Park(ParkReason.Conflict),
                UserPlanner.Plan(seen, new SyncRequest(action), Rules)
            );
        }
    }

    [Theory]
    [InlineData(UserOwner.Free)]
    [InlineData(UserOwner.GoneContact)]
    [Trait("Spec", "2.5")]
    public void A_user_of_nobody_or_of_a_gone_contact_is_changed(UserOwner owner)
    {
        foreach (var action in Actions)
        {
            var seen = Ann.FoundAs(AnnsUser with { Email = "ANN@Example.test" }) with { Owner = owner };
            Assert.True(Change(seen, new SyncRequest(action)).Changes.IsEmpty);
        }
    }

    [Fact]
    [Trait("Spec", "2.5")]
    public void Who_carries_the_contacts_id_comes_before_those_with_the_email_and_his_email_is_changed()
    {
        var carrier = AnnsUser with { Id = 9, Email = "old@example.test" };
        var change = Change(Seen(Ann) with { ByLink = [carrier] }, Update);
        Assert.Equal((9, "ann@example.test"), (change.User.Id, change.Changes.Email));

        change = Change(Ann.FoundAs(AnnsUser, AnnsUser with { Id = 8 }) with { ByLink = [carrier] }, Update);
        Assert.Equal(9, change.User.Id);
        Assert.Contains(new Warning("email_taken", UserTarget.Email), change.Warnings);
    }

    [Fact]
    [Trait("Spec", "2.5")]
    public void Two_who_carry_the_contacts_id_are_a_conflict_unless_one_is_linked()
    {
        var seen = Seen(Ann) with { ByLink = [AnnsUser, AnnsUser with { Id = 8 }] };
        foreach (var action in Actions)
        {
            Assert.Equal(
                new UserPlan.Park(ParkReason.Conflict),
                UserPlanner.Plan(seen, new SyncRequest(action), Rules)
            );
            Change(seen with { Linked = AnnsUser }, new SyncRequest(action));
        }
    }

    [Theory]
    [InlineData(UserOwner.Free, false)]
    [InlineData(UserOwner.GoneContact, false)]
    [InlineData(UserOwner.LivingContact, true)]
    [Trait("Spec", "2.5")]
    public void Who_carries_the_contacts_id_is_its_user_unless_he_belongs_to_another_that_lives(
        UserOwner owner,
        bool conflict
    )
    {
        foreach (var action in Actions)
        {
            var seen = Ann.FoundAs(AnnsUser with { Id = 8 }) with { ByLink = [AnnsUser], Owner = owner };
            var plan = UserPlanner.Plan(seen, new SyncRequest(action), Rules);
            Assert.Equal(conflict, plan == new UserPlan.Park(ParkReason.Conflict));
            Assert.Equal(!conflict, plan is UserPlan.Change { User.Id: 7 });
        }
    }

    [Theory]
    [InlineData("43", 43L)]
    [InlineData(" 43 ", 43L)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("43abc", null)]
    [InlineData("", null)]
    [Trait("Spec", "2.5")]
    public void The_contact_that_a_user_carries_is_a_number_above_zero(string text, long? contact)
    {
        var user = AnnsUser with { Values = Values(("link", text)) };
        Assert.Equal(contact, user.CarriedContact(Rules with { LinkCopy = "link" }));
        Assert.Null(user.CarriedContact(Rules with { LinkCopy = "other" }));
        Assert.Null(user.CarriedContact(Rules));
    }

    [Fact]
    [Trait("Spec", "2.4")]
    public void Add_creates_a_user_when_there_is_none()
    {
        var user = Creation(Seen(Ann with { Email = " ann@example.test " })).User;
        Assert.Equal("ann@example.test", user.Email);
        Assert.Equal("ann@example.test", user.Login);
        Assert.Equal("subscriber", user.Role);
        Assert.Equal(FieldContent.Of("Ann"), user.Values[UserTarget.FirstName]);
        Assert.Null(user.Password);
    }

    [Theory]
    [InlineData(SyncAction.Update, "2.3")]
    [InlineData(SyncAction.UpdateTags, "2.2")]
    [Trait("Spec", "2.2")]
    [Trait("Spec", "2.3")]
    public void Update_and_update_tags_never_create_a_user(SyncAction action, string rule)
    {
        var skip = Assert.IsType<UserPlan.Skip>(UserPlanner.Plan(Seen(Ann), new SyncRequest(action, "member"), Rules));
        Assert.True(skip is { Reason: SkipReason.NoUser, Warnings.IsEmpty: true }, rule);
    }

    [Fact]
    [Trait("Spec", "2.12")]
    public void An_email_that_the_column_cannot_hold_creates_nobody()
    {
        var email = new string('a', 88) + "@example.test";
        Assert.Equal(101, email.Length);
        Assert.Equal(
            new UserPlan.Park(ParkReason.EmailRefused),
            UserPlanner.Plan(Seen(Ann with { Email = email }), Add, Rules)
        );
        Creation(Seen(Ann with { Email = email[1..] }));
    }

    [Fact]
    [Trait("Spec", "2.12")]
    public void Names_too_long_for_the_display_name_are_left_out_of_the_creation()
    {
        var create = Creation(Seen(Ann with { FirstName = new string('a', 150), LastName = new string('b', 100) }));
        Assert.True(create.User.Values.ContainsKey(UserTarget.FirstName));
        Assert.False(create.User.Values.ContainsKey(UserTarget.LastName));
        Assert.Contains(new Warning("value_too_long", UserTarget.LastName), create.Warnings);
    }

    [Fact]
    [Trait("Spec", "2.15")]
    public void A_dry_run_tells_the_plan_and_carries_nothing_out()
    {
        var rules = Rules with { DryRun = true };
        foreach (var seen in new[] { Seen(Ann), Ann.LinkedTo(AnnsUser with { Tags = Set(), Email = "old@x.test" }) })
        {
            var skip = Assert.IsType<UserPlan.Skip>(PlanPolicy.Apply(UserPlanner.Plan(seen, Add, rules), rules));
            Assert.Equal(SkipReason.DryRun, skip.Reason);
            Assert.All(skip.Warnings, warning => Assert.StartsWith("would_", warning.Code, StringComparison.Ordinal));
            Assert.NotEmpty(skip.Warnings);
        }
        Assert.IsType<UserPlan.Skip>(PlanPolicy.Apply(new UserPlan.HandOver(1, AnnsUser), rules));
        Assert.IsType<UserPlan.HandOver>(PlanPolicy.Apply(new UserPlan.HandOver(1, AnnsUser), Rules));
        // Nothing is written on anybody: what would be is told of the contact that gets the work.
        Assert.IsType<UserPlan.HandOver>(PlanPolicy.Apply(new UserPlan.HandOver(1, null), rules));
        Assert.IsType<UserPlan.Park>(PlanPolicy.Apply(new UserPlan.Park(ParkReason.NoEmail), rules));
    }
}
