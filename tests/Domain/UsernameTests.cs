using static CleanSync.Domain.Tests.People;

namespace CleanSync.Domain.Tests;

[Trait("Spec", "2.12")]
public sealed class UsernameTests
{
    private static readonly SiteRules Full = Rules with { UsernameFormat = UsernameFormat.FirstnameLastname };
    private static readonly SiteRules Digits = Rules with { UsernameFormat = UsernameFormat.Firstname12345 };

    [Fact]
    public void The_format_makes_the_username()
    {
        Assert.Equal("ann@example.test", Username.Plan(Ann, Rules, 0));
        Assert.Equal("AnnLee", Username.Plan(Ann, Full, 0));
        Assert.Equal("Ann1", Username.Plan(Ann, Digits, 0));
        Assert.Equal("Ann99999", Username.Plan(Ann, Digits, 99_998));
    }

    [Fact]
    public void The_mapped_field_comes_before_the_format()
    {
        var rules = Full with { UsernameField = "%LOGIN%" };
        Assert.Equal("queen.ann", Username.Plan(Ann.Saying("LOGIN", "queen.ann"), rules, 0));
        Assert.Equal("AnnLee", Username.Plan(Ann.Saying("LOGIN", " "), rules, 0));
        Assert.Equal("ann@example.test", Username.Plan(Ann.Saying("LOGIN", "\u65e5\u672c"), rules, 0));
    }

    [Theory]
    [InlineData("J\u00fcrgen", "Gro\u00df", "JurgenGross")]
    [InlineData("\u0141uk\u00e1\u0161", "\u00d8re", "LukasOre")]
    [InlineData("Mary Ann", "O'Brien", "MaryAnnO-Brien")]
    [InlineData("\u65e5\u672c", "\ud83d\ude00", "ann@example.test")]
    [InlineData("", "", "ann@example.test")]
    [InlineData("0", "", "ann@example.test")]
    [InlineData("<b>Ann</b>", "Lee", "AnnLee")]
    public void Refused_characters_are_replaced_and_the_email_stands_in(string first, string last, string login) =>
        Assert.Equal(login, Username.Plan(Ann with { FirstName = first, LastName = last }, Full, 0));

    [Fact]
    public void A_plus_in_an_email_is_replaced() =>
        Assert.Equal("ann-news@example.test", Username.Plan(Ann with { Email = "ann+news@example.test" }, Rules, 0));

    [Theory]
    [InlineData("AnnLee", 0, "AnnLee")]
    [InlineData("AnnLee", 1, "AnnLee2")]
    [InlineData("AnnLee", 2, "AnnLee3")]
    [InlineData("AnnLee", 3, "AnnLee10007")]
    [InlineData("ann@example.test", 1, "ann@example.test-2")]
    public void A_taken_username_gets_a_number(string planned, int attempt, string candidate) =>
        Assert.Equal(candidate, Username.Candidate(planned, attempt, 7));

    [Theory]
    [InlineData("Ann.Lee@Example.test", "annleeexampletest")]
    [InlineData("ann", "userann10007")]
    [InlineData("12345", "user1234510007")]
    public void A_network_gets_small_letters_and_digits_only(string planned, string plain) =>
        Assert.Equal(plain, Username.Plain(planned, 7));

    [Fact]
    public void Long_names_are_cut_to_what_the_column_holds()
    {
        var contact = Ann with { FirstName = new string('x', 70), LastName = "" };
        Assert.Equal(60, Username.Plan(contact, Full, 0).Length);
        Assert.Equal(60, Username.Candidate(Username.Plan(contact, Full, 0), 5, 7).Length);
        Assert.InRange(Username.Plain(new string('1', 60), 7).Length, 4, 60);
    }

    [Fact]
    public void Half_characters_are_no_reason_to_fail() =>
        Assert.Equal("x", Username.Plan(Ann with { FirstName = "\ud800x", LastName = "\udc00" }, Full, 0));
}
