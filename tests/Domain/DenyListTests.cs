using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace CleanSync.Domain.Tests;

/// <summary>Meta keys that carry power are never mapped, however they are spelled (SPEC 2.8).</summary>
[Trait("Spec", "2.8")]
public sealed class DenyListTests
{
    private static readonly string[] OwnKeys = ["activecampaign_tags", "activecampaign_contact_id"];

    [Theory]
    [InlineData("capabilities")]
    [InlineData("wp_capabilities")]
    [InlineData("my_shop_capabilities")]
    [InlineData("wp_2_capabilities")]
    [InlineData("wp_user_level")]
    [InlineData("wp_user-settings")]
    [InlineData("wp_2_anything")]
    [InlineData("session_tokens")]
    [InlineData("_application_passwords")]
    [InlineData("_new_email")]
    [InlineData("user_pass")]
    [InlineData("user_login")]
    [InlineData("user_registered")]
    [InlineData("user_id")]
    [InlineData("ID")]
    [InlineData("roles")]
    [InlineData("primary_blog")]
    [InlineData("_two_factor_totp_key")]
    [InlineData("_two_factor_backup_codes")]
    [InlineData("mo2f_2FA_method")]
    [InlineData("mo_2_factor_user_registration_status")]
    [InlineData("wp_2fa_totp_key")]
    [InlineData("googleauthenticator_secret")]
    [InlineData("tfa_priv_key_64")]
    [InlineData("simba_tfa_emergency_codes_64")]
    [InlineData("itsec_user_activity")]
    [InlineData("wfls-last-login")]
    [InlineData("wpcom_user_id")]
    [InlineData("cleansync_creation")]
    [InlineData("activecampaign_tags")]
    [InlineData("wp_2_activecampaign_tags")]
    [InlineData("my_site_ACTIVECAMPAIGN_contact_id")]
    [InlineData("wp_c\u00e1pabilities")]
    [InlineData("wp_cap\u200babilities")]
    [InlineData("wp_cap\\abilities")]
    [InlineData("wp_capabilities\\")]
    [InlineData("wp_capabilities\0")]
    [InlineData("wp_capabilities ")]
    [InlineData(" wp_capabilities")]
    [InlineData("\uff57\uff50_capabilities")]
    [InlineData("wp_capabilit\u0131es")]
    [InlineData("\u200b_protected")]
    public void A_key_of_power_is_refused_even_when_it_is_allowed_by_name(string key)
    {
        var mapping = Make(key, allowProtected: true, out var error);
        Assert.Null(mapping);
        Assert.False(string.IsNullOrWhiteSpace(error));
    }

    [Theory]
    [InlineData("billing_phone")]
    [InlineData("membership_level")]
    [InlineData("interests")]
    [InlineData("Phone number")]
    [InlineData("acf-field.name")]
    [InlineData("address_2")]
    [InlineData("factory")]
    public void An_ordinary_key_is_mapped(string key) => Assert.Equal(key, Make(key, false, out _)?.Target);

    [Theory]
    [InlineData("_billing_note")]
    [InlineData("_woocommerce_persistent_cart_1")]
    [InlineData("  _hidden")]
    public void A_protected_key_needs_to_be_allowed_by_name(string key)
    {
        Assert.Null(Make(key, allowProtected: false, out _));
        Assert.NotNull(Make(key, allowProtected: true, out _));
    }

    [Theory]
    [InlineData("", "email")]
    [InlineData(" ", "email")]
    [InlineData("meta", "")]
    [InlineData("meta", "%%")]
    [InlineData("user_email", "phone")]
    public void A_mapping_that_makes_no_sense_is_refused(string target, string source) =>
        Assert.Null(FieldMapping.Create(target, source, FieldKind.Text, false, false, [], out _));

    [Fact]
    public void A_key_too_long_and_a_list_in_a_core_field_are_refused()
    {
        Assert.Null(Make(new string('k', 256), false, out _));
        Assert.NotNull(Make(new string('k', 255), false, out _));
        Assert.Null(FieldMapping.Create("Nickname", "phone", FieldKind.List, false, false, [], out _));
    }

    [Fact]
    public void Core_fields_are_known_in_any_case() =>
        Assert.Equal(UserTarget.Description, Make("DESCRIPTION", false, out _)?.Target);

    [Property(MaxTest = 2000)]
    public Property No_disguise_lets_a_key_of_power_through()
    {
        string[] keys =
        [
            "capabilities",
            "user_level",
            "user-settings",
            "session_tokens",
            "_application_passwords",
            "two_factor_totp_key",
            "activecampaign_tags",
        ];
        var gen =
            from key in Gen.Elements(keys)
            from prefix in Gen.Elements("wp_", "WP_", "x9_", "my_shop_", "a_b_c_", "")
            from blog in Gen.Elements("", "2_", "317_")
            from disguise in Gen.ListOf(from at in Gen.Choose(0, 40) from how in Gen.Choose(0, 6) select (at, how))
            select disguise.Aggregate(prefix + blog + key, (text, step) => Disguise(text, step.at, step.how));
        return Prop.ForAll(gen.ToArbitrary(), key => Make(key, allowProtected: true, out _) is null);
    }

    // Spellings that MySQL's collations or WordPress take for the same key.
    private static string Disguise(string key, int at, int how)
    {
        at %= key.Length;
        var c = key[at];
        return how switch
        {
            0 => key[..at] + char.ToUpperInvariant(c) + key[(at + 1)..],
            1 => key[..at] + "\\" + key[at..],
            2 => key[..at] + "\u200d" + key[at..],
            3 => key[..(at + 1)] + "\u0301" + key[(at + 1)..],
            4 => key + new string(' ', at % 3),
            5 when c is > ' ' and < '~' => key[..at] + (char)(c + 0xfee0) + key[(at + 1)..],
            6 => key[..at] + "\u0001" + key[at..],
            _ => key + "\t",
        };
    }

    private static FieldMapping? Make(string key, bool allowProtected, out string? error) =>
        FieldMapping.Create(key, "phone", FieldKind.Text, false, allowProtected, OwnKeys, out error);
}
