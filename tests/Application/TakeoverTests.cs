using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Tests;

/// <summary>Users whom one contact had created, or is guessed to have, and another is linked to: 42 and 43.</summary>
[Trait("Spec", "2.4")]
[Trait("Spec", "3.2")]
public sealed class TakeoverTests
{
    private readonly World _world = new();

    // 42's create never came through; 43 has the email now, made the user itself and has paid him; then 43 goes.
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [Trait("Spec", "4.1")]
    public async Task A_user_whom_another_contact_made_and_paid_is_not_welcomed_again_for_an_intent(
        bool lives,
        bool isMerged
    )
    {
        using var process = await IntentThatNeverCameThrough();
        _world.Contacts.Add(World.Ann() with { Id = 43 });
        await process.Send(new AddUser("shop", 43));
        Assert.Single(_world.Mails);
        var id = Assert.Single(_world.Users.All).Key;
        var password = _world.Users.Passwords[id];
        _world.Contacts.All.Remove(43);
        if (!lives)
            _world.Contacts.All.Remove(42);
        if (isMerged)
            _world.Contacts.Add(World.Ann() with { Id = 44 });
        _world.Time.Advance(TimeSpan.FromHours(1));

        await Record.ExceptionAsync(() => process.Send(new AddUser("shop", 42)));
        if (isMerged)
            await process.Send(new UpdateUser("shop", 44));

        Assert.Single(_world.Mails, mail => mail.UserId == id);
        Assert.Equal(password, _world.Users.Passwords[id]);
    }

    // 43 lives; it made the user with a password of its own choice, and nobody was to be mailed.
    [Fact]
    [Trait("Spec", "2.13")]
    public async Task A_user_whom_a_living_contact_made_keeps_his_password_whatever_a_gone_contact_intended()
    {
        _world.Rules = _world.Rules with { PasswordField = "%SECRET%" };
        using var process = await IntentThatNeverCameThrough();
        var secret = new CustomField("7", "SECRET", "correct horse", _world.Time.GetUtcNow());
        _world.Contacts.Add(World.Ann() with { Id = 43, Fields = [secret] });
        await process.Send(new AddUser("shop", 43, SendNotification: false));
        var id = Assert.Single(_world.Users.All).Key;
        Assert.Equal("correct horse", _world.Users.Passwords[id]);
        _world.Contacts.All.Remove(42);

        await process.Send(new AddUser("shop", 42));
        await process.Send(new UpdateUser("shop", 43));

        Assert.Equal("correct horse", _world.Users.Passwords[id]);
        Assert.Empty(_world.Mails);
    }

    // 43 took 42's user over before 42's creation was known to have come through, and is gone. While 43 is worked, 42 comes.
    [Fact]
    [Trait("Spec", "2.6")]
    public async Task A_gone_contact_does_not_take_the_tags_of_a_user_whom_a_living_one_finds_to_be_its_own_meanwhile()
    {
        _world.Users.Abilities = _world.Users.Abilities with { SearchesLinks = false };
        _world.Rules = _world.Rules with { WhenGone = GonePolicy.Revoke };
        _world.Contacts.Add(World.Ann(tags: "member"));
        _world.Users.AfterCreate.Enqueue(new TransientException("wordpress: no answer", unanswered: true));
        using var process = _world.Start();
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        var id = Assert.Single(_world.Users.All).Key;
        _world.Contacts.Add(World.Ann("moved@example.test", "member"));
        _world.Contacts.Add(World.Ann(tags: "member") with { Id = 43 });
        await process.Send(new UpdateUser("shop", 43));
        _world.Contacts.All.Remove(43);
        _world.Contacts.AfterFindIdByEmail = async () =>
        {
            _world.Contacts.AfterFindIdByEmail = null;
            await Record.ExceptionAsync(() => process.Send(new AddUser("shop", 42)));
        };

        await process.Send(new UpdateUser("shop", 43));
        Assert.Null(_world.Store.Entry(42).UserId);
        await process.Send(new AddUser("shop", 42));
        await process.Send(new UpdateUser("shop", 43));

        Assert.Equal(id, _world.Store.Entry(42).UserId);
        Assert.Contains("member", _world.Users.All[id].Tags!);
    }

    [Fact]
    public async Task A_return_that_the_account_answers_with_not_found_for_ever_does_not_hold_back_the_mail()
    {
        _world.Contacts.Add(World.Ann());
        _world.Contacts.WriteEnd = FieldWrite.ContactGone;
        using var process = _world.Start();
        await _world.Store.Accept("shop", 42, new SyncRequest(SyncAction.Add), default);
        for (var i = 0; i < 400 && _world.Store.RowOf(42) is { Parked: null }; i++)
        {
            await process.Pump.RunOnce("shop", default);
            _world.Time.Advance(TimeSpan.FromMinutes(30));
        }

        Assert.Single(_world.Mails);
        Assert.Null(_world.Store.RowOf(42)?.Parked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_user_whose_contact_is_deleted_while_he_is_created_is_mailed(bool imported)
    {
        _world.Contacts.Add(World.Ann());
        using var process = _world.Start();
        _world.Users.BeforeCreate = () => _world.Contacts.All.Remove(42);
        await _world.Store.Accept("shop", 42, new SyncRequest(SyncAction.Add, null, true, imported), default);
        for (var i = 0; i < 400 && _world.Store.RowOf(42) is { Parked: null }; i++)
        {
            await process.Pump.RunOnce("shop", default);
            _world.Time.Advance(TimeSpan.FromMinutes(30));
        }

        Assert.Single(_world.Mails);
        Assert.Null(_world.Store.RowOf(42));
    }

    // 43 has a paid user of its own, who cannot be read for a moment; its email is 42's by a merge, and the read lags.
    [Fact]
    public async Task What_was_found_for_another_user_is_not_stored_with_a_lagging_read()
    {
        _world.Users.Abilities = new DirectoryAbilities(null, StoresTags: true);
        using var process = _world.Start();
        _world.Contacts.Add(World.Ann("bob@example.test") with { Id = 43, UpdatedAt = _world.Time.GetUtcNow() });
        await process.Send(new AddUser("shop", 43));
        var own = _world.Store.Entry(43).UserId!.Value;
        Assert.Single(_world.Mails);
        var password = _world.Users.Passwords[own];
        _world.Contacts.Add(World.Ann());
        _world.Contacts.WriteFaults.Enqueue(new TransientException("activecampaign: HTTP 503"));
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        _world.Contacts.All.Remove(42);
        _world.Contacts.Add(
            World.Ann() with
            {
                Id = 43,
                UpdatedAt = _world.Time.GetUtcNow() - TimeSpan.FromMinutes(1),
            }
        );
        var user = _world.Users.All[own];
        _world.Users.All.Remove(own);
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new UpdateUser("shop", 43)));
        Assert.Equal(own, _world.Store.Entry(43).UserId);
        _world.Users.All[own] = user;

        await Record.ExceptionAsync(() => process.Send(new UpdateUser("shop", 43)));
        await Record.ExceptionAsync(() => process.Send(new UpdateUser("shop", 43)));
        await Record.ExceptionAsync(() => process.Send(new UpdateUser("shop", 43)));
        await Record.ExceptionAsync(() => process.Send(new UpdateUser("shop", 43)));

        Assert.Equal(password, _world.Users.Passwords[own]);
        Assert.Single(_world.Mails, mail => mail.UserId == own);
    }

    // The site's owner has made the user an administrator since.
    [Theory]
    [Trait("Spec", "2.11")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_administrator_of_a_living_contact_stays_one_when_the_intent_of_another_is_looked_at(
        bool isGone
    )
    {
        _world.Users.Abilities = _world.Users.Abilities with { SearchesLinks = false };
        _world.Contacts.Add(World.Ann());
        _world.Users.AfterCreate.Enqueue(new TransientException("wordpress: no answer", unanswered: true));
        using var process = _world.Start();
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        var (id, user) = Assert.Single(_world.Users.All);
        _world.Contacts.Add(World.Ann("moved@example.test"));
        if (isGone)
            _world.Contacts.All.Remove(42);
        _world.Contacts.Add(World.Ann() with { Id = 43 });
        await process.Send(new UpdateUser("shop", 43));
        Assert.Equal(id, _world.Store.Entry(43).UserId);
        _world.Users.All[id] = user with
        {
            Roles = ["administrator"],
            Capabilities = _world.Users.Roles["administrator"].Capabilities!,
        };

        await Record.ExceptionAsync(() => process.Send(new AddUser("shop", 42)));

        Assert.Equal(["administrator"], _world.Users.All[id].Roles);
    }

    // 43's own create was not answered: the password that this process remembers for 43 is another user's.
    [Fact]
    public async Task What_is_returned_for_a_user_who_was_taken_over_is_his_password_and_not_that_of_a_create_of_ones_own()
    {
        using var process = _world.Start();
        _world.Contacts.Add(World.Ann());
        _world.Contacts.WriteFaults.Enqueue(new TransientException("activecampaign: HTTP 503"));
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        _world.Contacts.Add(World.Ann("bob@example.test") with { Id = 43 });
        _world.Users.BeforeCreate = () => throw new TransientException("wordpress: no answer", unanswered: true);
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 43)));
        _world.Contacts.All.Remove(42);
        _world.Contacts.Add(World.Ann() with { Id = 43 });
        _world.Time.Advance(TimeSpan.FromMinutes(2));

        await process.Send(new UpdateUser("shop", 43));

        var id = Assert.Single(_world.Users.All).Key;
        Assert.Equal(PasswordReturn.Returned, _world.Store.Entry(43).PasswordReturn);
        Assert.Equal(_world.Users.Passwords[id], _world.Contacts.Fields[(43, "%WPPASSWORD%")]);
    }

    // 42 lives and has moved; 43 keeps the user that 42's create made.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whoever_took_a_user_over_before_he_was_known_to_be_created_is_told_of_his_password(
        bool searchesLinks
    )
    {
        _world.Users.Abilities = _world.Users.Abilities with { SearchesLinks = searchesLinks };
        _world.Contacts.Add(World.Ann());
        _world.Users.AfterCreate.Enqueue(new TransientException("wordpress: no answer", unanswered: true));
        using var process = _world.Start();
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        var id = Assert.Single(_world.Users.All).Key;
        _world.Users.Links.Clear();
        _world.Contacts.Add(World.Ann("moved@example.test"));
        _world.Contacts.Add(World.Ann() with { Id = 43 });
        await process.Send(new UpdateUser("shop", 43));

        await process.Send(new AddUser("shop", 42));
        await process.Send(new UpdateUser("shop", 43));

        Assert.Single(_world.Mails, mail => mail.UserId == id);
        Assert.Equal(_world.Users.Passwords[id], _world.Contacts.Fields[(43, "%WPPASSWORD%")]);
    }

    // The connector finds the user of an earlier call by its token, though his email is another by now: he belongs to 43.
    [Fact]
    public async Task A_user_whom_a_living_contact_has_is_not_given_to_the_one_whose_repeated_create_finds_him()
    {
        _world.Users.Abilities = _world.Users.Abilities with { SearchesLinks = false };
        _world.Contacts.Add(World.Ann());
        _world.Users.AfterCreate.Enqueue(new TransientException("wordpress: no answer", unanswered: true));
        using var process = _world.Start();
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        var id = Assert.Single(_world.Users.All).Key;
        _world.Contacts.Add(World.Ann("moved@example.test"));
        _world.Contacts.Add(World.Ann() with { Id = 43 });
        await process.Send(new UpdateUser("shop", 43));
        _world.Contacts.Add(World.Ann("other@example.test") with { Id = 43 });
        await process.Send(new UpdateUser("shop", 43));
        _world.Contacts.Add(World.Ann());
        _world.Time.Advance(TimeSpan.FromMinutes(5));
        _world.Users.CreateAnswers.Enqueue(new Creation.Created(_world.Users.All[id], []) { Existed = true });

        await Record.ExceptionAsync(() => process.Send(new AddUser("shop", 42)));

        Assert.Equal([43L], await _world.Store.LinkedContacts("shop", id, default));
        Assert.DoesNotContain(_world.Mails, mail => mail.UserId == id);
    }

    private async Task<World.Process> IntentThatNeverCameThrough()
    {
        _world.Users.KeepsTokens = false;
        _world.Users.Abilities = new DirectoryAbilities(null, StoresTags: true);
        _world.Contacts.Add(World.Ann());
        var process = _world.Start();
        _world.Users.BeforeCreate = () => throw new TransientException("wordpress: no answer", unanswered: true);
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        _world.Users.BeforeCreate = null;
        _world.Contacts.Add(World.Ann("moved@example.test"));
        _world.Time.Advance(TimeSpan.FromMinutes(5));
        return process;
    }
}
