using CleanSync.Domain;

namespace CleanSync.Application.Tests;

/// <summary>The process dies at every step of what is done to passwords after the creation, and another takes over.</summary>
public sealed class CrashPasswordTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "2.13")]
    public async Task A_value_of_the_field_is_set_once_whatever_dies_when(bool userChangesItInBetween)
    {
        var changed = new HashSet<World>();
        await AtEachStep(
            world =>
            {
                world.Users.Add("ann@example.test", "ann");
                Say(world);
                return Task.CompletedTask;
            },
            process => process.Send(new UpdateUser("shop", 42)),
            world =>
            {
                var (user, password) = world.Users.Passwords.Single();
                if (userChangesItInBetween && password == "correct horse" && changed.Add(world))
                    world.Users.Passwords[user] = "his own choice";
            },
            (world, where) =>
            {
                // What was set before the user changed it is not set again.
                var own = changed.Contains(world) ? "his own choice" : "correct horse";
                Assert.True(world.Users.Passwords.Values.Single() == own, where);
                Assert.True(Noon == world.Store.Entry(42).PasswordAppliedAt, where);
            }
        );
    }

    [Fact]
    [Trait("Spec", "2.13")]
    public async Task A_user_created_with_the_contacts_password_has_it_and_its_time_is_known()
    {
        await AtEachStep(
            world =>
            {
                Say(world);
                return Task.CompletedTask;
            },
            process => process.Send(new AddUser("shop", 42)),
            _ => { },
            (world, where) =>
            {
                Assert.True(world.Users.Passwords.Values.Single() == "correct horse", where);
                Assert.True(!world.Contacts.Fields.ContainsKey((42, "%WPPASSWORD%")), where);
                Assert.True(Noon == world.Store.Entry(42).PasswordAppliedAt, where);
            }
        );
    }

    [Fact]
    [Trait("Spec", "3.2")]
    public async Task A_user_who_changed_his_password_keeps_it_whatever_dies_when()
    {
        await AtEachStep(
            world =>
            {
                world.Contacts.Add(World.Ann());
                return Task.CompletedTask;
            },
            process => process.Send(new AddUser("shop", 42)),
            world =>
            {
                if (world.Users.Passwords.Count == 1)
                    world.Users.Passwords[world.Users.Passwords.Single().Key] = "his own choice";
            },
            (world, where) =>
            {
                var password = world.Users.Passwords.Values.Single();
                var returned = world.Contacts.Fields.GetValueOrDefault((42, "%WPPASSWORD%"));
                Assert.True(password == "his own choice" || password == returned, where);
                Assert.True(world.Mails.Count <= 1, where);
                Assert.True(world.Store.Entry(42).PasswordReturn is not PasswordReturn.Due, where);
            }
        );
    }

    [Fact]
    [Trait("Spec", "3.3")]
    public async Task A_field_is_empty_after_the_first_login_whatever_dies_when()
    {
        await AtEachStep(
            async world =>
            {
                world.Contacts.Add(World.Ann());
                using var process = world.Start();
                await process.Send(new AddUser("shop", 42));
                world.Users.FirstLogins[world.Users.All.Keys.Single()] = Noon;
            },
            process => process.Send(new ClearReturnedPasswords("shop")),
            _ => { },
            (world, where) =>
            {
                Assert.True(world.Contacts.Fields[(42, "%WPPASSWORD%")].Length == 0, where);
                Assert.True(world.Store.Entry(42).PasswordReturn == PasswordReturn.Cleared, where);
            }
        );
    }

    private static void Say(World world) =>
        world.Contacts.Add(
            World.Ann(tags: "gold") with
            {
                Fields = [new CustomField("7", "SECRET", "correct horse", Noon)],
            }
        );

    private static async Task AtEachStep<T>(
        Func<World, Task> prepare,
        Func<World.Process, Task<T>> work,
        Action<World> between,
        Action<World, string> check
    )
    {
        for (var crash = 0; ; crash++)
        {
            var world = new World();
            world.Rules = world.Rules with
            {
                PasswordField = "%SECRET%",
                UpdateExistingPassword = true,
                ClearAfterFirstLogin = true,
            };
            await prepare(world);
            var died = await Die(world, work, crash);
            between(world);
            world.Time.Advance(TimeSpan.FromSeconds(100));
            using var survivor = world.Start();
            await work(survivor);
            check(world, $"after {crash} steps");
            if (died)
                continue;
            Assert.InRange(crash, 8, 200);
            return;
        }
    }

    private static async Task<bool> Die<T>(World world, Func<World.Process, Task<T>> work, int after)
    {
        world.StepsLeft = after;
        using var dying = world.Start();
        try
        {
            await work(dying);
            return false;
        }
        catch (Exception error) when (error is World.ProcessDied or Ports.TransientException)
        {
            return true;
        }
        finally
        {
            world.StepsLeft = null;
        }
    }
}
