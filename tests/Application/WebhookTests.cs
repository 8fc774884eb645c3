using CleanSync.Application.Ports;
using CleanSync.Domain;
using FluentValidation.TestHelper;

namespace CleanSync.Application.Tests;

/// <summary>The webhook of an account is installed, checked and removed (SPEC 6.3).</summary>
[Trait("Spec", "6.3")]
public sealed class WebhookTests : ISites
{
    private const string Address = "https://sync.example/webhooks/activecampaign";
    private const string Key = "the-first-key-of-the-shop";
    private const string OldKey = "the-old-key-of-the-shop";
    private const string BlogKey = "the-only-key-of-the-blog";
    private const string Right = $"{Address}?wpf_action=update&access_key={Key}";

    private readonly World _world = new();
    private readonly FakeWebhooks _account = new();
    private WebhookAddress _shop = new(new Uri(Address), [Key], null);
    private bool _manageable = true;

    // Two sites that share account and address.
    public IReadOnlyList<string> Names => ["shop", "blog"];

    public Site? Find(string name) =>
        name switch
        {
            "shop" => Of(name, _shop),
            "blog" => Of(name, new WebhookAddress(new Uri(Address), [BlogKey], null)),
            _ => null,
        };

    [Fact]
    public async Task Where_there_is_none_one_is_made_that_hears_of_every_change_from_everybody()
    {
        var made = Assert.IsType<WebhookInstallation.Installed>(await Install());

        var webhook = Assert.Single(_account.All);
        Assert.Equal((Right, "CleanSync shop", null), (webhook.Url, webhook.Name, webhook.OnlyForList));
        Assert.Equal(["changed", "tagged"], webhook.Events);
        Assert.Equal(["people", "programs"], webhook.Sources);
        Assert.Equal($"{Address}?wpf_action=update&access_key=***", made.Url);
        Assert.Equal(["changed", "tagged"], made.Events);
    }

    [Fact]
    public async Task Action_and_role_go_into_the_URL_escaped()
    {
        await Install(SyncAction.Add, " Shop & more ");
        Assert.Equal(
            $"{Address}?wpf_action=add&access_key={Key}&role=Shop%20%26%20more",
            Assert.Single(_account.All).Url
        );
    }

    [Fact]
    public async Task Twice_is_once()
    {
        await Install();
        Assert.IsType<WebhookInstallation.AlreadyThere>(await Install());
        Assert.Equal((1, 1), (_account.All.Count, _account.Changes));
    }

    [Theory]
    [InlineData($"{Address}?access_key={Key}&wpf_action=update")]
    [InlineData($"HTTPS://Sync.Example:443/Webhooks/ActiveCampaign/?WPF_ACTION=Update&ACCESS_KEY={Key}")]
    [InlineData($"{Address}?action=update&access_key={Key}&send_notification=1")]
    [InlineData($"{Address}?wpf_action=add&wpf_action=update&access_key=x&access_key={Key}")]
    public async Task A_webhook_that_somebody_wrote_otherwise_is_known(string url)
    {
        _account.Add(url);
        Assert.IsType<WebhookInstallation.AlreadyThere>(await Install());
        Assert.IsType<WebhookCondition.Fine>(await Check());
    }

    [Theory]
    [InlineData($"{Address}?wpf_action=update&access_key={OldKey}")]
    [InlineData($"{Address}?wpf_action=update")]
    public async Task A_changed_key_mends_the_webhook_instead_of_doubling_it(string url)
    {
        var before = _account.Add(url);
        var updated = Assert.IsType<WebhookInstallation.Updated>(await Install());
        Assert.Equal(["access key"], updated.Lacked);
        Assert.Equal(0, updated.Doubles);
        var webhook = Assert.Single(_account.All);
        Assert.Equal((before.Id, before.Name, Right), (webhook.Id, webhook.Name, webhook.Url));
    }

    [Fact]
    public async Task What_a_person_added_stays_when_the_rest_is_mended()
    {
        _account.Add(
            $"{Address}?wpf_action=add&role=customer&send_notification=1&access_key={OldKey}",
            "Ours",
            "opened"
        );
        var updated = Assert.IsType<WebhookInstallation.Updated>(await Install(SyncAction.Add));
        Assert.Equal(["access key", "event changed", "event tagged"], updated.Lacked);
        var webhook = Assert.Single(_account.All);
        Assert.Equal(
            ("Ours", $"{Address}?wpf_action=add&role=customer&send_notification=1&access_key={Key}"),
            (webhook.Name, webhook.Url)
        );
        Assert.Equal(["opened", "changed", "tagged"], webhook.Events);
    }

    [Fact]
    public async Task Another_role_is_a_change_of_the_same_webhook()
    {
        await Install(SyncAction.Add, "customer");
        var updated = Assert.IsType<WebhookInstallation.Updated>(await Install(SyncAction.Add, "vip"));
        Assert.Equal(["role"], updated.Lacked);
        Assert.EndsWith("&role=vip", Assert.Single(_account.All).Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_doubles_the_one_that_is_right_is_kept()
    {
        _account.Add($"{Address}?wpf_action=update&access_key={OldKey}");
        var right = _account.Add(Right);
        _account.Add(Right, "by hand", "opened");
        Assert.Equal(3, Assert.IsType<WebhookCondition.Doubled>(await Check()).Count);

        var updated = Assert.IsType<WebhookInstallation.Updated>(await Install());

        Assert.Empty(updated.Lacked);
        Assert.Equal(2, updated.Doubles);
        Assert.Same(right, Assert.Single(_account.All));
        Assert.IsType<WebhookCondition.Fine>(await Check());
    }

    [Fact]
    public async Task A_webhook_that_vanishes_meanwhile_is_made_anew()
    {
        _account.Add($"{Address}?wpf_action=update&access_key={OldKey}");
        _account.AfterList = _account.All.Clear;
        Assert.IsType<WebhookInstallation.Installed>(await Install());
        Assert.Equal(Right, Assert.Single(_account.All).Url);
    }

    public static TheoryData<string, string> Strangers =>
        new()
        {
            { "another host", $"https://other.example/webhooks/activecampaign?wpf_action=update&access_key={Key}" },
            { "another port", $"https://sync.example:444/webhooks/activecampaign?wpf_action=update&access_key={Key}" },
            { "another scheme", $"http://sync.example:443/webhooks/activecampaign?wpf_action=update&access_key={Key}" },
            { "another path", $"https://sync.example/other?wpf_action=update&access_key={Key}" },
            { "a longer path", $"{Address}/more?wpf_action=update&access_key={Key}" },
            { "another action", $"{Address}?wpf_action=test&access_key={Key}" },
            { "no action", $"{Address}?access_key={Key}" },
            { "another site's key", $"{Address}?wpf_action=update&access_key={BlogKey}" },
        };

    [Theory]
    [MemberData(nameof(Strangers))]
    public async Task What_is_not_ours_is_neither_taken_for_ours_nor_touched(string why, string url)
    {
        var stranger = _account.Add(url);
        Assert.IsType<WebhookCondition.Missing>(await Check());
        Assert.IsType<WebhookInstallation.Installed>(await Install());
        Assert.Equal(1, await Remove());
        Assert.True(ReferenceEquals(stranger, Assert.Single(_account.All)), why);
    }

    [Fact]
    public async Task A_webhook_for_one_list_is_not_the_one_for_all()
    {
        var limited = _account.Add(Right) with { OnlyForList = "3" };
        _account.All[0] = limited;
        Assert.IsType<WebhookCondition.Missing>(await Check());
        await Install();
        await Remove();
        Assert.Same(limited, Assert.Single(_account.All));
    }

    [Fact]
    public async Task Sites_that_share_account_and_address_keep_apart_even_while_keys_change()
    {
        await Install();
        await Install(site: "blog");
        Assert.Equal(2, _account.All.Count);

        // The shop's webhook still carries a key that is nobody's any more; its name tells whose it is.
        _shop = _shop with
        {
            AccessKeys = ["the-next-key-of-the-shop"],
        };
        Assert.IsType<WebhookInstallation.AlreadyThere>(await Install(site: "blog"));
        Assert.IsType<WebhookCondition.Fine>(await Check("blog"));
        Assert.Equal(["access key"], Assert.IsType<WebhookCondition.Changed>(await Check()).What);
        Assert.Equal(1, await Remove(site: "blog"));
        Assert.IsType<WebhookInstallation.Updated>(await Install());
        Assert.EndsWith("the-next-key-of-the-shop", Assert.Single(_account.All).Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_key_that_is_still_accepted_is_to_be_changed_too()
    {
        _shop = _shop with { AccessKeys = [Key, OldKey] };
        _account.Add($"{Address}?wpf_action=update&access_key={OldKey}");
        Assert.Equal(["access key"], Assert.IsType<WebhookCondition.Changed>(await Check()).What);
    }

    [Fact]
    public async Task A_check_tells_what_is_lacking_and_changes_nothing()
    {
        _account.Add(Right, "by hand", "changed");
        _account.All[0] = _account.All[0] with { Sources = ["people"] };
        Assert.Equal(["event tagged", "source programs"], Assert.IsType<WebhookCondition.Changed>(await Check()).What);
        Assert.Equal(0, _account.Changes);
    }

    [Fact]
    public async Task Any_action_will_do_for_a_check_and_is_right_by_its_own_events()
    {
        _account.Add($"{Address}?wpf_action=update_tags&access_key={Key}", "by hand", "tagged");
        _account.Add($"{Address}?wpf_action=add&role=vip&access_key={Key}");
        var fine = Assert.IsType<WebhookCondition.Fine>(await Check());
        Assert.Equal(
            [$"{Address}?wpf_action=update_tags&access_key=***", $"{Address}?wpf_action=add&role=vip&access_key=***"],
            fine.Urls
        );
    }

    [Fact]
    public async Task All_doubles_of_the_action_named_are_removed_and_no_other_action()
    {
        _account.Add(Right);
        _account.Add($"{Address}?wpf_action=update&access_key={OldKey}");
        var other = _account.Add($"{Address}?wpf_action=add&access_key={Key}");
        Assert.Equal(2, await Remove());
        Assert.Same(other, Assert.Single(_account.All));
        Assert.Equal(0, await Remove());
        Assert.Equal(1, await Remove(SyncAction.Add));
    }

    [Fact]
    public async Task What_the_configuration_lacks_is_named_with_its_key_and_remedy()
    {
        _shop = WebhookAddress.Unknown;
        var unset = await Assert.ThrowsAsync<PermanentException>(() => Install());
        Assert.Contains("CleanSync:Sites:shop:Webhook:Url is not set: write", unset.Message, StringComparison.Ordinal);
        _shop = new WebhookAddress(new Uri(Address), [], null);
        var keyless = await Assert.ThrowsAsync<PermanentException>(() => Check());
        Assert.Contains("CleanSync:Sites:shop:AccessKeys:0", keyless.Message, StringComparison.Ordinal);
        _shop = new WebhookAddress(new Uri(Address), [Key], null);
        _manageable = false;
        await Assert.ThrowsAsync<PermanentException>(() => Remove());
        await Assert.ThrowsAsync<PermanentException>(() => Remove(site: "nowhere"));
    }

    [Fact]
    public void A_role_goes_with_actions_that_give_roles_and_is_not_endless()
    {
        var validator = new InstallWebhook.Validator();
        Assert.True(validator.TestValidate(new InstallWebhook("shop", null, "vip")).IsValid);
        foreach (
            var wrong in new InstallWebhook[]
            {
                new(""),
                new("shop", SyncAction.UpdateTags, "vip"),
                new("shop", SyncAction.Add, " "),
                new("shop", SyncAction.Add, new string('r', 61)),
                new("shop", (SyncAction)9),
            }
        )
            Assert.False(validator.TestValidate(wrong).IsValid, wrong.ToString());
    }

    [Fact]
    [Trait("Spec", "9.4")]
    public async Task No_answer_and_no_record_shows_a_key()
    {
        // A key that was mistyped into another parameter is one too.
        _account.Add($"{Address}?wpf_action=update&amp;access_key={OldKey}");
        var said = new List<object?> { await Check(), _account.All[0], _shop, Find("shop") };
        said.Add(await Install());
        said.Add(await Install());
        said.Add(await Check());
        said.Add(((WebhookCondition.Fine)(await Check())).Urls[0]);
        Assert.All(
            said,
            one =>
            {
                Assert.DoesNotContain(Key, one!.ToString(), StringComparison.Ordinal);
                Assert.DoesNotContain(OldKey, one.ToString(), StringComparison.Ordinal);
            }
        );
    }

    private Site Of(string name, WebhookAddress address) =>
        new(name, _world.Rules, _world.Contacts, _world.Users, _world)
        {
            Webhooks = _manageable ? _account : null,
            WebhookAddress = address,
        };

    private Task<WebhookInstallation> Install(SyncAction? action = null, string? role = null, string site = "shop") =>
        new InstallWebhook.Handler(this).Handle(new InstallWebhook(site, action, role), default);

    private Task<WebhookCondition> Check(string site = "shop") =>
        new CheckWebhook.Handler(this).Handle(new CheckWebhook(site), default);

    private Task<int> Remove(SyncAction? action = null, string site = "shop") =>
        new RemoveWebhook.Handler(this).Handle(new RemoveWebhook(site, action), default);
}
