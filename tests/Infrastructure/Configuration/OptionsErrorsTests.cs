namespace CleanSync.Infrastructure.Tests.Configuration;

[Trait("Spec", "9.1")]
public sealed class OptionsErrorsTests
{
    public static TheoryData<string, string, string> Mistakes =>
        new()
        {
            { "Inbox:Provider", "MySql", "one of Sqlite, PostgreSql" },
            { "Inbox:Provider", "0", "one of Sqlite, PostgreSql" },
            { "Sites:shop:Tags:Guard:Users", "-1", "0 or more" },
            { "Sites:shop:Tags:Guard:Percent", "101", "from 0 to 100" },
            { "Sites:shop:CatchUp:Every", "00:00:30", "a minute or more" },
            { "Sites:shop:CatchUp:Overlap", "2.00:00:00", "a day at most" },
            { "Sites:shop:CatchUp:Sweep", "00:10:00", "an hour or more" },
            { "Sites:shop:CatchUp:AddRole", "customer", "name the tag in CatchUp:AddWithTag" },
            { "Inbox:RetryFor", "soon", "days.hours" },
            { "Inbox:RetryFor", "00:00:01", "from 0.00:01:00" },
            { "History:Keep", "00:00:00", "from 0.01:00:00" },
            { "TrustedProxies:0", "proxy.example", "network" },
            { "Smtp:Port", "70000", "65535" },
            { "Smtp:Host", "smtp://mail.example", "alone" },
            { "Smtp:Port", "many", "whole number" },
            { "Smtp:From", "a@b.example, c@d.example", "one address" },
            { "Sites:shop:ActiveCampaign:Url", "http://account.api-us1.com", "http only to this machine" },
            { "Sites:shop:ActiveCampaign:RequestsPerSecond", "0", "above 0" },
            { "Sites:shop:Webhook:Url", "http://sync.example/", "http only to this machine" },
            { "Sites:shop:Webhook:Url", "/webhooks/activecampaign", "as seen from outside" },
            { "Sites:shop:Webhook:Url", "https://sync.example:8443/hook", "port 443" },
            { "Sites:shop:Webhook:WarnAfterSilence", "00:00:01", "0 for never" },
            { "Sites:shop:Webhook:WarnAfterSilence", "-1.00:00:00", "0 for never" },
            { "Sites:shop:WordPress:Url", "http://shop.example", "only over https" },
            { "Sites:shop:WordPress:Url", "shop.example", "only over https" },
            { "Sites:shop:WordPress:MaxConcurrency", "17", "1 to 16" },
            { "Sites:shop:WordPress:Blog", "0", "number of a blog" },
            { "Sites:shop:Password:UpdateExisting", "true", "Password:Field" },
            { "Sites:shop:ReturnPassword:ClearAfterFirstLogin", "true", "ReturnPassword:Field" },
            { "Sites:shop:Roles:Default", "Administrator", "power over the site" },
            { "Sites:shop:Roles:Default", "shop manager", "power over the site" },
            { "Sites:shop:Roles:Allowed:0", "editor", "power over the site" },
            { "Sites:shop:Roles:OnExistingUser", "Keep", "Replace, Add" },
            { "Sites:shop:WelcomeMail:Via", "Smtp", "Smtp:Host" },
            { "Sites:shop:WelcomeMail:Template", "Hi {{password}}", "{{password}} is unknown" },
            { "Sites:shop:WelcomeMail:Template", "no/such/file.txt", "cannot be read" },
            { "Sites:shop:Tags:MetaKey", "wp_capabilities", "power" },
            { "Sites:shop:Tags:MetaKey", "activecampaign_contact_id", "CleanSync itself" },
            { "Sites:shop:Link:MetaKey", "description", "core field" },
            { "Sites:shop:Fields:wp_capabilities", "1", "power" },
            { "Sites:shop:Fields:activecampaign_tags", "1", "CleanSync itself" },
            { "Sites:shop:Fields:_hidden", "1", "AllowProtected" },
            { "Sites:shop:Fields:phone", "", "source is empty" },
            { "Sites:shop:Fields:nickname:Kind", "List", "" },
        };

    [Fact]
    [Trait("Spec", "9.4")]
    public void A_webhook_URL_that_was_pasted_with_its_key_is_refused_without_showing_the_key()
    {
        var pasted = $"https://sync.example/hook?wpf_action=update&access_key={Settings.Key}";
        var error = Assert.Single(Settings.Minimal().With("Sites:shop:Webhook:Url", pasted).Errors());
        Assert.StartsWith(
            "CleanSync:Sites:shop:Webhook:Url is \"https://sync.example/hook?…\":",
            error,
            StringComparison.Ordinal
        );
        Assert.Contains("without query", error, StringComparison.Ordinal);
        Assert.DoesNotContain(Settings.Key, error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Each_mistake_is_told_with_key_value_and_fix(string key, string value, string fix)
    {
        var error = Assert.Single(
            Settings.Minimal().With(key, value).Errors(),
            e => !e.Contains("Link:MetaKey is \"activecampaign", StringComparison.Ordinal)
        );

        Assert.StartsWith(
            "CleanSync:" + (key.EndsWith(":Kind", StringComparison.Ordinal) ? key[..^5] : key),
            error,
            StringComparison.Ordinal
        );
        Assert.Contains(fix, error, StringComparison.Ordinal);
        if (!key.Contains(":Fields:", StringComparison.Ordinal) && !key.EndsWith("MetaKey", StringComparison.Ordinal))
            Assert.Contains($"\"{value}\"", error, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Database=cleansync;Password=hush-hush")]
    [InlineData("Host=db.example;Pasword=hush-hush")]
    public void A_server_that_is_not_named_is_told_without_the_password(string? connectionString)
    {
        var settings = Settings.Minimal().With("Inbox:Provider", "PostgreSql");
        var error = Assert.Single(
            (connectionString is null ? settings : settings.With("Inbox:ConnectionString", connectionString)).Errors()
        );

        Assert.StartsWith("CleanSync:Inbox:ConnectionString: write Host=", error, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ActiveCampaign:Url")]
    [InlineData("ActiveCampaign:ApiToken")]
    [InlineData("WordPress:Url")]
    [InlineData("WordPress:Username")]
    [InlineData("WordPress:ApplicationPassword")]
    public void What_is_missing_is_named(string key)
    {
        var error = Assert.Single(Settings.Minimal().Without("Sites:shop:" + key).Errors());
        Assert.StartsWith($"CleanSync:Sites:shop:{key} is not set: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sites:shop:WordPress:Url", "https://ann:hush-hush@shop.example")]
    [InlineData("Sites:shop:ActiveCampaign:Url", "https://hush-hush@account.api-us1.com")]
    [InlineData("Smtp:Host", "smtp://ann:p@hush-hush@mail.example")]
    public void Credentials_in_an_address_are_not_told(string key, string value)
    {
        var error = Assert.Single(Settings.Minimal().With(key, value).Errors());
        Assert.Contains(value.Split('@')[^1], error, StringComparison.Ordinal);
        Assert.DoesNotContain("hush-hush", error, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Spec", "1.3")]
    [InlineData("          ")]
    [InlineData(" 183e3486")]
    public void A_legacy_key_that_no_webhook_can_carry_is_an_error(string key)
    {
        var error = Assert.Single(Settings.Minimal().With("Sites:shop:LegacyAccessKeys:0", key).Errors());
        Assert.Equal("CleanSync:Sites:shop:LegacyAccessKeys:0: remove the blanks around the key.", error);
    }

    [Theory]
    [InlineData("two parts")]
    [InlineData("schlüssel")]
    [InlineData("line\nbreak")]
    public void A_token_that_no_header_can_carry_is_told_without_showing_it(string token)
    {
        var error = Assert.Single(Settings.Minimal().With("Sites:shop:ActiveCampaign:ApiToken", token).Errors());
        Assert.StartsWith("CleanSync:Sites:shop:ActiveCampaign:ApiToken: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain(token, error, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_come_at_once()
    {
        var settings = Settings.Minimal();
        foreach (var (key, value) in Mistakes.Select(row => (row.Data.Item1, row.Data.Item2)).DistinctBy(m => m.Item1))
            settings.With(key, value);
        var errors = settings.Without("Sites:shop:AccessKeys:0").Errors();

        Assert.True(errors.Length > 20, string.Join('\n', errors));
        Assert.Contains(errors, e => e.Contains("Smtp:Port", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Contains("AccessKeys:0", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Sites:shop:WordPres:Url", "did you mean WordPress")]
    [InlineData("Sites:shop:WordPress:Uri", "did you mean Url")]
    [InlineData("Inbx:Provider", "did you mean Inbox")]
    [InlineData("Sites:shop:Fields:x:Form", "did you mean From")]
    [InlineData("Dashboard:PasswordHash", "known here are")]
    [InlineData("Sites:shop:Dashboard:Users", "known here are")]
    [InlineData("Sites:shop:CatchUps:Every", "did you mean CatchUp")]
    public void Unknown_keys_are_errors(string key, string remedy) =>
        Assert.Contains(remedy, Settings.Minimal().With(key, "x").Errors()[0], StringComparison.Ordinal);

    [Theory]
    [InlineData("TrustedProxies", "TrustedProxies:0")]
    [InlineData("Smtp", "an object")]
    [InlineData("Sites", "an object")]
    public void A_value_in_the_place_of_a_list_or_object_is_an_error(string key, string remedy) =>
        Assert.Contains(remedy, Settings.Minimal().With(key, "10.0.0.1").Errors()[0], StringComparison.Ordinal);

    [Theory]
    [Trait("Spec", "1.3")]
    [InlineData("short", "128 bits")]
    [InlineData("0123456789abcdef0123456789abcde", "128 bits")]
    [InlineData("abababababababababababababababababzz", "guessed")]
    [InlineData("Xq3vN0aB7cD9 eF1gH2jK4mP6", "blanks")]
    public void Weak_keys_are_refused_and_never_shown(string key, string fix)
    {
        var error = Assert.Single(Settings.Minimal(key: key).Errors());
        Assert.Contains(fix, error, StringComparison.Ordinal);
        Assert.Contains("key new", error, StringComparison.Ordinal);
        Assert.DoesNotContain(key, error, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Spec", "1.3")]
    [InlineData("Xq3vN0aB7cD9eF1gH2jK4m")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    public void Keys_of_128_bits_are_accepted(string key) => Settings.Minimal(key: key).Read();

    [Fact]
    [Trait("Spec", "1.3")]
    public void Keys_taken_over_may_be_shorter_but_not_at_will()
    {
        Settings.Minimal().Without("Sites:shop:AccessKeys:0").With("Sites:shop:LegacyAccessKeys:0", "183e3486").Read();
        var error = Assert.Single(Settings.Minimal().With("Sites:shop:LegacyAccessKeys:0", "183e348").Errors());
        Assert.StartsWith("CleanSync:Sites:shop:LegacyAccessKeys:0", error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Spec", "1.3")]
    public void One_key_at_two_sites_is_an_error()
    {
        var settings = Settings.Minimal("club").Concat(Settings.Minimal()).ToDictionary();
        var error = Assert.Single(settings.Errors());
        Assert.Contains("CleanSync:Sites:club:AccessKeys:0 too", error, StringComparison.Ordinal);
        Assert.DoesNotContain(Settings.Key, error, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Spec", "5.4")]
    [InlineData("https://SHOP.example/")]
    [InlineData("https://shop.example:443")]
    public void Two_sites_on_one_WordPress_are_an_error(string url)
    {
        var club = Settings.Minimal("club", "0123456789abcdefGHIJKLMNOPQR").With("Sites:club:WordPress:Url", url);
        var error = Assert.Single(club.Concat(Settings.Minimal()).ToDictionary().Errors());
        Assert.StartsWith("CleanSync:Sites:shop:WordPress:Url", error, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Spec", "5.4")]
    [InlineData("1", "2", "https://account.api-us1.com", 0)]
    [InlineData("1", "1", "https://account.api-us1.com", 1)]
    [InlineData("1", null, "https://account.api-us1.com", 1)]
    [InlineData("1", "2", "https://other.api-us1.com", 2)]
    public void Blogs_of_a_network_may_be_sites_that_do_not_undo_each_others_work(
        string blog,
        string? other,
        string account,
        int errors
    )
    {
        var club = Settings
            .Minimal("club", "0123456789abcdefGHIJKLMNOPQR")
            .With("Sites:club:WordPress:Url", "https://shop.example")
            .With("Sites:club:ActiveCampaign:Url", account)
            .With("Sites:club:WordPress:Blog", other);
        var shop = Settings
            .Minimal()
            .With("Sites:shop:WordPress:Url", "https://shop.example")
            .With("Sites:shop:ActiveCampaign:Url", "https://account.api-us1.com")
            .With("Sites:shop:WordPress:Blog", blog);

        var both = club.Concat(shop).ToDictionary();
        if (errors == 0)
            Assert.Equal(2, both.Read().Sites.Count);
        else
            Assert.Equal(errors, both.Errors().Length);
    }

    [Theory]
    [InlineData("Shop")]
    [InlineData("a_b")]
    [InlineData("a23456789012345678901234567890123456789012")]
    public void Site_names_are_plain(string name) =>
        Assert.Contains(
            "name a site",
            Assert.Single(Settings.Minimal(name).With($"Sites:{name}:WordPress:Url", "https://shop.example").Errors()),
            StringComparison.Ordinal
        );

    [Fact]
    public void Return_of_the_password_needs_a_field() =>
        Assert.StartsWith(
            "CleanSync:Sites:shop:ReturnPassword:Field is not set",
            Assert.Single(Settings.Minimal().With("Sites:shop:ReturnPassword:Enabled", "true").Errors()),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_secret_file_that_cannot_be_read_is_an_error() =>
        Assert.Contains(
            "cannot be read",
            Assert.Single(
                Settings.Minimal().With("Sites:shop:ActiveCampaign:ApiToken", "file:/no/such/secret").Errors()
            ),
            StringComparison.Ordinal
        );

    [Theory]
    [Trait("Spec", "8.4")]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("http://[::1]/wp")]
    [InlineData("http://localhost")]
    public void Http_to_this_machine_is_fine(string url) =>
        Settings.Minimal().With("Sites:shop:WordPress:Url", url).Read();

    [Fact]
    public void A_field_given_in_both_forms_is_an_error() =>
        Assert.Contains(
            "given twice",
            Settings.Minimal().With("Sites:shop:Fields:x", "1").With("Sites:shop:Fields:x:From", "2").Errors()[0],
            StringComparison.Ordinal
        );
}
