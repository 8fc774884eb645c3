using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.WordPress;
using CleanSync.Infrastructure.WordPress.CoreRest;
using Microsoft.Extensions.Logging.Abstractions;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>The contract through the CleanSync plugin, against a real WordPress.</summary>
public abstract class ConnectorOnWordPress : UsersContract
{
    private IUsers? _users;

    /// <summary>The site; skips the test when there is none of that kind.</summary>
    private protected abstract WordPressUnderTest WordPress { get; }

    protected override IUsers Users =>
        _users ??= new WordPressUsers(
            WordPress.Http,
            WordPress.Site,
            TimeProvider.System,
            NullLogger<CoreRestUsers>.Instance
        );

    protected override Task<bool> LogIn(string login, string password) => WordPress.LogIn(login, password);

    protected override async Task Delete(long id) =>
        await WordPress.Call(HttpMethod.Delete, $"/wp/v2/users/{id}?force=true&reassign=false");

    protected override Task ChangeOwnPassword(User user, string password) =>
        WordPress.ChangePassword(user.Id, password);

    [Fact, Trait("Spec", "8.2")]
    public async Task The_plugin_is_found_and_can_do_everything()
    {
        var abilities = await Users.Describe(Stop);

        Assert.Null(abilities.WritableMeta);
        Assert.True(abilities.SearchesLinks && abilities.ComparesPasswords && abilities.TellsFirstLogin);
        Assert.Equal(MetaShape.List, abilities.KnownMeta["interests"]);
    }

    [Fact, Trait("Spec", "8.2")]
    public async Task Meta_that_nobody_registered_is_stored_and_the_link_with_it()
    {
        var draft = Draft(Unique());
        var user = await Existing(draft);
        var link = (draft.Contact + 5).ToString(System.Globalization.CultureInfo.InvariantCulture);

        var report = await Users.Change(
            user.Id,
            Set(("unregistered", Text("kept")), (WordPress.Site.LinkMetaKey, Text(link))),
            Stop
        );

        Assert.Empty(report.Warnings);
        Assert.Equal(link, TextOf(await Again(user), WordPress.Site.LinkMetaKey));
        Assert.Equal([user.Id], (await Users.FindByLink(draft.Contact + 5, Stop)).Select(one => one.Id));
    }

    [Fact, Trait("Spec", "2.11")]
    public async Task A_privileged_user_keeps_email_password_and_roles()
    {
        var admin = Assert.Single((await Users.FindByEmail(await AdministratorsEmail(), Stop)).Users);

        var report = await Users.Change(
            admin.Id,
            UserChanges.None with
            {
                Email = Unique() + "@example.test",
                Roles = ["subscriber"],
            },
            Stop
        );

        Assert.True(admin.IsPrivileged);
        Assert.Equal(
            ["email_kept_privileged(user_email)", "role_kept_privileged"],
            report.Warnings.Select(warning => warning.ToString()).Order(StringComparer.Ordinal)
        );
        await Assert.ThrowsAsync<PermanentException>(() =>
            Users.SetPassword(admin.Id, Draft("x").Password, PasswordGuard.NewToUser, Stop)
        );
        Assert.Equal(admin.Email, (await Again(admin)).Email);
    }

    [Fact, Trait("Spec", "2.10")]
    public async Task A_privileged_role_is_known_as_such_and_never_given()
    {
        var user = await Existing();
        var danger = (await Users.ResolveRoles(["danger"], Stop)).Find("danger");

        var report = await Users.Change(user.Id, UserChanges.None with { Roles = ["danger"] }, Stop);

        Assert.True(Privileges.IsPrivileged(danger!, new SiteRules()));
        Assert.Equal([new Warning("role_privileged", "danger")], report.Warnings);
        Assert.Equal(["subscriber"], (await Again(user)).Roles);
    }

    [Fact, Trait("Spec", "3.2")]
    public async Task A_creation_that_was_asked_for_twice_makes_one_user_who_is_ours()
    {
        var draft = Draft(Unique());

        var ends = await Task.WhenAll(Users.Create(draft, Stop), Users.Create(draft, Stop));

        Assert.Single(ends.Select(end => Assert.IsType<Creation.Created>(end).User.Id).Distinct());
    }

    [Fact, Trait("Spec", "4.1")]
    public async Task The_welcome_mail_is_sent_once_and_to_the_user_only()
    {
        var user = await Existing();
        var mail = (await ((WordPressUsers)Users).ConnectorMail(Stop))!;
        var message = new WelcomeMessage(user.Id, user.Login, user.Email, "", "");

        Assert.Equal(MailEnd.Sent, await mail.Send(message, Stop));
        Assert.Equal(MailEnd.Sent, await mail.Send(message, Stop));

        Assert.Single(await WordPress.MailsTo(user.Email));
    }

    [Fact, Trait("Spec", "8.3")]
    public async Task One_user_who_breaks_another_plugin_fails_alone()
    {
        var crowd = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Existing()));

        var changes = crowd
            .Select((user, i) => (UserTarget.LastName, Text(i == 1 ? "cleansync-fatal" : "Fine")))
            .Select((value, i) => Users.Change(crowd[i].Id, Set(value), Stop))
            .ToList();

        await Assert.ThrowsAsync<TransientException>(() => changes[1]);
        foreach (var i in new[] { 0, 2, 3, 4 })
        {
            Assert.Empty((await changes[i]).Warnings);
            Assert.Equal("Fine", TextOf(await Again(crowd[i]), UserTarget.LastName));
        }
    }

    private async Task<string> AdministratorsEmail() =>
        (await WordPress.Call(HttpMethod.Get, "/wp/v2/users/me?context=edit&_fields=email"))
            .GetProperty("email")
            .GetString()!;
}

public sealed class ConnectorOnNewestWordPress : ConnectorOnWordPress
{
    private protected override WordPressUnderTest WordPress => WordPressUnderTest.Find("newest", connector: true);
}

public sealed class ConnectorOnDebianWordPress : ConnectorOnWordPress
{
    private protected override WordPressUnderTest WordPress => WordPressUnderTest.Find("debian", connector: true);
}

public sealed class ConnectorOnSqliteWordPress : ConnectorOnWordPress
{
    private protected override WordPressUnderTest WordPress =>
        WordPressUnderTest.Find("newest", connector: true, db: "sqlite");
}

/// <summary>The contract on the second blog of a network.</summary>
public sealed class ConnectorOnNetwork : ConnectorOnWordPress
{
    private protected override WordPressUnderTest WordPress =>
        WordPressUnderTest.Find("newest", connector: true, multisite: true).Blog(2);

    // wpmu_validate_user_signup()
    protected override bool TakesPlainLoginsOnly => true;

    // Core has no way to delete a user of a network over REST.
    protected override Task Delete(long id) =>
        WordPress.Sql($"DELETE FROM wp_users WHERE ID = {id}; DELETE FROM wp_usermeta WHERE user_id = {id}");

    [Fact, Trait("Spec", "8.5")]
    public async Task Somebody_of_the_network_is_found_and_joins_the_blog_with_the_role_that_is_given()
    {
        var network = On(WordPressUnderTest.Find("newest", connector: true, multisite: true));
        var draft = Draft(Unique());
        var created = Assert.IsType<Creation.Created>(await network.Create(draft, Stop)).User;

        var found = Assert.Single((await Users.FindByEmail(draft.Email, Stop)).Users);
        Assert.Equal(created.Id, found.Id);
        Assert.False(found.IsMember);
        Assert.Empty(found.Roles);
        Assert.False(found.IsPrivileged);
        Assert.True((await Users.Change(found.Id, Tagged("early"), Stop)).UserGone);

        var report = await Users.Change(found.Id, Tagged("here") with { Roles = ["shop_lead"], Join = true }, Stop);

        Assert.False(report.UserGone);
        Assert.Empty(report.Warnings);
        var member = await Again(found);
        Assert.True(member.IsMember);
        Assert.Equal(["shop_lead"], member.Roles);
        Assert.Equal(["subscriber"], (await network.FindById(found.Id, Stop))!.Roles);
        Assert.True(await LogIn(draft.Login, draft.Password.Text));
    }

    [Fact, Trait("Spec", "8.5")]
    public async Task A_super_admin_and_who_has_power_on_another_blog_are_privileged()
    {
        var network = On(WordPressUnderTest.Find("newest", connector: true, multisite: true));
        var user = Assert.IsType<Creation.Created>(await network.Create(Draft(Unique()), Stop)).User;
        await Users.Change(user.Id, UserChanges.None with { Roles = ["subscriber"], Join = true }, Stop);
        Assert.False((await Again(user)).IsPrivileged);
        await WordPress.Sql(
            $"UPDATE wp_usermeta SET meta_value = 'a:1:{{s:13:\"administrator\";b:1;}}' WHERE user_id = {user.Id} AND meta_key = 'wp_capabilities'"
        );

        var elsewhere = await Again(user);
        var admin = await Users.FindById(1, Stop);
        var report = await Users.Change(
            user.Id,
            UserChanges.None with
            {
                Email = $"{Unique()}@example.test",
                Roles = ["contributor"],
            },
            Stop
        );

        Assert.True(elsewhere.IsPrivileged);
        Assert.True(admin!.IsPrivileged);
        Assert.Contains("manage_network", admin.Capabilities);
        Assert.Equal(
            ["email_kept_privileged", "role_kept_privileged"],
            report.Warnings.Select(warning => warning.Code).Order(StringComparer.Ordinal)
        );
        Assert.Equal(elsewhere.Email, (await Again(user)).Email);
    }

    [Fact, Trait("Spec", "8.5")]
    public async Task A_blog_that_does_not_exist_holds_the_site()
    {
        var site = WordPressUnderTest.Find("newest", connector: true, multisite: true).Blog(77);

        var held = await Assert.ThrowsAsync<SiteHeldException>(() => On(site).Probe(Stop));

        Assert.Contains("no blog 77", held.Message, StringComparison.Ordinal);
    }

    private static WordPressUsers On(WordPressUnderTest site) =>
        new(site.Http, site.Site, TimeProvider.System, NullLogger<CoreRestUsers>.Instance);
}
