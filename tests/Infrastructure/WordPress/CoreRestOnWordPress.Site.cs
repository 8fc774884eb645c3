using System.Text.Json.Nodes;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.WordPress.CoreRest;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>The adapter at sites that are set up in other ways, or let nobody in.</summary>
public abstract partial class CoreRestOnWordPress
{
    // Every test of one site is in one class and runs alone, so a site may be changed for a moment.
    private async Task Without(string what, Func<CoreRestUsers, Task> test)
    {
        var file = Path.Combine(WordPress.Folder, "without-" + what);
        await File.WriteAllTextAsync(file, "", Stop);
        try
        {
            await test(WordPress.UsersOf(WordPress.Site));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory, Trait("Spec", "8.1")]
    [InlineData("wrong wrong wrong wrong", null)]
    [InlineData(null, "nobody-here")]
    public async Task Wrong_credentials_hold_the_site_and_are_never_nobody(string? password, string? username)
    {
        var user = await Existing();
        var site = WordPress.SiteWith(password ?? "irrelevant", username);
        var users = WordPress.UsersOf(site);
        Func<Task>[] asks =
        [
            () => users.Probe(Stop),
            () => users.FindById(user.Id, Stop),
            () => users.FindByEmail(user.Email, Stop),
            () => users.Create(Draft(Unique()), Stop),
            () => users.Change(user.Id, Set((UserTarget.FirstName, Text("x"))), Stop),
            () => users.ResolveRoles(["customer"], Stop),
        ];

        foreach (var ask in asks)
        {
            var fault = await Assert.ThrowsAsync<SiteHeldException>(ask);
            Assert.Contains("username or application password is wrong", fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task A_user_without_rights_is_told_which_he_lacks()
    {
        var user = await Existing();
        var made = await WordPress.Call(
            HttpMethod.Post,
            $"/wp/v2/users/{user.Id}/application-passwords",
            new JsonObject { ["name"] = "test" }
        );
        var users = WordPress.UsersOf(WordPress.SiteWith(made.GetProperty("password").GetString()!, user.Login));

        var probe = await Assert.ThrowsAsync<SiteHeldException>(() => users.Probe(Stop));
        Assert.Contains("create_users, edit_users, list_users, promote_users", probe.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SiteHeldException>(() => users.FindById(user.Id, Stop));
        await Assert.ThrowsAsync<SiteHeldException>(() => users.FindByEmail(user.Email, Stop));
        await Assert.ThrowsAsync<SiteHeldException>(() => users.Create(Draft(Unique()), Stop));
        var other = await Existing();
        await Assert.ThrowsAsync<SiteHeldException>(() =>
            users.Change(other.Id, Set((UserTarget.FirstName, Text("x"))), Stop)
        );
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task A_site_that_registers_no_meta_is_seen_to_store_no_tags() =>
        await Without(
            "meta",
            async users =>
            {
                var abilities = await users.Describe(Stop);
                var created = Assert.IsType<Creation.Created>(await users.Create(Draft(Unique()), Stop));
                var report = await users.Change(created.User.Id, Tagged("a"), Stop);

                Assert.False(abilities.StoresTags);
                Assert.DoesNotContain("membership_level", abilities.WritableMeta!.Keys);
                Assert.Null(created.User.Tags);
                Assert.Null(created.User.CreationToken);
                Assert.Equal([new Warning("tags_not_stored", "activecampaign_tags")], report.Warnings);
            }
        );

    [Fact, Trait("Spec", "8.1")]
    public async Task What_the_site_can_store_is_read_from_its_schema()
    {
        var abilities = await Users.Describe(Stop);

        Assert.True(abilities.StoresTags);
        Assert.Equal(MetaShape.List, abilities.WritableMeta!["interests"]);
        Assert.Equal(MetaShape.Single, abilities.WritableMeta["points"]);
        Assert.DoesNotContain("persisted_preferences", abilities.WritableMeta.Keys);
        Assert.Contains("en_US", abilities.Locales!);
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task A_site_with_plain_permalinks_works_as_well()
    {
        var (one, two) = (await Existing(), await Existing());
        await Without(
            "permalinks",
            async users =>
            {
                await users.Probe(Stop);
                await Task.WhenAll(
                    users.Change(one.Id, Tagged("plain & simple"), Stop),
                    users.Change(two.Id, Tagged("plain"), Stop)
                );

                Assert.Equal(["plain & simple"], (await users.FindById(one.Id, Stop))!.Tags!);
                Assert.Equal([two.Id], (await users.FindByEmail(two.Email, Stop)).Users.Select(user => user.Id));
                // The directory that has been at work meanwhile finds the new place after one failure.
                await Assert.ThrowsAsync<TransientException>(() => Users.FindById(one.Id, Stop));
                Assert.NotNull(await Users.FindById(one.Id, Stop));
            }
        );
        Assert.NotNull(await Users.FindById(one.Id, Stop));
    }

    [Fact, Trait("Spec", "2.10")]
    public async Task A_customer_role_that_is_not_registered_is_not_found() =>
        await Without(
            "customer",
            async users => Assert.Null((await users.ResolveRoles(["customer"], Stop)).Find("customer"))
        );

    [Fact, Trait("Spec", "5.2")]
    public async Task A_site_in_maintenance_is_transient()
    {
        var user = await Existing();
        var file = Path.Combine(WordPress.Folder, "www", ".maintenance");
        await File.WriteAllTextAsync(file, "<?php $upgrading = time();", Stop);
        try
        {
            await Assert.ThrowsAsync<TransientException>(() => Users.FindById(user.Id, Stop));
            await Assert.ThrowsAsync<TransientException>(() => Users.FindByEmail(user.Email, Stop));
            await Assert.ThrowsAsync<TransientException>(() => Users.Create(Draft(Unique()), Stop));
        }
        finally
        {
            File.Delete(file);
        }
        Assert.NotNull(await Users.FindById(user.Id, Stop));
    }
}
