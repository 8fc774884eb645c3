using System.Text;
using CleanSync.Application;
using CleanSync.Domain;
using CleanSync.Infrastructure.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanSync.Infrastructure.Tests.Configuration;

[Trait("Spec", "11")]
public sealed class OptionsTests
{
    private const string Documented = """
        { "CleanSync": {
            "Inbox": { "Provider": "Sqlite", "ConnectionString": "Data Source=other.db", "RetryFor": "2.00:00:00" },
            "History": { "Keep": "10.00:00:00" },
            "TrustedProxies": [ "10.0.0.1", "192.168.0.0/16" ],
            "Smtp": { "Host": "mail.example", "Port": 25, "Username": null, "Password": null, "From": "Shop <s@shop.example>" },
            "Sites": { "shop": {
                "AccessKeys": [ "Xq3vN0aB7cD9eF1gH2jK4m" ], "LegacyAccessKeys": [],
                "ActiveCampaign": { "Url": "https://account.api-us1.com", "ApiToken": "t", "RequestsPerSecond": 3 },
                "WordPress": { "Url": "https://shop.example", "Username": "u", "ApplicationPassword": "p", "MaxConcurrency": 3, "Blog": null },
                "Roles": { "Default": "customer", "Field": "%ROLE%", "OnExistingUser": "Add", "Allowed": ["vip"], "Privileged": ["boss"] },
                "PrivilegedUsers": "Nothing",
                "Username": { "Format": "FirstnameLastname", "Field": "%LOGIN%" },
                "Password": { "Field": "%PW%", "UpdateExisting": false },
                "ReturnPassword": { "Enabled": true, "Field": "%WPPASSWORD%", "UsernameField": "7", "ClearAfterFirstLogin": false },
                "WelcomeMail": { "Send": true, "Via": "Smtp", "Template": "Hello {{first_name}}" },
                "Tags": { "MetaKey": "my_tags", "Protected": true, "WhenGone": "Revoke" },
                "Link": { "MetaKey": "my_link" },
                "Fields": {
                    "first_name": "%GIVEN%",
                    "billing_phone": "phone",
                    "_secret_note": { "From": "3", "AllowProtected": true },
                    "interests": { "From": "2", "Kind": "List", "Clear": true } } } } } }
        """;

    [Fact]
    public void The_documented_tree_is_read_as_it_stands()
    {
        var options = FromJson(Documented);
        var site = options.Sites["shop"];

        Assert.Equal("Data Source=other.db", options.Inbox.ConnectionString);
        Assert.Equal(TimeSpan.FromDays(2), options.Inbox.RetryFor);
        Assert.Equal(TimeSpan.FromDays(10), options.History.Keep);
        Assert.Equal(["10.0.0.1", "192.168.0.0/16"], options.TrustedProxies);
        Assert.Equal(("mail.example", 25), (options.Smtp.Host, options.Smtp.Port));
        Assert.Equal(3, site.ActiveCampaign.RequestsPerSecond);
        Assert.Equal(3, site.WordPress.MaxConcurrency);
        Assert.True(site.Tags.Protected);
        Assert.Equal(MailRoute.Smtp, site.WelcomeMail.Via);
        Assert.Empty(site.LegacyAccessKeys);
    }

    [Fact]
    public void Rules_hold_everything_that_the_planner_needs()
    {
        var rules = SiteOptionsRules.ToRules(FromJson(Documented).Sites["shop"]);

        Assert.Equal(
            ("customer", "%ROLE%", RoleChange.Add),
            (rules.DefaultRole, rules.RoleField, rules.OnExistingUser)
        );
        Assert.Equal(["vip"], rules.AllowedRoles);
        Assert.Equal(["boss"], rules.Privileged);
        Assert.Equal(PrivilegedUserPolicy.Nothing, rules.PrivilegedUsers);
        Assert.Equal((UsernameFormat.FirstnameLastname, "%LOGIN%"), (rules.UsernameFormat, rules.UsernameField));
        Assert.Equal(
            ("%PW%", "%WPPASSWORD%", "7"),
            (rules.PasswordField, rules.ReturnPasswordField, rules.ReturnUsernameField)
        );
        Assert.True(rules.SendWelcomeMail);
        Assert.Equal(GonePolicy.Revoke, rules.WhenGone);
        Assert.Equal(
            [
                "_secret_note=3",
                "billing_phone=phone",
                "first_name=%GIVEN%",
                "interests=2",
                "last_name=lastName",
                "user_email=email",
            ],
            rules.Fields.Select(f => $"{f.Target}={f.Source}").Order(StringComparer.Ordinal)
        );
        Assert.Contains(rules.Fields, f => f is { Target: "interests", Kind: FieldKind.List, Clear: true });
    }

    [Fact]
    public void A_minimal_site_needs_keys_and_the_two_accounts_only()
    {
        var rules = SiteOptionsRules.ToRules(Settings.Minimal().Read().Sites["shop"]);

        Assert.Null(rules.ReturnPasswordField);
        Assert.False(rules.SendWelcomeMail);
        Assert.Equal("subscriber", rules.DefaultRole);
        Assert.Equal(3, rules.Fields.Count);
    }

    [Fact]
    [Trait("Spec", "2.7")]
    [Trait("Spec", "6.1")]
    public void The_guard_and_the_catch_up_have_the_documented_defaults_and_follow_the_settings()
    {
        var usual = Settings.Minimal().Read().Sites["shop"];
        Assert.Equal(new GuardRules(), SiteOptionsRules.ToRules(usual).Guard);
        Assert.Equal(new CatchUpSettings(), SiteOptionsRules.ToCatchUp(usual.CatchUp));
        Assert.Equal((20, 20), (usual.Tags.Guard.Users, usual.Tags.Guard.Percent));
        Assert.Equal(
            (TimeSpan.FromMinutes(15), TimeSpan.FromHours(1), TimeSpan.FromDays(1)),
            (usual.CatchUp.Every, usual.CatchUp.Overlap, usual.CatchUp.Sweep)
        );

        var other = Settings
            .Minimal()
            .With("Sites:shop:Tags:Guard:Users", "5")
            .With("Sites:shop:Tags:Guard:Percent", "50")
            .With("Sites:shop:CatchUp:Every", "00:00:00")
            .With("Sites:shop:CatchUp:AddWithTag", " customer ")
            .With("Sites:shop:CatchUp:AddRole", "customer")
            .Read()
            .Sites["shop"];
        Assert.Equal(new GuardRules { Users = 5, Percent = 50 }, SiteOptionsRules.ToRules(other).Guard);
        Assert.Equal(
            new CatchUpSettings
            {
                Every = TimeSpan.Zero,
                AddWithTag = "customer",
                AddRole = "customer",
            },
            SiteOptionsRules.ToCatchUp(other.CatchUp)
        );
    }

    [Fact]
    [Trait("Spec", "6.3")]
    public void The_webhook_is_looked_after_where_its_address_is_named()
    {
        var address = SiteOptionsRules.ToWebhookAddress(Settings.Minimal().Read().Sites["shop"]);
        Assert.Null(address.Url);

        var settings = Settings
            .Minimal()
            .With("Sites:shop:LegacyAccessKeys:0", "an-older-key")
            .With("Sites:shop:Webhook:Url", "https://sync.example/webhooks/activecampaign");
        address = SiteOptionsRules.ToWebhookAddress(settings.Read().Sites["shop"]);
        Assert.Equal(new Uri("https://sync.example/webhooks/activecampaign"), address.Url);
        Assert.Equal(TimeSpan.FromDays(1), address.WarnAfterSilence);
        Assert.Equal([Settings.Key, "an-older-key"], address.AccessKeys);

        settings = settings
            .With("Sites:shop:Webhook:Url", "http://127.0.0.1:5000/")
            .With("Sites:shop:Webhook:WarnAfterSilence", "0");
        Assert.Null(SiteOptionsRules.ToWebhookAddress(settings.Read().Sites["shop"]).WarnAfterSilence);
    }

    [Fact]
    [Trait("Spec", "2.13")]
    [Trait("Spec", "3.3")]
    public void What_happens_to_passwords_afterwards_is_off_unless_turned_on()
    {
        var options = Settings
            .Minimal()
            .With("Sites:shop:Password:Field", "%PW%")
            .With("Sites:shop:ReturnPassword:Field", "%WPPASSWORD%");
        var rules = SiteOptionsRules.ToRules(options.Read().Sites["shop"]);
        Assert.False(rules.UpdateExistingPassword || rules.ClearAfterFirstLogin);

        options = options
            .With("Sites:shop:Password:UpdateExisting", "true")
            .With("Sites:shop:ReturnPassword:ClearAfterFirstLogin", "true");
        rules = SiteOptionsRules.ToRules(options.Read().Sites["shop"]);
        Assert.True(rules.UpdateExistingPassword && rules.ClearAfterFirstLogin);
    }

    [Fact]
    [Trait("Spec", "3.3")]
    public void A_field_is_not_emptied_where_the_return_is_off() =>
        Assert.Contains(
            "ClearAfterFirstLogin",
            Assert.Single(
                Settings
                    .Minimal()
                    .With("Sites:shop:ReturnPassword:Field", "%WPPASSWORD%")
                    .With("Sites:shop:ReturnPassword:Enabled", "false")
                    .With("Sites:shop:ReturnPassword:ClearAfterFirstLogin", "true")
                    .Errors()
            ),
            StringComparison.Ordinal
        );

    [Fact]
    public void No_site_at_all_is_no_error() => Assert.Empty(new Dictionary<string, string?>().Read().Sites);

    [Fact]
    public void Both_forms_of_a_field_bind_from_the_environment()
    {
        var prefix = "CLEANSYNCTEST_";
        Environment.SetEnvironmentVariable(prefix + "CleanSync__Sites__shop__Fields__billing_phone", "phone");
        Environment.SetEnvironmentVariable(prefix + "CleanSync__Sites__shop__Fields__interests__From", "2");
        Environment.SetEnvironmentVariable(prefix + "CleanSync__Sites__shop__Fields__interests__Kind", "list");
        var options = Settings.Read(
            new ConfigurationBuilder().AddInMemoryCollection(Settings.Minimal()).AddEnvironmentVariables(prefix).Build()
        );

        Assert.Equal("phone", options.Sites["shop"].Fields["billing_phone"].From);
        Assert.Equal(
            ("2", FieldKind.List),
            (options.Sites["shop"].Fields["interests"].From, options.Sites["shop"].Fields["interests"].Kind)
        );
    }

    [Fact]
    public void Empty_values_count_as_left_out()
    {
        var options = Settings
            .Minimal()
            .With("Smtp:Host", "")
            .With("Smtp:Port", "")
            .With("Sites:shop:WordPress:Blog", "")
            .Read();

        Assert.Null(options.Smtp.Host);
        Assert.Equal(587, options.Smtp.Port);
    }

    [Fact]
    [Trait("Spec", "9.1")]
    public void Secrets_are_read_from_files()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "  the-real-token\n");
        try
        {
            var options = Settings.Minimal().With("Sites:shop:ActiveCampaign:ApiToken", "file:" + file).Read();
            Assert.Equal("the-real-token", options.Sites["shop"].ActiveCampaign.ApiToken);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    [Trait("Spec", "1.3")]
    public void A_changed_configuration_takes_effect_and_a_broken_one_does_not()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(Settings.Minimal()).Build();
        using var provider = Settings.Provider(configuration);
        var monitor = provider.GetRequiredService<IOptionsMonitor<CleanSyncOptions>>();
        Assert.Single(monitor.CurrentValue.Sites["shop"].AccessKeys);

        configuration["CleanSync:Sites:shop:AccessKeys:1"] = "0123456789abcdefGHIJKLMNOPQR";
        configuration.Reload();
        Assert.Equal(2, monitor.CurrentValue.Sites["shop"].AccessKeys.Count);

        configuration["CleanSync:Sites:shop:WordPress:Url"] = "nonsense";
        configuration.Reload();
        Assert.Equal("https://shop.example", monitor.CurrentValue.Sites["shop"].WordPress.Url);

        configuration["CleanSync:Sites:shop:WordPress:Url"] = "https://new.example";
        configuration.Reload();
        Assert.Equal("https://new.example", monitor.CurrentValue.Sites["shop"].WordPress.Url);
    }

    private static CleanSyncOptions FromJson(string json) =>
        Settings.Read(new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build());
}
