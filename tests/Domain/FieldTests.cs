using System.Collections.Immutable;
using static CleanSync.Domain.Tests.People;

namespace CleanSync.Domain.Tests;

/// <summary>Which mapped values are written, and in what form (SPEC 2.8).</summary>
[Trait("Spec", "2.8")]
public sealed class FieldTests
{
    [Theory]
    [InlineData(FieldKind.Text, "a <b>bold</b> 100 % + 1", "a bold 100 % + 1")]
    [InlineData(FieldKind.Text, "one\r\ntwo", "one\r\ntwo")]
    [InlineData(FieldKind.Text, "5 < 6 > 4", "5 < 6 > 4")]
    [InlineData(FieldKind.Text, "ann%40example.test", "ann%40example.test")]
    [InlineData(FieldKind.Text, "|a|b|", "|a|b|")]
    [InlineData(FieldKind.Text, "Tom &amp; Jerry", "Tom & Jerry")]
    [InlineData(FieldKind.Text, "&lt;script&gt;alert(1)&lt;/script&gt;hi", "hi")]
    [InlineData(FieldKind.Text, "&amp;lt;b&amp;gt;hi", "hi")]
    [InlineData(FieldKind.Text, "0", "0")]
    [InlineData(FieldKind.List, "||a||b||", "a|b")]
    [InlineData(FieldKind.List, "||a||a|| ||<i>b</i>||", "a|b")]
    [InlineData(FieldKind.List, "single", "single")]
    [InlineData(FieldKind.Date, "2026-02-28", "2026-02-28")]
    [InlineData(FieldKind.Date, "2/28/2026", "2026-02-28")]
    [InlineData(FieldKind.Date, "2026-02-28T23:30:00-06:00", "2026-02-28")]
    [InlineData(FieldKind.DateTime, "2026-02-28T23:30:00-06:00", "2026-03-01 05:30:00")]
    [InlineData(FieldKind.DateTime, "2026-02-28T23:30:00.125Z", "2026-02-28 23:30:00")]
    [InlineData(FieldKind.DateTime, "2026-02-28 08:15", "2026-02-28 08:15:00")]
    [InlineData(FieldKind.Number, " -12.50 ", "-12.50")]
    [InlineData(FieldKind.Checkbox, "||Yes||", "1")]
    public void A_value_is_written_in_the_form_of_its_kind(FieldKind kind, string value, string stored) =>
        Assert.Equal(stored, Written(Ann.Saying("X", value), Map("meta", "%X%", kind)));

    [Theory]
    [InlineData(FieldKind.Date, "tomorrow")]
    [InlineData(FieldKind.Date, "12:00")]
    [InlineData(FieldKind.Date, "5 March")]
    [InlineData(FieldKind.DateTime, "2026-02-30")]
    [InlineData(FieldKind.Number, "1,000")]
    [InlineData(FieldKind.Number, "twelve")]
    public void A_value_that_cannot_be_read_is_left_out_and_said(FieldKind kind, string value)
    {
        var rules = Rules.Mapping(Map("meta", "%X%", kind, clear: true));
        var change = Change(Ann.Saying("X", value).LinkedTo(AnnsUser), Update, rules);
        Assert.Empty(change.Changes.Values);
        Assert.Equal([new Warning("value_unreadable", "meta")], change.Warnings);
    }

    [Theory]
    [InlineData(FieldKind.Text, "  ")]
    [InlineData(FieldKind.Text, "<br>")]
    [InlineData(FieldKind.List, "||||")]
    [InlineData(FieldKind.Date, "")]
    [InlineData(FieldKind.Date, "0000-00-00")]
    [InlineData(FieldKind.DateTime, "0000-00-00 00:00:00")]
    [InlineData(FieldKind.Number, "")]
    [InlineData(FieldKind.Checkbox, "||")]
    public void An_empty_value_overwrites_only_where_the_mapping_says_clear(FieldKind kind, string value)
    {
        var user = AnnsUser with
        {
            Values = AnnsUser.Values.ToImmutableDictionary().Add("meta", FieldContent.Of("old")),
        };
        Assert.Null(Written(Ann.Saying("X", value), Map("meta", "X", kind), user));
        Assert.Equal("", Written(Ann.Saying("X", value), Map("meta", "X", kind, clear: true), user));
    }

    [Theory]
    [InlineData("email", "ann@example.test")]
    [InlineData("firstName", "Ann")]
    [InlineData("lastName", "Lee")]
    [InlineData("phone", "+1 555")]
    [InlineData("orgname", "Acme")]
    [InlineData("%SIZE%", "XL")]
    [InlineData("%size%", "XL")]
    [InlineData("SIZE", "XL")]
    [InlineData("1", "XL")]
    public void Properties_and_custom_fields_are_sources(string source, string value)
    {
        var contact = (Ann with { Phone = "+1 555", OrganizationName = "Acme" }).Saying("SIZE", "XL");
        Assert.Equal(value, Written(contact, Map("meta", source)));
    }

    [Fact]
    public void A_source_that_the_account_does_not_define_is_said_and_changes_nothing()
    {
        var change = Change(Ann.LinkedTo(AnnsUser), Update, Rules.Mapping(Map("meta", "%NONE%", clear: true)));
        Assert.True(change.Changes.IsEmpty);
        Assert.Equal([new Warning("field_unknown", "%NONE%")], change.Warnings);
    }

    [Fact]
    [Trait("Spec", "2.8")]
    public void Markup_is_kept_only_where_WordPress_filters_it()
    {
        var biography = Map(UserTarget.Description, "%X%", FieldKind.Html);
        Assert.Equal("<b>bold</b>", Written(Ann.Saying("X", "<b>bold</b>"), biography));
        Assert.Null(FieldMapping.Create("meta", "%X%", FieldKind.Html, false, false, [], out var error));
        Assert.Contains("Kind Text", error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Spec", "8.1")]
    public void The_contact_id_is_copied_where_the_site_keeps_it_and_its_absence_is_no_warning()
    {
        var rules = Rules with { LinkCopy = "contact_id" };
        var keeps = new DirectoryAbilities(
            new Dictionary<string, MetaShape> { ["contact_id"] = MetaShape.Single },
            true
        );
        var change = Change(Ann.LinkedTo(AnnsUser) with { Abilities = keeps }, Update, rules);
        Assert.Equal(FieldContent.Of("42"), change.Changes.Values["contact_id"]);

        var with = AnnsUser with
        {
            Values = Values((UserTarget.FirstName, "Ann"), (UserTarget.LastName, "Lee"), ("contact_id", "42")),
        };
        Assert.True(Change(Ann.LinkedTo(with) with { Abilities = keeps }, Update, rules).Changes.IsEmpty);
        var lacks = new DirectoryAbilities(new Dictionary<string, MetaShape>(), true);
        var nothing = Change(Ann.LinkedTo(AnnsUser) with { Abilities = lacks }, Update, rules);
        Assert.True(nothing.Changes.IsEmpty);
        Assert.Empty(nothing.Warnings);
    }

    [Fact]
    public void What_is_not_mapped_is_not_written_and_names_are_mapped_without_being_named()
    {
        var contact = (Ann with { FirstName = "Anna", Phone = "1" }).Saying("SIZE", "XL");
        Assert.Equal([UserTarget.FirstName], Change(contact.LinkedTo(AnnsUser), Update).Changes.Values.Keys);
        var named = SiteRules.DefaultFields([Map("First_Name", "%NICK%")]);
        Assert.Equal(3, named.Count);
        Assert.Equal("%NICK%", named.Single(mapping => mapping.Target == UserTarget.FirstName).Source);
    }

    [Theory]
    [InlineData(UserTarget.Nickname, "a\r\n\tb  c", "a b c")]
    [InlineData(UserTarget.DisplayName, "50%41 off", "50 off")]
    [InlineData(UserTarget.FirstName, "a < b > c", "a b > c")]
    [InlineData(UserTarget.LastName, "C:\\\\00temp", "C:temp")]
    [InlineData(UserTarget.Description, "a\r\nb %41 < 1", "a\r\nb %41 < 1")]
    [InlineData(UserTarget.Url, "example.test/a?b=c&d", "http://example.test/a?b=c&d")]
    [InlineData(UserTarget.Url, "https://example.test:8443", "https://example.test:8443")]
    [InlineData(UserTarget.Url, "javascript:alert(1)", null)]
    [InlineData(UserTarget.Url, "javascript://x.test/%0aalert(1)", null)]
    [InlineData(UserTarget.Url, "two words", null)]
    [InlineData(UserTarget.Nickname, "0", null)]
    [InlineData(UserTarget.DisplayName, "", null)]
    public void Core_fields_are_planned_as_WordPress_stores_them(string target, string value, string? stored) =>
        Assert.Equal(stored, Written(Ann.Saying("X", value), Map(target, "%X%", clear: true)));

    [Fact]
    public void Values_that_the_columns_cannot_hold_and_locales_not_installed_are_left_out()
    {
        var contact = Ann.Saying("LONG", new string('x', 251)).Saying("URL", "https://x.test/" + new string('x', 86));
        var rules = Rules.Mapping(
            Map(UserTarget.DisplayName, "LONG"),
            Map(UserTarget.Url, "URL"),
            Map(UserTarget.Locale, "lastName")
        );
        var seen = contact.LinkedTo(AnnsUser) with { Abilities = new DirectoryAbilities(null, true, Set("de_DE")) };
        var change = Change(seen, Update, rules);
        Assert.Empty(change.Changes.Values);
        Assert.Equal(["value_too_long", "value_too_long", "locale_not_installed"], Codes(change.Warnings));
    }

    [Fact]
    public void What_the_site_cannot_store_is_said_and_never_silently_lost()
    {
        var meta = new Dictionary<string, MetaShape> { ["one"] = MetaShape.Single, ["many"] = MetaShape.List };
        var rules = Rules.Mapping(Map("none", "%X%"), Map("one", "%X%", FieldKind.List), Map("many", "%X%"));
        var seen = Ann.Saying("X", "a").LinkedTo(AnnsUser) with { Abilities = new DirectoryAbilities(meta, true) };
        var change = Change(seen, Update, rules);
        Assert.Equal(
            [new Warning("meta_not_registered", "none"), new Warning("meta_not_a_list", "one")],
            change.Warnings
        );
        Assert.IsType<FieldContent.Items>(change.Changes.Values["many"]);
        Assert.Equal(["many"], change.Changes.Values.Keys);
    }

    [Fact]
    public void Of_two_mappings_to_one_target_the_last_holds_whatever_stands_there()
    {
        var rules = Rules.Mapping(Map("meta", "firstName"), Map("meta", "lastName"));
        foreach (var standing in new[] { "Ann", "Lee", "else" })
        {
            var user = AnnsUser with
            {
                Values = AnnsUser.Values.ToImmutableDictionary().Add("meta", FieldContent.Of(standing)),
            };
            var written = Change(Ann.LinkedTo(user), Update, rules).Changes.Values.GetValueOrDefault("meta");
            Assert.Equal(standing == "Lee" ? null : FieldContent.Of("Lee"), written);
        }
    }

    [Theory]
    [InlineData("I <3 you", "I < 3 you")]
    [InlineData("a<b", "a< b")]
    [InlineData("hello <img src=x onerror=alert(1)", "hello < img src=x onerror=alert(1)")]
    [InlineData("<<b>script>alert(1)<</b>/script>", "< script>alert(1)< /script>")]
    [InlineData("<script>alert('<b>')</script >x", "x")]
    [InlineData("<STYLE>p{}</sTyLe>x", "x")]
    [InlineData("<!-- a > b -->x", "x")]
    [InlineData("x<\0script>y", "xy")]
    [InlineData("x <", "x ")]
    [InlineData("1 < 2\n<\n3", "1 < 2\n<\n3")]
    public void Markup_goes_and_everything_else_stays(string text, string left) =>
        Assert.Equal(left, Markup.Remove(text));

    [Fact]
    public void Half_characters_are_planned_as_they_arrive_on_the_other_side() =>
        Assert.Equal("a\ufffdb", Written(Ann.Saying("X", "a\ud800b"), Map("meta", "X")));
}
