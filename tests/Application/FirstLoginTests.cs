using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Tests;

[Trait("Spec", "3.3")]
public sealed class FirstLoginTests
{
    private const string Field = "%WPPASSWORD%";
    private readonly World _world = new();

    public FirstLoginTests() => _world.Rules = _world.Rules with { ClearAfterFirstLogin = true };

    [Fact]
    public async Task The_field_is_emptied_after_the_first_login_and_not_before()
    {
        var process = _world.Start();
        await Create(process, 42);
        Assert.Equal(0, await process.Send(new ClearReturnedPasswords("shop")));
        Assert.Equal(24, _world.Contacts.Fields[(42, Field)].Length);

        SignIn(42);
        Assert.Equal(1, await process.Send(new ClearReturnedPasswords("shop")));
        Assert.Equal("", _world.Contacts.Fields[(42, Field)]);
        Assert.Equal("ann42@example.test", _world.Contacts.Fields[(42, "%WPLOGIN%")]);
        Assert.Equal(PasswordReturn.Cleared, _world.Store.Entry(42).PasswordReturn);

        _world.Contacts.Fields[(42, Field)] = "somebody wrote here";
        Assert.Equal(0, await process.Send(new ClearReturnedPasswords("shop")));
        await process.Send(new AddUser("shop", 42));
        Assert.Equal("somebody wrote here", _world.Contacts.Fields[(42, Field)]);
    }

    [Theory]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    public async Task Nothing_happens_unless_the_site_wants_it_and_tells_logins(bool on, bool tells, bool dryRun)
    {
        var process = _world.Start();
        await Create(process, 42);
        SignIn(42);
        _world.Rules = _world.Rules with { ClearAfterFirstLogin = on, DryRun = dryRun };
        _world.Users.Abilities = _world.Users.Abilities with { TellsFirstLogin = tells };
        Assert.Equal(0, await process.Send(new ClearReturnedPasswords("shop")));
        Assert.Equal(24, _world.Contacts.Fields[(42, Field)].Length);
    }

    [Fact]
    public async Task Who_is_gone_is_not_looked_for_again()
    {
        var process = _world.Start();
        foreach (var contact in new[] { 1L, 2L, 3L })
            await Create(process, contact);
        _world.Users.All.Remove(_world.Store.Entry(1).UserId!.Value);
        SignIn(2);
        _world.Contacts.All.Remove(2);
        await _world.Store.Save(_world.Store.Entry(3) with { UserId = null }, default);

        Assert.Equal(0, await process.Send(new ClearReturnedPasswords("shop")));
        Assert.All([1L, 2L, 3L], id => Assert.Equal(PasswordReturn.Cleared, _world.Store.Entry(id).PasswordReturn));
    }

    [Fact]
    public async Task A_field_that_cannot_be_written_is_tried_again_and_holds_up_nobody()
    {
        var process = _world.Start();
        await Create(process, 1);
        await Create(process, 2);
        SignIn(1);
        SignIn(2);
        _world.Contacts.WriteFaults.Enqueue(new PermanentException("activecampaign: HTTP 409"));
        Assert.Equal(1, await process.Send(new ClearReturnedPasswords("shop")));
        Assert.Equal(1, await process.Send(new ClearReturnedPasswords("shop")));
        Assert.Equal("", _world.Contacts.Fields[(1, Field)]);
    }

    [Fact]
    public async Task Whose_contact_cannot_be_written_now_holds_up_nobody_in_the_next_round()
    {
        var process = _world.Start();
        await Create(process, 1);
        await Create(process, 2);
        SignIn(1);
        SignIn(2);
        _world.Contacts.WriteFaults.Enqueue(new TransientException("activecampaign: HTTP 500"));
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new ClearReturnedPasswords("shop")));

        Assert.Equal(1, await process.Send(new ClearReturnedPasswords("shop")));
        Assert.Equal("", _world.Contacts.Fields[(2, Field)]);
        Assert.Equal(1, await process.Send(new ClearReturnedPasswords("shop")));
        Assert.Equal("", _world.Contacts.Fields[(1, Field)]);
    }

    [Fact]
    public async Task Users_are_read_a_hundred_at_a_time_and_ten_pages_a_round_and_the_next_round_goes_on()
    {
        for (var contact = 1L; contact <= 1150; contact++)
        {
            _world.Contacts.Add(World.Ann($"ann{contact}@example.test") with { Id = contact });
            var user = _world.Users.Add($"ann{contact}@example.test", $"ann{contact}");
            await _world.Store.Save(
                new LedgerEntry("shop", contact) { UserId = user.Id, PasswordReturn = PasswordReturn.Returned },
                default
            );
        }
        var process = _world.Start();
        SignIn(1000);
        SignIn(1150);
        Assert.Equal(1, await process.Send(new ClearReturnedPasswords("shop")));
        Assert.InRange(_world.Users.MostReadAtOnce, 2, 100);
        SignIn(1);
        Assert.Equal(1, await process.Send(new ClearReturnedPasswords("shop")));
        Assert.Equal("", _world.Contacts.Fields[(1150, Field)]);
        Assert.Equal(1, await process.Send(new ClearReturnedPasswords("shop")));
        Assert.Equal("", _world.Contacts.Fields[(1, Field)]);
    }

    [Fact]
    public async Task Whoever_got_another_user_meanwhile_keeps_the_password_of_that_one()
    {
        var process = _world.Start();
        await Create(process, 42);
        SignIn(42);
        _world.Users.BeforeRead = () =>
            _world.Store.Save(_world.Store.Entry(42) with { UserId = 999 }, default).GetAwaiter().GetResult();
        Assert.Equal(0, await process.Send(new ClearReturnedPasswords("shop")));
        Assert.Equal(24, _world.Contacts.Fields[(42, Field)].Length);
    }

    private async Task Create(World.Process process, long contact)
    {
        _world.Contacts.Add(World.Ann($"ann{contact}@example.test") with { Id = contact });
        await process.Send(new AddUser("shop", contact));
    }

    private void SignIn(long contact) =>
        _world.Users.FirstLogins[_world.Store.Entry(contact).UserId!.Value] = _world.Time.GetUtcNow();
}
