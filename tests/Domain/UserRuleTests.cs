using static CleanSync.Domain.Tests.People;

namespace CleanSync.Domain.Tests;

/// <summary>What rules of the application may advise, and what they may not do.</summary>
[Trait("Spec", "9.5")]
public sealed class UserRuleTests
{
    [Fact]
    public void Without_rules_contact_and_request_stay()
    {
        var ruled = RuledRequest.Ask([], Question(Add));

        Assert.Same(Ann, ruled.Contact);
        Assert.Same(Add, ruled.Request);
        Assert.False(ruled.Skip);
    }

    [Theory]
    [InlineData(SyncAction.Add, null, "customer", "customer")]
    [InlineData(SyncAction.Update, null, " customer ", "customer")]
    [InlineData(SyncAction.Add, "member", "customer", "member")]
    [InlineData(SyncAction.Add, null, " ", null)]
    [InlineData(SyncAction.UpdateTags, null, "customer", null)]
    public void A_role_counts_after_the_URLs_and_not_for_tags(
        SyncAction action,
        string? url,
        string advised,
        string? expected
    )
    {
        var request = new SyncRequest(action, url, sendNotification: true, imported: true, Urgency.Import);

        var ruled = RuledRequest.Ask([Role(advised)], Question(request));

        Assert.Equal(expected, ruled.Request.Role);
        Assert.Equal(
            request,
            new SyncRequest(action, url, ruled.Request.SendNotification, ruled.Request.Imported, ruled.Request.Urgency)
        );
    }

    [Fact]
    public void The_first_rule_that_names_a_role_holds_and_later_ones_see_it()
    {
        var seen = new List<string?>();

        var ruled = RuledRequest.Ask(
            [
                Role("customer"),
                new Rule(question =>
                {
                    seen.Add(question.Request.Role);
                    return new RuleAdvice { Role = "member" };
                }),
            ],
            Question(Add)
        );

        Assert.Equal("customer", ruled.Request.Role);
        Assert.Equal(["customer"], seen);
    }

    [Fact]
    public void One_rule_that_skips_is_enough()
    {
        var ruled = RuledRequest.Ask([new Rule(_ => new RuleAdvice { Skip = true }), Role("customer")], Question(Add));

        Assert.True(ruled.Skip);
        var plan = UserPlanner.Plan(Seen(ruled.Contact) with { LeftAlone = true }, ruled.Request, Rules);
        Assert.Equal(SkipReason.Rule, Assert.IsType<UserPlan.Skip>(plan).Reason);
    }

    [Theory]
    [InlineData("LEVEL")]
    [InlineData("%level%")]
    [InlineData(" Level ")]
    public void Computed_fields_stand_in_the_place_of_the_accounts(string name)
    {
        var contact = Ann with { Fields = [new CustomField("3", "LEVEL", "raw"), new CustomField("4", "OTHER", "o")] };
        var rule = new Rule(question => new RuleAdvice
        {
            Fields = new Dictionary<string, string> { [name] = FieldReader.Raw(question.Contact, "LEVEL") + "!" },
        });

        var ruled = RuledRequest.Ask([rule, rule], Question(Add, contact));

        Assert.Equal("raw!!", FieldReader.Raw(ruled.Contact, "%LEVEL%"));
        Assert.Equal("raw!!", FieldReader.Raw(ruled.Contact, "3"));
        Assert.Equal("o", FieldReader.Raw(ruled.Contact, "OTHER"));
    }

    [Fact]
    public void A_computed_field_that_the_account_does_not_define_is_mapped_like_any()
    {
        var mapping = FieldMapping.Create("tier", "%TIER%", FieldKind.Text, false, false, [], out _)!;
        var rules = Rules with { Fields = SiteRules.DefaultFields([mapping]) };
        var rule = new Rule(_ => new RuleAdvice { Fields = new Dictionary<string, string> { ["TIER"] = "1" } });
        var ruled = RuledRequest.Ask([rule], Question(Update));

        var plan = UserPlanner.Plan(ruled.Contact.LinkedTo(AnnsUser), ruled.Request, rules);

        var change = Assert.IsType<UserPlan.Change>(plan);
        Assert.True(change.Changes.Values["tier"].SameAs(FieldContent.Of("1")));
        Assert.Empty(change.Warnings);
    }

    [Fact]
    public void A_declared_field_that_a_rule_leaves_out_is_empty_and_known()
    {
        var mapping = FieldMapping.Create("tier", "%TIER%", FieldKind.Text, false, false, [], out _)!;
        var rules = Rules with { Fields = SiteRules.DefaultFields([mapping]) };
        var ruled = RuledRequest.Ask([new Rule(_ => RuleAdvice.None) { Fields = ["%tier%"] }], Question(Update));

        var change = Assert.IsType<UserPlan.Change>(
            UserPlanner.Plan(ruled.Contact.LinkedTo(AnnsUser), ruled.Request, rules)
        );

        Assert.Empty(change.Warnings);
        Assert.Empty(change.Changes.Values);
    }

    [Theory]
    [InlineData("administrator", "role_privileged")]
    [InlineData("boss", "role_privileged")]
    [InlineData("pirate", "role_not_registered")]
    public void A_rule_cannot_give_what_nobody_may_give(string role, string warning)
    {
        var ruled = RuledRequest.Ask([Role(role)], Question(Update));

        var plan = UserPlanner.Plan(ruled.Contact.LinkedTo(AnnsUser) with { Roles = Shop }, ruled.Request, Rules);

        var change = Assert.IsType<UserPlan.Change>(plan);
        Assert.Null(change.Changes.Roles);
        Assert.Contains(change.Warnings, one => one.Code == warning);
    }

    [Fact]
    public void A_rule_cannot_change_the_role_of_a_privileged_user()
    {
        var ruled = RuledRequest.Ask([Role("customer")], Question(Update));

        var change = Assert.IsType<UserPlan.Change>(
            UserPlanner.Plan(ruled.Contact.LinkedTo(Admin), ruled.Request, Rules)
        );

        Assert.Null(change.Changes.Roles);
        Assert.Contains(change.Warnings, one => one.Code == "role_kept_privileged");
    }

    private static RuleQuestion Question(SyncRequest request, Contact? contact = null) =>
        new("shop", contact ?? Ann, AnnsUser, request);

    private static Rule Role(string role) => new(_ => new RuleAdvice { Role = role });

    private sealed class Rule(Func<RuleQuestion, RuleAdvice> advise) : IUserRule
    {
        public IReadOnlyCollection<string> Fields { get; init; } = [];

        public RuleAdvice Advise(RuleQuestion question) => advise(question);
    }
}
