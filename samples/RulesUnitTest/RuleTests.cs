using CleanSync.Domain;
using CustomRule;

namespace RulesUnitTest;

/// <summary>Rules are pure: no mock, no container.</summary>
public sealed class RuleTests
{
    private static readonly TagGrantsRole Gold = new("Member: Gold", role: "gold_member", otherwise: "subscriber");

    [Theory]
    [InlineData("Member: Gold", null, "gold_member")]
    [InlineData("Member: Gold", "subscriber", "gold_member")]
    [InlineData("Customer", "gold_member", "subscriber")]
    [InlineData("Customer", "author", null)]
    [InlineData("Customer", null, null)]
    public void Who_has_the_tag_has_the_role(string tag, string? role, string? advised)
    {
        var question = Asked(Ann.Contact(tag), role is null ? null : Ann.User(role));

        Assert.Equal(advised, Gold.Advise(question).Role);
    }

    [Theory]
    [InlineData("cleo@partner.example", true)]
    [InlineData(" Cleo@PARTNER.example ", true)]
    [InlineData("cleo@not-partner.example", false)]
    public void A_partners_people_are_left_alone(string email, bool skipped)
    {
        var rule = new LeavesDomainAlone("partner.example");

        Assert.Equal(skipped, rule.Advise(Asked(Ann.Contact() with { Email = email })).Skip);
    }

    [Fact]
    public void A_customer_is_one_since_the_earliest_order_and_every_declared_field_has_a_value()
    {
        var rule = new CustomerSince();

        Assert.Equal("2019", rule.Advise(Asked(Ann.Contact("Order 2021", "Order 2019"))).Fields["CUSTOMERSINCE"]);
        Assert.Equal(rule.Fields, rule.Advise(Asked(Ann.Contact())).Fields.Keys);
    }

    private static RuleQuestion Asked(Contact contact, User? user = null) =>
        new("shop", contact, user, new SyncRequest(SyncAction.Update));
}
