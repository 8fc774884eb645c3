using System.Collections.Immutable;
using static CleanSync.Domain.Tests.People;

namespace CleanSync.Domain.Tests;

/// <summary>The second table of <see cref="UserPlanner"/>: what is written on a user that exists.</summary>
public sealed class ChangeTests
{
    private static readonly Contact Changed = Ann.Tagged("silver") with
    {
        Email = "new@example.test",
        FirstName = "Anna",
    };

    [Fact]
    [Trait("Spec", "2.11")]
    public void A_privileged_user_is_left_alone_where_the_site_says_so()
    {
        var rules = Rules with { PrivilegedUsers = PrivilegedUserPolicy.Nothing };
        foreach (var action in Enum.GetValues<SyncAction>())
        {
            var plan = UserPlanner.Plan(Changed.LinkedTo(Admin), new SyncRequest(action, "member"), rules);
            Assert.Equal(SkipReason.PrivilegedUser, Assert.IsType<UserPlan.Skip>(plan).Reason);
        }
    }

    [Fact]
    [Trait("Spec", "2.11")]
    public void A_privileged_user_keeps_email_and_role_and_gets_tags_and_meta()
    {
        var change = Change(Changed.LinkedTo(Admin), Add.Naming("member"));
        Assert.Null(change.Changes.Email);
        Assert.Null(change.Changes.Roles);
        Assert.Equal(["silver"], change.Changes.Tags!.All);
        Assert.Equal(FieldContent.Of("Anna"), change.Changes.Values[UserTarget.FirstName]);
        Assert.Equal(["email_kept_privileged", "role_kept_privileged"], Codes(change.Warnings));
    }

    [Theory]
    [InlineData("EDIT_USERS", "member")]
    [InlineData("install_themes", "member")]
    [InlineData("manage_network_users", "member")]
    [InlineData("read", "Administrator")]
    [InlineData("read", "editor")]
    [InlineData("read", "shop_manager")]
    [InlineData("see_books", "member")]
    [InlineData("read", "keeper")]
    [Trait("Spec", "2.11")]
    public void One_capability_or_role_of_power_makes_a_user_privileged(string capability, string role)
    {
        var user = AnnsUser with { Capabilities = Set("read", capability), Roles = ["subscriber", role] };
        Assert.True(Privileges.IsPrivileged(user, Rules with { Privileged = Set("See_Books", "KEEPER") }));
    }

    [Fact]
    [Trait("Spec", "2.11")]
    public void A_privileged_user_gets_nothing_but_tags_by_update_tags()
    {
        var change = Change(Changed.LinkedTo(Admin), UpdateTags);
        Assert.Equal(UserChanges.None with { Tags = change.Changes.Tags }, change.Changes);
        Assert.NotNull(change.Changes.Tags);
    }

    [Fact]
    [Trait("Spec", "2.2")]
    public void Update_tags_writes_tags_and_nothing_else()
    {
        var change = Change(Changed.LinkedTo(AnnsUser), UpdateTags);
        Assert.Equal(["silver"], change.Changes.Tags!.Added);
        Assert.Equal(["gold"], change.Changes.Tags.Removed);
        Assert.True((change.Changes with { Tags = null }).IsEmpty);
    }

    [Theory]
    [InlineData(SyncAction.Add, "2.4")]
    [InlineData(SyncAction.Update, "2.3")]
    [Trait("Spec", "2.3")]
    [Trait("Spec", "2.4")]
    public void Update_and_add_write_tags_fields_email_and_a_named_role(SyncAction action, string rule)
    {
        var changes = Change(Changed.LinkedTo(AnnsUser), new SyncRequest(action, "Gold Member")).Changes;
        Assert.Equal("new@example.test", changes.Email);
        Assert.Equal(["member"], changes.Roles!.Value);
        Assert.Equal([UserTarget.FirstName], changes.Values.Keys);
        Assert.True(changes.Tags!.All.SequenceEqual(["silver"]), rule);
    }

    [Fact]
    [Trait("Spec", "2.7")]
    public void Tags_become_empty_only_after_a_read_of_the_contact_alone()
    {
        foreach (var action in Enum.GetValues<SyncAction>())
        {
            var empty = Ann.Tagged();
            var request = new SyncRequest(action);
            Assert.IsType<UserPlan.ReadAlone>(UserPlanner.Plan(empty.LinkedTo(AnnsUser), request, Rules));
            var confirmed = Change((empty with { ReadAlone = true }).LinkedTo(AnnsUser), request);
            Assert.Empty(confirmed.Changes.Tags!.All);
        }
    }

    [Fact]
    [Trait("Spec", "2.7")]
    public void A_tag_without_a_name_does_not_hide_that_tags_become_empty() =>
        Assert.IsType<UserPlan.ReadAlone>(UserPlanner.Plan(Ann.Tagged("", " ").LinkedTo(AnnsUser), UpdateTags, Rules));

    [Fact]
    [Trait("Spec", "2.7")]
    public void Tags_are_compared_as_sets()
    {
        var user = AnnsUser with { Tags = ImmutableSortedSet.Create("b", "a", "C") };
        Assert.True(Change(Ann.Tagged("C", "a", "b").LinkedTo(user), UpdateTags).Changes.IsEmpty);
        Assert.Equal(["c"], Change(Ann.Tagged("c", "a", "b").LinkedTo(user), UpdateTags).Changes.Tags!.Added);
        Change(Ann.Tagged().LinkedTo(user with { Tags = Set() }), UpdateTags);
    }

    [Fact]
    [Trait("Spec", "2.7")]
    public void A_site_without_a_place_for_tags_is_said_and_never_emptied()
    {
        var unable = Ann.Tagged().LinkedTo(AnnsUser) with { Abilities = new DirectoryAbilities(null, false) };
        foreach (var seen in new[] { unable, Ann.LinkedTo(AnnsUser with { Tags = null }) })
        {
            var change = Change(seen, UpdateTags);
            Assert.Null(change.Changes.Tags);
            Assert.Equal(["tags_not_stored"], Codes(change.Warnings));
        }
        Assert.Contains("tags_not_stored", Codes(Creation(unable with { Linked = null }).Warnings));
    }

    [Fact]
    [Trait("Spec", "2.9")]
    public void A_taken_email_is_left_and_the_rest_is_applied()
    {
        var seen = Changed.FoundAs(AnnsUser with { Id = 8, Email = "new@example.test" }) with { Linked = AnnsUser };
        var change = Change(seen, Update);
        Assert.Null(change.Changes.Email);
        Assert.NotNull(change.Changes.Tags);
        Assert.Contains(new Warning("email_taken", UserTarget.Email), change.Warnings);
    }

    [Fact]
    [Trait("Spec", "2.9")]
    public void An_email_that_differs_in_case_only_is_not_changed() =>
        Assert.True(Change(Ann.LinkedTo(AnnsUser with { Email = "ANN@EXAMPLE.TEST" }), Update).Changes.IsEmpty);

    [Fact]
    [Trait("Spec", "2.9")]
    public void An_email_that_the_column_cannot_hold_is_not_sent()
    {
        var change = Change((Ann with { Email = new string('a', 99) + "@x.test" }).LinkedTo(AnnsUser), Update);
        Assert.Null(change.Changes.Email);
        Assert.Equal(["email_too_long"], Codes(change.Warnings));
    }

    [Fact]
    [Trait("Spec", "2.13")]
    public void A_password_field_never_reaches_an_existing_user()
    {
        var rules = Rules with { PasswordField = "%PW%" };
        Assert.True(Change(Ann.Saying("PW", "s3cret").LinkedTo(AnnsUser), Add, rules).Changes.IsEmpty);
    }
}
