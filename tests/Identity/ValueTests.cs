using System.Security.Claims;
using CleanSync.Domain;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace CleanSync.Identity.Tests;

public sealed class ValueTests : IdentityTests
{
    [Fact, Trait("Spec", "2.2"), Trait("Spec", "9.5")]
    public async Task The_applications_policies_can_ask_for_tags()
    {
        Bed.Register = services =>
            services.AddAuthorization(options =>
                options.AddPolicy("customers", policy => policy.RequireClaim("activecampaign_tags", "Customer"))
            );
        await Start();
        var user = await Created();
        Assert.False(await MayEnter());

        await Users.Change(user.Id, Tagged("Customer", "Newsletter"), Stop);
        Assert.True(await MayEnter());

        await Users.Change(user.Id, Tagged("Newsletter"), Stop);
        Assert.False(await MayEnter());
    }

    [Fact, Trait("Spec", "2.8")]
    public async Task A_list_of_one_item_stays_a_list()
    {
        await Start();
        var user = await Created();

        await Users.Change(user.Id, Set("interests", FieldContent.Of(["gold"])), Stop);

        var now = await Found(user.Email);
        Assert.Equal(["gold"], Assert.IsType<FieldContent.Items>(now.Values["interests"]).Values);
        Assert.Equal(MetaShape.List, (await Users.Describe(Stop)).KnownMeta["interests"]);
    }

    [Fact, Trait("Spec", "2.8")]
    public async Task Several_claims_where_one_text_belongs_become_that_text()
    {
        await Start();
        var user = await Created();
        await Bed.With(
            "ann",
            (users, stored) =>
                users.AddClaimsAsync(stored, [new("membership_level", "gold"), new("membership_level", "silver")])
        );
        Assert.False(FieldContent.Of("gold").SameAs((await Found(user.Email)).Values["membership_level"]));

        await Users.Change(user.Id, Set("membership_level", FieldContent.Of("gold")), Stop);

        Assert.Equal(FieldContent.Of("gold"), (await Found(user.Email)).Values["membership_level"]);
    }

    [Fact, Trait("Spec", "9.5")]
    public async Task A_target_can_be_a_property_of_the_applications_user()
    {
        Bed.Options.Map("first_name", user => user.FirstName, (user, value) => user.FirstName = value);
        await Start();
        var draft = Draft();
        var user = await Created(draft with { Values = draft.Values.Add("first_name", FieldContent.Of("Ann")) });
        Assert.Equal(FieldContent.Of("Ann"), user.Values["first_name"]);

        await Users.Change(user.Id, Set("first_name", FieldContent.Of("Anna")), Stop);

        await Bed.With(
            "ann",
            async (users, stored) =>
            {
                Assert.Equal("Anna", stored.FirstName);
                Assert.DoesNotContain(await users.GetClaimsAsync(stored), claim => claim.Type is "first_name");
            }
        );
    }

    [Fact, Trait("Spec", "2.8")]
    public async Task A_phone_that_is_confirmed_and_may_let_its_owner_in_is_kept()
    {
        Bed.Options.Map("billing_phone", user => user.PhoneNumber, (user, value) => user.PhoneNumber = value);
        await Start();
        var user = await Created();
        Assert.Empty((await Users.Change(user.Id, Set("billing_phone", FieldContent.Of("+49 1")), Stop)).Warnings);
        await Bed.With(
            "ann",
            async (users, stored) =>
            {
                Assert.Equal("+49 1", stored.PhoneNumber);
                stored.PhoneNumberConfirmed = true;
                await users.UpdateAsync(stored);
            }
        );

        var report = await Users.Change(user.Id, Set("billing_phone", FieldContent.Of("+49 666")), Stop);

        Assert.Equal([new Warning("confirmed_phone_kept", "billing_phone")], report.Warnings);
        Assert.Equal(FieldContent.Of("+49 1"), (await Found(user.Email)).Values["billing_phone"]);
    }

    [Fact, Trait("Spec", "2.8")]
    public void What_Identity_keeps_for_itself_cannot_be_mapped() =>
        Assert.Throws<ArgumentException>(() =>
            Bed.Options.Map("hash", user => user.PasswordHash, (user, value) => user.PasswordHash = value)
        );

    [Fact, Trait("Spec", "2.3")]
    public async Task Tags_leave_the_users_own_row_as_it_is()
    {
        await Start();
        var user = await Created();
        var before = await Stamps();

        await Users.Change(user.Id, Tagged("vip"), Stop);

        Assert.Equal(before, await Stamps());
    }

    [Fact, Trait("Spec", "2.9")]
    public async Task An_email_that_changes_is_confirmed_no_more_and_old_links_are_void()
    {
        await Start();
        var user = await Created();
        await Bed.With(
            "ann",
            (users, stored) =>
            {
                stored.EmailConfirmed = true;
                return users.UpdateAsync(stored);
            }
        );
        var before = await Stamps();

        await Users.Change(user.Id, UserChanges.None with { Email = "anna@example.test" }, Stop);

        Assert.NotEqual(before.Security, (await Stamps()).Security);
        await Bed.With(
            "ann",
            async (users, stored) =>
            {
                Assert.False(await users.IsEmailConfirmedAsync(stored));
                Assert.Equal("ann", (await users.FindByEmailAsync("ANNA@example.test"))?.UserName);
            }
        );
    }

    private async Task<(string? Security, string? Concurrency)> Stamps()
    {
        (string?, string?) stamps = default;
        await Bed.With(
            "ann",
            (_, user) =>
            {
                stamps = (user.SecurityStamp, user.ConcurrencyStamp);
                return Task.CompletedTask;
            }
        );
        return stamps;
    }

    private async Task<bool> MayEnter()
    {
        var principal = new ClaimsPrincipal();
        await Bed.With(
            "ann",
            async (users, user) =>
                principal = await new UserClaimsPrincipalFactory<AppUser>(
                    users,
                    Microsoft.Extensions.Options.Options.Create(users.Options)
                ).CreateAsync(user)
        );
        return (
            await Bed
                .Services.GetRequiredService<IAuthorizationService>()
                .AuthorizeAsync(principal, resource: null, "customers")
        ).Succeeded;
    }
}
