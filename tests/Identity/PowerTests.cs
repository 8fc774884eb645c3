using System.Security.Claims;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Configuration;
using Microsoft.AspNetCore.Identity;

namespace CleanSync.Identity.Tests;

/// <summary>Who has power, and what is never given or touched.</summary>
public sealed class PowerTests : IdentityTests
{
    [Fact, Trait("Spec", "2.11")]
    public async Task An_admin_of_an_application_keeps_email_password_and_role_without_any_setting()
    {
        await Start();
        await Bed.AddRole("Admin");
        await Bed.AddUser("boss", "boss@example.test", "Admin");
        var boss = await Found("boss@example.test");
        Assert.True(boss.IsPrivileged);

        var plan = Assert.IsType<UserPlan.Change>(await Plan(boss, "boss@evil.test", "subscriber"));
        Assert.Null(plan.Changes.Email);
        Assert.Null(plan.Changes.Roles);
        Assert.Contains(new Warning("email_kept_privileged", "user_email"), plan.Warnings);
        Assert.Contains(new Warning("role_kept_privileged", "subscriber"), plan.Warnings);

        // Nor does the directory, should he have become one after the plan.
        var report = await Users.Change(
            boss.Id,
            Tagged("vip") with
            {
                Email = "boss@evil.test",
                Roles = ["subscriber"],
            },
            Stop
        );
        Assert.Equal(
            ["email_kept_privileged", "role_kept_privileged"],
            report.Warnings.Select(warning => warning.Code)
        );
        var end = await Users.SetPassword(boss.Id, Password(), PasswordGuard.NewToUser, Stop);
        Assert.Equal(PasswordEnd.Kept, end);
        var now = await Found("boss@example.test");
        Assert.Equal(["Admin"], now.Roles);
        Assert.Equal(["vip"], now.Tags!);
        Assert.True(await Bed.LogIn("boss", "Own password 1!"));
    }

    [Fact, Trait("Spec", "2.10")]
    public async Task A_role_that_does_not_tell_its_permissions_is_given_only_when_the_owner_names_it()
    {
        await Start();
        await Bed.AddRole("Member");
        await Bed.AddRole("author");
        var user = await Created();

        Assert.Null(Assert.IsType<UserPlan.Change>(await Plan(user, user.Email, "Member")).Changes.Roles);
        Assert.Null(Assert.IsType<UserPlan.Change>(await Plan(user, user.Email, "author")).Changes.Roles);
        var refused = await Users.Change(user.Id, UserChanges.None with { Roles = ["Member"] }, Stop);
        Assert.Equal([new Warning("role_privileged", "Member")], refused.Warnings);

        Bed.Site.Roles.Allowed.Add("Member");
        var plan = Assert.IsType<UserPlan.Change>(await Plan(user, user.Email, "member"));
        Assert.Equal(["Member"], plan.Changes.Roles);
        Assert.Empty((await Users.Change(user.Id, plan.Changes, Stop)).Warnings);
        var now = await Found(user.Email);
        Assert.Equal(["Member"], now.Roles);
        Assert.False(now.IsPrivileged);
    }

    [Fact, Trait("Spec", "2.10")]
    public async Task A_role_with_power_is_given_to_nobody_who_is_created()
    {
        await Start();
        await Bed.AddRole("Admin");

        var end = Assert.IsType<Creation.Created>(await Users.Create(Draft() with { Role = "Admin" }, Stop));

        Assert.Equal(["subscriber"], end.User.Roles);
        Assert.Equal([new Warning("role_privileged", "Admin")], end.Warnings);
    }

    [Theory, Trait("Spec", "2.11")]
    [InlineData("permission", "manage_options")]
    [InlineData("Permission", "edit_users")]
    [InlineData(ClaimTypes.Role, "Admin")]
    [InlineData("role", "administrator")]
    [InlineData("Roles", "unheard of")]
    [InlineData("is_staff", "1")]
    public async Task A_user_with_power_among_his_own_claims_is_privileged(string type, string value)
    {
        Bed.Options.ProtectedClaims.Add("is_staff");
        await Start();
        await Bed.AddRole("Admin");
        await Bed.AddUser("boss", "boss@example.test", "subscriber");
        Assert.False(Privileges.IsPrivileged(await Found("boss@example.test"), Bed.Rules));

        await Bed.With("boss", (users, user) => users.AddClaimAsync(user, new Claim(type, value)));

        Assert.True(Privileges.IsPrivileged(await Found("boss@example.test"), Bed.Rules));
    }

    [Fact, Trait("Spec", "2.11")]
    public async Task A_role_that_brings_other_roles_with_it_is_privileged()
    {
        await Start();
        await Bed.AddRole("team", "read");
        await Bed.Do<RoleManager<IdentityRole>>(async roles =>
            await roles.AddClaimAsync((await roles.FindByNameAsync("team"))!, new Claim(ClaimTypes.Role, "Admin"))
        );

        var team = (await Users.ResolveRoles(["team"], Stop)).Find("team")!;

        Assert.Null(team.Capabilities);
        Assert.True(team.IsPrivileged);
    }

    [Fact, Trait("Spec", "2.11")]
    public async Task A_permission_that_the_application_does_not_call_harmless_is_power()
    {
        await Start();
        await Bed.AddRole("support", "read", "orders.refund");
        await Bed.AddUser("sue", "sue@example.test", "support");
        await Bed.AddUser("ann", "ann@example.test", "shop_lead");

        Assert.True((await Users.ResolveRoles(["support"], Stop)).Find("support")!.IsPrivileged);
        Assert.True((await Found("sue@example.test")).IsPrivileged);
        Assert.False((await Found("ann@example.test")).IsPrivileged);
    }

    [Theory, Trait("Spec", "2.8")]
    [InlineData("permission")]
    [InlineData("Permission")]
    [InlineData("Roles")]
    [InlineData("groups")]
    [InlineData("sub")]
    [InlineData("AMR")]
    [InlineData("Scope")]
    [InlineData("name")]
    [InlineData("email")]
    [InlineData("is_staff")]
    [InlineData("cleansync_user")]
    [InlineData("AspNet.Identity.SecurityStamp")]
    [InlineData(ClaimTypes.Role)]
    [InlineData(ClaimTypes.NameIdentifier)]
    [InlineData(ClaimTypes.Name)]
    [InlineData("HTTP://schemas.microsoft.com/ws/2008/06/identity/claims/ROLE")]
    [InlineData("https://app.example/claims/role")]
    [InlineData("urn:app:Roles")]
    public async Task A_claim_that_carries_power_or_identity_is_never_written(string type)
    {
        Bed.Site.Fields[type] = new FieldOptions { From = "%LEVEL%" };
        Bed.Options.ProtectedClaims.Add("is_staff");
        await Start();
        var user = await Created();

        var report = await Users.Change(user.Id, Set(type, FieldContent.Of("Admin")), Stop);

        Assert.Equal([new Warning("claim_carries_power", type)], report.Warnings);
        await Bed.With(
            "ann",
            async (users, stored) =>
                Assert.DoesNotContain(
                    await users.GetClaimsAsync(stored),
                    claim => claim.Value.Equals("Admin", StringComparison.Ordinal)
                )
        );
    }

    [Fact, Trait("Spec", "9.1")]
    public async Task A_mapping_to_such_a_claim_is_told_to_the_owner()
    {
        Bed.Site.Fields["groups"] = new FieldOptions { From = "%LEVEL%" };
        await Start();

        var abilities = await Users.Describe(Stop);

        Assert.Equal([new Warning("claim_carries_power", "groups")], abilities.Notices);
        Assert.Equal("ASP.NET Core Identity", abilities.Via);
    }

    [Theory, Trait("Spec", "2.8")]
    [InlineData("role", "activecampaign_contact_id")]
    [InlineData("activecampaign_tags", "sub")]
    public async Task Tags_or_link_in_a_claim_that_carries_power_hold_the_site(string tags, string link)
    {
        Bed.Site.Tags.MetaKey = tags;
        Bed.Site.Link.MetaKey = link;
        await Start();

        await Assert.ThrowsAsync<SiteHeldException>(() => Users.Probe(Stop));
        await Assert.ThrowsAsync<SiteHeldException>(() => Users.Create(Draft(), Stop));
    }

    private async Task<UserPlan> Plan(User user, string email, string role)
    {
        var contact = new Contact(42, email, "", "", "", "", null, null, [], new HashSet<string>(), ReadAlone: true);
        var request = new SyncRequest(SyncAction.Add, role);
        var seen = new Sighting
        {
            Contact = contact,
            Linked = user,
            Roles = await Users.ResolveRoles(UserPlanner.RolesInPlay(contact, request, Bed.Rules), Stop),
            Abilities = await Users.Describe(Stop),
        };
        return UserPlanner.Plan(seen, request, Bed.Rules);
    }
}
