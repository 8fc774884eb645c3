using System.Security.Cryptography;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>What only some directories can do, and what the others do instead.</summary>
public abstract partial class UsersContract
{
    /// <summary>Changes a password as the user himself would at the site.</summary>
    protected abstract Task ChangeOwnPassword(User user, string password);

    private static GeneratedPassword Password() =>
        GeneratedPassword.From(RandomNumberGenerator.GetBytes(GeneratedPassword.RandomBytes));

    [Fact, Trait("Spec", "2.5")]
    public async Task A_user_is_found_by_his_link_where_links_can_be_searched()
    {
        var draft = Draft(Unique());
        var user = await Existing(draft);
        var searches = (await Users.Describe(Stop)).SearchesLinks;

        var found = await Users.FindByLink(draft.Contact, Stop);

        Assert.Equal(searches ? [user.Id] : [], found.Select(one => one.Id));
        Assert.Empty(await Users.FindByLink(draft.Contact + 1, Stop));
    }

    [Fact, Trait("Spec", "3.2")]
    public async Task A_password_is_known_as_ours_until_the_user_changes_it()
    {
        var user = await Existing();
        var compares = (await Users.Describe(Stop)).ComparesPasswords;

        Assert.Equal(compares ? true : null, (await Again(user)).HasOurPassword);
        await ChangeOwnPassword(user, "chosen by himself 1");
        Assert.Equal(compares ? false : null, (await Again(user)).HasOurPassword);
    }

    [Fact, Trait("Spec", "3.2")]
    public async Task A_password_of_the_users_own_is_not_replaced_where_that_can_be_told()
    {
        var user = await Existing();
        var compares = (await Users.Describe(Stop)).ComparesPasswords;
        await ChangeOwnPassword(user, "chosen by himself 2");

        var end = await Users.SetPassword(user.Id, Password(), PasswordGuard.OursStill, Stop);

        Assert.Equal(compares ? PasswordEnd.Kept : PasswordEnd.Set, end);
        Assert.Equal(compares, await LogIn(user.Login, "chosen by himself 2"));
    }

    [Fact, Trait("Spec", "2.13")]
    public async Task A_password_that_is_new_to_the_user_is_set_and_one_that_is_not_is_kept()
    {
        var draft = Draft(Unique());
        var user = await Existing(draft);
        if (!(await Users.Describe(Stop)).ComparesPasswords)
        {
            await Assert.ThrowsAsync<PermanentException>(() =>
                Users.SetPassword(user.Id, Password(), PasswordGuard.NewToUser, Stop)
            );
            return;
        }
        var own = GeneratedPassword.Supplied("chosen by himself 3")!;
        await ChangeOwnPassword(user, own.Text);

        Assert.Equal(PasswordEnd.Kept, await Users.SetPassword(user.Id, own, PasswordGuard.NewToUser, Stop));
        Assert.Equal(PasswordEnd.Kept, await Users.SetPassword(user.Id, draft.Password, PasswordGuard.NewToUser, Stop));
        Assert.True(await LogIn(user.Login, own.Text));
        var next = Password();
        Assert.Equal(PasswordEnd.Set, await Users.SetPassword(user.Id, next, PasswordGuard.NewToUser, Stop));
        Assert.True(await LogIn(user.Login, next.Text));
        Assert.True((await Again(user)).HasOurPassword);
    }

    [Fact, Trait("Spec", "3.3")]
    public async Task The_first_login_is_told_where_it_is_watched()
    {
        var draft = Draft(Unique());
        var user = await Existing(draft);
        Assert.Null((await Again(user)).FirstLoginAt);
        Assert.True(await LogIn(draft.Login, draft.Password.Text));

        var first = (await Again(user)).FirstLoginAt;

        Assert.Equal((await Users.Describe(Stop)).TellsFirstLogin, first is not null);
        if (first is not null)
            Assert.True(first >= user.RegisteredAt);
        Assert.True(await LogIn(draft.Login, draft.Password.Text));
        Assert.Equal(first, (await Again(user)).FirstLoginAt);
    }

    [Fact, Trait("Spec", "8.5")]
    public async Task A_created_user_is_on_the_blog()
    {
        var user = await Existing();

        Assert.True(user.IsMember && !user.IsPrivileged);
        Assert.True((await Again(user)).IsMember);
    }

    [Fact, Trait("Spec", "3.2")]
    public async Task A_password_for_a_user_who_is_gone_is_refused_for_good()
    {
        var user = await Existing();
        await Delete(user.Id);

        await Assert.ThrowsAsync<PermanentException>(() =>
            Users.SetPassword(user.Id, Password(), PasswordGuard.OursStill, Stop)
        );
    }
}
