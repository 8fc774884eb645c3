using static CleanSync.Domain.Tests.People;

namespace CleanSync.Domain.Tests;

/// <summary>The table of <see cref="RoleGrant.Decide"/>, row by row, and the order of those who may name a role.</summary>
[Trait("Spec", "2.10")]
public sealed class RoleTests
{
    private static readonly RoleGrant.Source[] Sources = Enum.GetValues<RoleGrant.Source>();

    [Fact]
    public void A_role_that_is_not_registered_is_refused_on_every_path()
    {
        foreach (var source in Sources)
            Refused("role_not_registered", "pirate", source, Shop, Rules with { AllowedRoles = Set("pirate") });
    }

    [Theory]
    [InlineData("administrator")]
    [InlineData("Administrator")]
    [InlineData("manager")]
    [InlineData("boss")]
    public void A_privileged_role_is_refused_on_every_path_whatever_is_allowed(string name)
    {
        var rules = Rules with { AllowedRoles = Set("administrator", "manager", "Boss"), DefaultRole = name };
        foreach (var source in Sources)
            Refused("role_privileged", name, source, Shop, rules);
    }

    [Theory]
    [InlineData("editor")]
    [InlineData("administrator")]
    public void A_role_of_unknown_capabilities_known_for_its_power_is_refused(string slug) =>
        Refused("role_privileged", slug, RoleGrant.Source.Url, Silent, Rules with { AllowedRoles = Set(slug) });

    [Theory]
    [InlineData("MEMBER")]
    [InlineData("Gold Member")]
    [InlineData("See_Gold")]
    public void The_sites_own_list_names_roles_titles_and_capabilities_in_any_case(string listed) =>
        Refused("role_privileged", "member", RoleGrant.Source.Url, Shop, Rules with { Privileged = Set(listed) });

    [Fact]
    public void A_role_of_unknown_capabilities_is_refused_unless_allowed()
    {
        foreach (var source in Sources)
        {
            Refused("role_capabilities_unknown", "member", source, Silent, Rules);
            Given("member", "member", source, Silent, Rules with { AllowedRoles = Set("member") });
        }
    }

    [Theory]
    [InlineData("subscriber")]
    [InlineData("contributor")]
    [InlineData("author")]
    [InlineData("customer")]
    public void Roles_that_core_and_shops_give_no_power_are_given_though_unknown(string slug) =>
        Given(slug, slug, RoleGrant.Source.Url, Silent, Rules);

    [Fact]
    public void A_field_gives_only_the_default_role_or_an_allowed_one()
    {
        Refused("role_not_allowed", "member", RoleGrant.Source.Field, Shop, Rules);
        Given("member", "Gold member", RoleGrant.Source.Field, Shop, Rules with { AllowedRoles = Set("member") });
        Given("member", "member", RoleGrant.Source.Field, Shop, Rules with { DefaultRole = "Gold member" });
        Given("subscriber", "Subscriber", RoleGrant.Source.Field, Shop, Rules);
    }

    [Theory]
    [InlineData("member")]
    [InlineData("MEMBER")]
    [InlineData("gold MEMBER")]
    public void Url_and_default_give_a_harmless_role_by_slug_or_title(string name)
    {
        Given("member", name, RoleGrant.Source.Url, Shop, Rules);
        Given("member", name, RoleGrant.Source.Default, Shop, Rules);
    }

    [Fact]
    public void The_url_comes_before_the_field_and_the_field_before_the_default()
    {
        var rules = Rules with { RoleField = "%ROLE%", AllowedRoles = Set("member") };
        var contact = Ann.Saying("ROLE", "member");
        Assert.Equal("customer", Creation(Seen(contact), Add.Naming("customer"), rules).User.Role);
        Assert.Equal("member", Creation(Seen(contact), Add, rules).User.Role);
        Assert.Equal("subscriber", Creation(Seen(Ann.Saying("ROLE", "")), Add, rules).User.Role);
    }

    [Theory]
    [InlineData("administrator")]
    [InlineData("pirate")]
    public void A_refused_role_leaves_a_new_user_with_the_default_and_an_existing_one_with_his(string named)
    {
        var rules = Rules with { DefaultRole = "customer", RoleField = "ROLE", AllowedRoles = Set("member") };
        var contact = Ann.Saying("ROLE", "member");
        var create = Creation(Seen(contact), Add.Naming(named), rules);
        Assert.Equal("customer", create.User.Role);
        Assert.Single(create.Warnings);
        var change = Change(contact.LinkedTo(AnnsUser), Update.Naming(named), rules);
        Assert.Null(change.Changes.Roles);
        Assert.Single(change.Warnings);
    }

    [Fact]
    public void A_refused_default_gives_way_to_subscriber_and_then_to_none()
    {
        var rules = Rules with { DefaultRole = "administrator" };
        Assert.Equal("subscriber", Creation(Seen(Ann), Add, rules).User.Role);
        Assert.Null(Creation(Seen(Ann) with { Roles = RoleBook.Empty }, Add, rules).User.Role);
    }

    [Fact]
    public void Without_a_named_role_nobody_changes_his()
    {
        var member = AnnsUser with { Roles = ["member", "forum"] };
        foreach (var request in new[] { Add, Update })
            Assert.Null(Change(Ann.LinkedTo(member), request).Changes.Roles);
    }

    [Theory]
    [InlineData("||")]
    [InlineData("|")]
    [InlineData(" || ")]
    public void A_field_without_a_choice_names_no_role(string value)
    {
        var rules = Rules with { RoleField = "ROLE" };
        Assert.Empty(Change(Ann.Saying("ROLE", value).LinkedTo(AnnsUser), Update, rules).Warnings);
        Assert.Empty(UserPlanner.RolesInPlay(Ann.Saying("ROLE", value), Update, rules));
    }

    [Fact]
    public void A_named_role_takes_the_place_of_the_others_or_joins_them()
    {
        var seen = Ann.LinkedTo(AnnsUser with { Roles = ["customer", "forum"] });
        var adding = Rules with { OnExistingUser = RoleChange.Add };
        Assert.Equal(["member"], Change(seen, Update.Naming("member")).Changes.Roles!.Value);
        Assert.Equal(
            ["customer", "forum", "member"],
            Change(seen, Update.Naming("member"), adding).Changes.Roles!.Value
        );
        Assert.Null(Change(seen, Update.Naming("customer"), adding).Changes.Roles);
        Assert.Equal(["customer"], Change(seen, Update.Naming("customer")).Changes.Roles!.Value);
    }

    [Fact]
    public void A_value_that_does_not_look_like_a_role_is_not_repeated_in_the_warning()
    {
        var change = Change(Ann.LinkedTo(AnnsUser), Update.Naming("ann@example.test"));
        Assert.Equal([new Warning("role_not_registered")], change.Warnings);
    }

    [Fact]
    public void The_roles_in_play_are_those_that_a_plan_can_need()
    {
        var rules = Rules with { DefaultRole = "member", RoleField = "ROLE" };
        var contact = Ann.Saying("ROLE", " |customer| ");
        Assert.Empty(UserPlanner.RolesInPlay(contact, UpdateTags, rules));
        Assert.Empty(UserPlanner.RolesInPlay(Ann, Update, rules));
        Assert.Equal(["member", "subscriber"], UserPlanner.RolesInPlay(Ann, Add, rules));
        Assert.Equal(
            ["boss", "customer", "member", "subscriber"],
            UserPlanner.RolesInPlay(contact, Add.Naming("boss"), rules).Order()
        );
    }

    private static void Refused(string code, string name, RoleGrant.Source source, RoleBook book, SiteRules rules)
    {
        var grant = RoleGrant.Decide(name, source, book, rules);
        Assert.Null(grant.Slug);
        Assert.Equal(code, grant.Refused?.Code);
    }

    private static void Given(string slug, string name, RoleGrant.Source source, RoleBook book, SiteRules rules) =>
        Assert.Equal(new RoleGrant(slug, null), RoleGrant.Decide(name, source, book, rules));
}
