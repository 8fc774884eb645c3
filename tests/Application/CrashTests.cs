using CleanSync.Domain;

namespace CleanSync.Application.Tests;

public sealed class CrashTests
{
    /// <summary>
    /// The process dies at every step there is, before and after the effect of each call, and another takes over. Whatever the step: one
    /// user, and the password in the field is his.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "2.4")]
    [Trait("Spec", "3.2")]
    [Trait("Spec", "4.1")]
    public async Task A_crash_between_any_two_steps_ends_with_one_user_whose_password_is_in_the_field(
        bool siteKeepsTokens
    )
    {
        var steps = await StepsOfOneAdd(siteKeepsTokens);
        Assert.InRange(steps, 20, 200);
        for (var crash = 0; crash < steps; crash++)
        for (var second = 0; second < 2; second++)
            await Crash(crash, second == 0 ? null : crash / 2, siteKeepsTokens);
    }

    private static async Task<int> StepsOfOneAdd(bool siteKeepsTokens)
    {
        var world = New(siteKeepsTokens);
        await world.Start().Send(new AddUser("shop", 42));
        return world.Steps;
    }

    private static async Task Crash(int after, int? afterAgain, bool siteKeepsTokens)
    {
        var world = New(siteKeepsTokens);
        foreach (var steps in new[] { after, afterAgain })
        {
            if (steps is null)
                continue;
            world.StepsLeft = steps;
            using var dying = world.Start();
            try
            {
                await dying.Send(new AddUser("shop", 42));
            }
            catch (Exception error) when (error is World.ProcessDied or Ports.TransientException)
            {
                // Dead, or told to wait for a create that may be under way.
            }
            world.StepsLeft = null;
            world.Time.Advance(TimeSpan.FromSeconds(100));
        }

        using var survivor = world.Start();
        var outcome = await survivor.Send(new AddUser("shop", 42));

        var where = $"after {after} and {afterAgain} steps: {outcome} {string.Join(' ', outcome.Warnings)}";
        Assert.True(world.Users.All.Count == 1, where);
        var user = world.Users.All.Values.Single();
        Assert.True(
            world.Users.Passwords[user.Id] == world.Contacts.Fields.GetValueOrDefault((42, "%WPPASSWORD%")),
            where
        );
        Assert.True(user.Login == world.Contacts.Fields[(42, "%WPLOGIN%")], where);
        Assert.True(user.Tags!.SetEquals(["gold"]), where);
        Assert.True(world.Mails.Count <= 1, where);
        // No mail without a word about it, unless the process that would have said it died too.
        Assert.True(
            world.Mails.Count == 1
                || afterAgain is not null
                || outcome.Warnings.Contains(new Warning("welcome_mail_unknown")),
            where
        );
        Assert.Null(world.Store.Entry(42).Intent);
    }

    private static World New(bool siteKeepsTokens)
    {
        var world = new World();
        world.Users.KeepsTokens = siteKeepsTokens;
        world.Contacts.Add(World.Ann(tags: "gold"));
        return world;
    }
}
