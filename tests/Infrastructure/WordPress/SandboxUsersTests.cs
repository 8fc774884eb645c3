using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Sandbox;

namespace CleanSync.Infrastructure.Tests.WordPress;

public sealed class SandboxUsersTests : UsersContract
{
    private readonly SandboxUsers _users = new(
        TimeProvider.System,
        "admin-password",
        new Role("shop_lead", "Shop lead", new HashSet<string> { "read" })
    );

    protected override IUsers Users => _users;

    protected override Task<bool> LogIn(string login, string password) =>
        Task.FromResult(_users.Login(login, password));

    protected override Task Delete(long id)
    {
        _users.Delete(id);
        return Task.CompletedTask;
    }

    protected override Task ChangeOwnPassword(User user, string password)
    {
        _users.ChangeOwnPassword(user.Id, password);
        return Task.CompletedTask;
    }

    [Fact, Trait("Spec", "9.1")]
    public void The_sandbox_starts_with_one_administrator()
    {
        var user = Assert.Single(_users.All);

        Assert.Equal(["administrator"], user.Roles);
        Assert.True(_users.Login("admin", "admin-password"));
    }

    [Fact, Trait("Spec", "2.5")]
    public async Task Who_was_created_for_a_contact_carries_its_id_until_it_is_overwritten()
    {
        var created = Assert.IsType<Creation.Created>(
            await Users.Create(Draft(Unique()) with { Contact = 4711 }, Stop)
        );
        Assert.Equal(created.User.Id, Assert.Single(await Users.FindByLink(4711, Stop)).Id);
        Assert.Empty(await Users.FindByLink(4712, Stop));

        var link = UserChanges.None.Values.Add("activecampaign_contact_id", FieldContent.Of("4712"));
        await Users.Change(created.User.Id, UserChanges.None with { Values = link }, Stop);
        Assert.Empty(await Users.FindByLink(4711, Stop));
        Assert.Single(await Users.FindByLink(4712, Stop));
    }

    [Fact, Trait("Spec", "2.4")]
    public async Task Many_creates_of_one_person_at_once_make_one_user()
    {
        var draft = Draft(Unique());

        var ends = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Users.Create(draft, Stop))));

        Assert.Single(ends.OfType<Creation.Created>());
        Assert.Equal(15, ends.OfType<Creation.Duplicate>().Count());
    }

    [Fact, Trait("Spec", "4.1")]
    public async Task The_sandbox_keeps_its_mails_in_order()
    {
        var mail = new SandboxMail();

        await mail.Send(new WelcomeMessage(1, "ann", "ann@example.test", "Ann", ""), Stop);
        await mail.Send(new WelcomeMessage(2, "bob", "bob@example.test", "Bob", ""), Stop);

        Assert.Equal(["ann", "bob"], mail.Sent.Select(message => message.Login));
    }
}
