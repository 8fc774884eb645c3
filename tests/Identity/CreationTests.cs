using CleanSync.Application.Ports;
using CleanSync.Domain;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CleanSync.Identity.Tests;

public sealed class CreationTests : IdentityTests
{
    [Theory, Trait("Spec", "2.4")]
    [InlineData("AspNetUserClaims")]
    [InlineData("AspNetUserRoles")]
    [InlineData("AspNetUserTokens")]
    public async Task A_fault_in_the_middle_leaves_nobody(string table)
    {
        var faults = new Faults { At = $"INSERT INTO \"{table}\"" };
        Bed.Interceptors.Add(faults);
        await Start();

        var fault = await Assert.ThrowsAsync<TransientException>(() => Users.Create(Draft(), Stop));

        Assert.False(fault.Unanswered);
        faults.At = null;
        Assert.Empty((await Users.FindByEmail("ann@example.test", Stop)).Users);
        Assert.False(await Bed.Get<UserManager<AppUser>, bool>(users => users.Users.AnyAsync(Stop)));
        await Created();
    }

    [Fact, Trait("Spec", "3.2")]
    public async Task A_commit_that_was_not_answered_is_told_and_the_user_is_known_by_his_token()
    {
        var commits = new LostCommits();
        Bed.Interceptors.Add(commits);
        await Start();
        commits.Lose = true;

        var fault = await Assert.ThrowsAsync<TransientException>(() => Users.Create(Draft(), Stop));

        Assert.True(fault.Unanswered);
        commits.Lose = false;
        Assert.Equal("token of ann", (await Found("ann@example.test")).CreationToken);
        var again = Assert.IsType<Creation.Created>(await Users.Create(Draft(), Stop));
        Assert.True(again.Existed);
    }

    [Fact, Trait("Spec", "2.4")]
    public async Task Many_creations_of_one_person_at_once_make_one_user()
    {
        await Start();

        var ends = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i => Task.Run(() => Bed.NewUsers().Create(Draft() with { CreationToken = $"{i}" }, Stop)))
        );

        Assert.Single(ends.OfType<Creation.Created>());
        Assert.Equal(7, ends.OfType<Creation.Duplicate>().Count());
        await Found("ann@example.test");
    }

    // The application looks at no emails, and registers somebody between the first look and the insertion.
    [Fact, Trait("Spec", "2.4")]
    public async Task Somebody_who_registers_meanwhile_with_the_same_email_is_no_second_user()
    {
        var race = new Validator();
        Bed.Register = services => services.AddSingleton<IUserValidator<AppUser>>(race);
        await Start();
        race.Meanwhile = async users =>
        {
            race.Meanwhile = null;
            await users.CreateAsync(new AppUser { UserName = "other", Email = "ann@example.test" });
        };

        var end = await Users.Create(Draft(), Stop);

        Assert.True(Assert.IsType<Creation.Duplicate>(end).Email);
    }

    [Fact, Trait("Spec", "5.4")]
    public async Task A_process_that_may_not_work_the_site_any_more_writes_nothing()
    {
        await Start();
        Bed.Fence = () => throw new TransientException("another process", spendsAttempt: false);

        await Assert.ThrowsAsync<TransientException>(() => Users.Create(Draft(), Stop));

        Assert.Empty((await Users.FindByEmail("ann@example.test", Stop)).Users);
    }

    [Fact, Trait("Spec", "2.12")]
    public async Task A_login_that_the_applications_rules_refuse_is_refused()
    {
        await Start();

        Assert.IsType<Creation.LoginRefused>(await Users.Create(Draft() with { Login = "ann other" }, Stop));
    }

    [Fact, Trait("Spec", "9.5")]
    public async Task A_created_user_is_as_the_application_makes_them()
    {
        Bed.Options.NewUser = () => new AppUser { FirstName = "somebody" };
        await Start();
        await Created();

        await Bed.With(
            "ann",
            (_, user) =>
            {
                Assert.False(user.EmailConfirmed);
                Assert.True(user.LockoutEnabled);
                Assert.NotNull(user.SecurityStamp);
                Assert.Equal("somebody", user.FirstName);
                return Task.CompletedTask;
            }
        );
    }

    [Fact, Trait("Spec", "9.5")]
    public async Task An_email_counts_as_confirmed_where_the_application_says_so()
    {
        Bed.Options.EmailConfirmed = true;
        await Start();
        var user = await Created();
        await Users.Change(user.Id, UserChanges.None with { Email = "anna@example.test" }, Stop);

        await Bed.With("ann", async (users, stored) => Assert.True(await users.IsEmailConfirmedAsync(stored)));
    }

    [Fact, Trait("Spec", "5.2")]
    public async Task A_database_that_is_away_is_a_fault_that_passes()
    {
        var faults = new Faults();
        Bed.Interceptors.Add(faults);
        await Start();
        faults.At = "SELECT";

        var fault = await Assert.ThrowsAsync<TransientException>(() => Users.FindByEmail("ann@example.test", Stop));

        Assert.DoesNotContain("@", fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TransientException>(() => Users.Probe(Stop));
    }

    [Fact, Trait("Spec", "2.5")]
    public async Task A_user_of_the_application_is_found_again_by_the_number_that_he_gets()
    {
        await Start();
        await Bed.AddUser("bob", "bob@example.test");
        var bob = await Found("bob@example.test");

        Assert.Equal("bob", (await Users.FindById(bob.Id, Stop))?.Login);
        Assert.Null(bob.HasOurPassword);
        Assert.Null(bob.CreationToken);
        // Copied with the claims of somebody else, it is nobody's.
        await Bed.AddUser("eve", "eve@example.test");
        await Bed.With("eve", (users, eve) => users.AddClaimAsync(eve, new("cleansync_user", $"{bob.Id}")));
        Assert.Equal("bob", (await Users.FindById(bob.Id, Stop))?.Login);
        Assert.NotEqual(bob.Id, (await Found("eve@example.test")).Id);
    }

    [Fact, Trait("Spec", "2.5")]
    public async Task Several_users_with_one_email_are_all_found()
    {
        await Start();
        await Bed.AddUser("bob", "bob@example.test");
        await Bed.AddUser("bobby", "BOB@example.test");

        Assert.Equal(2, (await Users.FindByEmail("bob@example.test", Stop)).Users.Length);
    }

    private sealed class Validator : IUserValidator<AppUser>
    {
        public Func<UserManager<AppUser>, Task>? Meanwhile { get; set; }

        public async Task<IdentityResult> ValidateAsync(UserManager<AppUser> manager, AppUser user)
        {
            if (Meanwhile is { } meanwhile)
                await meanwhile(manager);
            return IdentityResult.Success;
        }
    }
}
