using CleanSync.Application.Ports;

namespace CleanSync.Application.Tests;

/// <summary>What is remembered of the password that a create call carried.</summary>
public sealed partial class PasswordTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Spec", "3.2")]
    public async Task Who_turns_out_to_be_made_by_an_earlier_request_has_the_password_that_is_returned(bool restarts)
    {
        // The earlier request carried a password of the contact's own, or one that died with its process.
        Say(restarts ? "" : "of his own", Noon);
        _world.Users.BeforeCreate = () => throw new TransientException("wordpress: no answer", unanswered: true);
        var process = _world.Start();
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        _world.Time.Advance(TimeSpan.FromSeconds(100));
        Say("", Noon);
        _world.Users.BeforeCreate = () =>
        {
            var user = _world.Users.Add("ann@example.test", "ann@example.test") with
            {
                CreationToken = _world.Store.Entry(42).Intent!.Token,
            };
            _world.Users.All[user.Id] = user;
            _world.Users.Passwords[user.Id] = _world.Users.Ours[user.Id] = "of the earlier request";
            _world.Users.CreateAnswers.Enqueue(new Creation.Created(user, []) { Existed = true });
        };
        var outcome = await (restarts ? _world.Start() : process).Send(new AddUser("shop", 42));

        Assert.Equal(OutcomeKind.Created, outcome.Kind);
        Assert.Equal(24, _world.Contacts.Fields[(42, "%WPPASSWORD%")].Length);
        Assert.Equal(
            _world.Contacts.Fields[(42, "%WPPASSWORD%")],
            _world.Users.Passwords[Assert.Single(_world.Users.All).Key]
        );
    }

    [Fact]
    [Trait("Spec", "3.2")]
    public async Task A_password_is_forgotten_when_the_creation_ends_with_somebody_elses_user()
    {
        _world.Contacts.Add(World.Ann());
        _world.Users.BeforeCreate = () =>
        {
            _world.Users.BeforeCreate = null;
            _world.Users.Add("ann@example.test", "theirs");
        };
        using var process = _world.Start();
        await process.Send(new AddUser("shop", 42));
        Assert.Null(process.Memory.Find("shop", 42));
    }

    [Fact]
    [Trait("Spec", "3.2")]
    public async Task A_password_is_forgotten_when_the_site_refuses_the_creation_for_good()
    {
        _world.Contacts.Add(World.Ann());
        _world.Users.BeforeCreate = () => throw new PermanentException("wordpress: the site refuses the creation");
        using var process = _world.Start();
        await Assert.ThrowsAsync<PermanentException>(() => process.Send(new AddUser("shop", 42)));
        Assert.Null(process.Memory.Find("shop", 42));

        _world.Users.BeforeCreate = null;
        await process.Send(new AddUser("shop", 42));
        Assert.Equal(
            _world.Users.Passwords[Assert.Single(_world.Users.All).Key],
            _world.Contacts.Fields[(42, "%WPPASSWORD%")]
        );
    }
}
