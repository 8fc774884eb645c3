using static CleanSync.Domain.Tests.People;

namespace CleanSync.Domain.Tests;

/// <summary>Users of a network who are not on the blog: the rows of <see cref="UserPlanner"/> for them.</summary>
[Trait("Spec", "8.5")]
public sealed class NetworkTests
{
    private static readonly User Elsewhere = AnnsUser with { IsMember = false, Roles = [], Capabilities = Set() };

    private static readonly SiteRules Passwords = Rules with { PasswordField = "PW", UpdateExistingPassword = true };

    [Theory]
    [InlineData(null, "subscriber")]
    [InlineData("Gold member", "member")]
    [InlineData("administrator", "subscriber")]
    [InlineData("pirate", "subscriber")]
    public void Add_brings_him_to_the_blog_with_the_role_of_a_new_user(string? named, string role)
    {
        foreach (var seen in new[] { Ann.FoundAs(Elsewhere), Ann.LinkedTo(Elsewhere) })
        {
            var changes = Change(seen, new SyncRequest(SyncAction.Add, named)).Changes;
            Assert.True(changes.Join);
            Assert.Equal([role], changes.Roles!.Value);
        }
    }

    [Fact]
    public void The_role_may_come_from_the_field()
    {
        var rules = Rules with { RoleField = "ROLE", AllowedRoles = Set("member") };
        Assert.Equal(
            ["member"],
            Change(Ann.Saying("ROLE", "member").FoundAs(Elsewhere), Add, rules).Changes.Roles!.Value
        );
    }

    [Fact]
    public void He_gets_everything_else_like_any_user_but_no_password()
    {
        var contact = Ann.Tagged("silver") with { FirstName = "Anna", Email = "new@example.test" };
        contact = contact with { Fields = [new CustomField("1", "PW", "correct horse", Noon)] };
        var changes = Change(contact.LinkedTo(Elsewhere), Add, Passwords).Changes;
        Assert.Equal("new@example.test", changes.Email);
        Assert.Equal(["silver"], changes.Tags!.All);
        Assert.Equal([UserTarget.FirstName], changes.Values.Keys);
        Assert.Null(changes.Password);
    }

    [Theory]
    [InlineData(SyncAction.Update)]
    [InlineData(SyncAction.UpdateTags)]
    public void Only_add_brings_him(SyncAction action)
    {
        foreach (var seen in new[] { Ann.FoundAs(Elsewhere), Ann.LinkedTo(Elsewhere) })
        {
            var plan = UserPlanner.Plan(seen, new SyncRequest(action), Rules);
            Assert.Equal(SkipReason.NoUser, Assert.IsType<UserPlan.Skip>(plan).Reason);
        }
    }

    [Fact]
    public void Without_a_role_that_may_be_given_he_stays_away()
    {
        var seen = Ann.FoundAs(Elsewhere) with { Roles = RoleBook.Empty };
        var skip = Assert.IsType<UserPlan.Skip>(UserPlanner.Plan(seen, Add, Rules));
        Assert.Equal(SkipReason.NoUser, skip.Reason);
        Assert.Contains(new Warning("role_not_registered", "subscriber"), skip.Warnings);
    }

    [Fact]
    [Trait("Spec", "2.11")]
    public void Power_elsewhere_keeps_email_and_password_and_joins_without_power()
    {
        var contact = Ann with { Email = "new@example.test", Fields = [new CustomField("1", "PW", "x", Noon)] };
        var super = Elsewhere with { IsPrivileged = true };
        var changes = Change(contact.LinkedTo(super), Add.Naming("member"), Passwords).Changes;
        Assert.True(changes is { Join: true, Email: null, Password: null });
        Assert.Equal(["member"], changes.Roles!.Value);
    }

    [Fact]
    [Trait("Spec", "2.11")]
    public void Power_elsewhere_with_a_role_here_keeps_that_role()
    {
        var super = Elsewhere with { IsPrivileged = true, Roles = ["editor"] };
        var skip = Assert.IsType<UserPlan.Skip>(UserPlanner.Plan(Ann.FoundAs(super), Add, Rules));
        Assert.Equal((SkipReason.NoUser, "role_kept_privileged"), (skip.Reason, Assert.Single(skip.Warnings).Code));
    }

    [Fact]
    [Trait("Spec", "2.11")]
    public void Power_elsewhere_is_left_alone_where_the_site_says_so()
    {
        var rules = Rules with { PrivilegedUsers = PrivilegedUserPolicy.Nothing };
        var plan = UserPlanner.Plan(Ann.FoundAs(Elsewhere with { IsPrivileged = true }), Add, rules);
        Assert.Equal(SkipReason.PrivilegedUser, Assert.IsType<UserPlan.Skip>(plan).Reason);
    }

    [Fact]
    [Trait("Spec", "2.15")]
    public void A_dry_run_says_that_he_would_join()
    {
        var rules = Rules with { DryRun = true };
        var skip = Assert.IsType<UserPlan.Skip>(
            PlanPolicy.Apply(UserPlanner.Plan(Ann.FoundAs(Elsewhere), Add, rules), rules)
        );
        Assert.Contains(new Warning("would_join"), skip.Warnings);
    }
}
