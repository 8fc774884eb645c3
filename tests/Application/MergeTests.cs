using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Tests;

/// <summary>
/// Contacts that are merged, or swap emails, while their users are created and paid what they are owed: 42 is merged into 43, and 43 into 44.
/// </summary>
[Trait("Spec", "2.6")]
[Trait("Spec", "3.2")]
public sealed class MergeTests
{
    private readonly World _world = new();

    [Fact]
    [Trait("Spec", "4.1")]
    public async Task What_one_survivor_has_paid_is_not_handed_over_to_the_next()
    {
        await CreateAndDie();
        using var process = _world.Start();
        Merge(42, 43);
        await process.Send(new UpdateTags("shop", 43));
        Assert.Single(_world.Mails);
        Merge(43, 44);

        await process.Send(new AddUser("shop", 42));
        await process.Send(new UpdateUser("shop", 44));

        Assert.Single(_world.Mails);
        Assert.Null(process.Memory.Find("shop", 42));
    }

    [Fact]
    public async Task A_user_is_not_given_to_a_survivor_that_got_another_one_meanwhile()
    {
        var user = await CreateAndDie();
        using var process = _world.Start();
        Merge(42, 43);
        var once = false;
        _world.Store.AfterFind = async entry =>
        {
            if (entry.Contact != 43 || once)
                return;
            once = true;
            // It was read before the merge gave it the email.
            _world.Contacts.Add(World.Ann("bob@example.test") with { Id = 43 });
            await process.Send(new AddUser("shop", 43));
            _world.Contacts.Add(World.Ann() with { Id = 43 });
        };

        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        Assert.Equal(ParkReason.Conflict, (await process.Send(new AddUser("shop", 42))).Parked);

        Assert.Equal(user, _world.Store.Entry(42).UserId);
        Assert.NotNull(_world.Store.Entry(43).UserId);
    }

    [Fact]
    public async Task A_user_is_not_given_to_a_survivor_whose_own_creation_may_have_come_through()
    {
        var user = await CreateAndDie();
        _world.Contacts.Add(World.Ann("bob@example.test") with { Id = 43 });
        var own = await CreateUnanswered(43);
        Merge(42, 43);
        using var process = _world.Start();

        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        Assert.NotNull(_world.Store.RowOf(43));
        await process.Send(new AddUser("shop", 43));
        Assert.Equal(ParkReason.Conflict, (await process.Send(new AddUser("shop", 42))).Parked);

        Assert.Equal((user, own), (_world.Store.Entry(42).UserId, _world.Store.Entry(43).UserId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_password_that_cannot_be_returned_since_the_contact_went_is_returned_to_the_survivor(
        bool goneFirst
    )
    {
        _world.Contacts.Add(World.Ann());
        using var process = _world.Start();
        _world.Users.BeforeCreate = () => Merge(42, 43);

        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        if (goneFirst)
            await process.Send(new AddUser("shop", 42));
        await process.Send(new UpdateUser("shop", 43));

        var user = Assert.Single(_world.Users.All).Key;
        Assert.Equal(_world.Users.Passwords[user], _world.Contacts.Fields[(43, "%WPPASSWORD%")]);
        Assert.Single(_world.Mails);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "4.1")]
    public async Task What_was_owed_to_a_user_who_was_deleted_is_not_paid_to_an_existing_one(bool comparesPasswords)
    {
        _world.Users.Abilities = _world.Users.Abilities with { ComparesPasswords = comparesPasswords };
        var user = await CreateAndDie();
        _world.Users.All.Remove(user);
        var existing = _world.Users.Add("ann@example.test", "ann-by-hand");
        using var process = _world.Start();

        await process.Send(new UpdateUser("shop", 42));

        Assert.Equal(existing.Id, _world.Store.Entry(42).UserId);
        Assert.Equal("own password", _world.Users.Passwords[existing.Id]);
        Assert.Empty(_world.Mails);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "4.1")]
    public async Task What_a_gone_contact_owes_is_not_paid_to_another_user_who_carries_its_id(bool comparesPasswords)
    {
        _world.Rules = _world.Rules with { LinkCopy = "cid" };
        _world.Users.Abilities = _world.Users.Abilities with { ComparesPasswords = comparesPasswords };
        await CreateAndDie();
        var other = _world.Users.Add("old@example.test", "old");
        _world.Users.All[other.Id] = other with
        {
            Values = new Dictionary<string, FieldContent> { ["cid"] = FieldContent.Of("42") },
        };
        _world.Contacts.All.Remove(42);
        _world.Contacts.Add(World.Ann("old@example.test") with { Id = 43 });
        using var process = _world.Start();

        await process.Send(new UpdateUser("shop", 43));

        Assert.Equal(other.Id, _world.Store.Entry(43).UserId);
        Assert.Equal("own password", _world.Users.Passwords[other.Id]);
        Assert.Empty(_world.Mails);
    }

    [Fact]
    public async Task Of_two_gone_contacts_of_a_user_the_one_that_owes_nothing_does_not_hide_what_the_other_owes()
    {
        _world.Users.Abilities = _world.Users.Abilities with { SearchesLinks = false };
        _world.Contacts.Add(World.Ann());
        var user = await CreateUnanswered(42);
        Merge(42, 43);
        using (var process = _world.Start())
            await process.Send(new UpdateUser("shop", 43));
        await DieOnceLinked(42);
        Assert.Equal((user, user), (_world.Store.Entry(42).UserId, _world.Store.Entry(43).UserId));
        Merge(43, 44);

        using var last = _world.Start();
        await last.Send(new UpdateUser("shop", 44));
        await last.Send(new AddUser("shop", 42));
        await last.Send(new UpdateUser("shop", 43));
        await last.Send(new UpdateUser("shop", 44));

        Assert.Equal([44L], await _world.Store.LinkedContacts("shop", user, default));
        Assert.Single(_world.Mails);
    }

    [Fact]
    [Trait("Spec", "2.13")]
    public async Task A_password_that_the_survivor_has_applied_is_not_applied_again_over_the_one_that_is_returned()
    {
        _world.Rules = _world.Rules with { PasswordField = "%SECRET%", UpdateExistingPassword = true };
        _world.Contacts.Add(World.Ann());
        _world.Users.Abilities = _world.Users.Abilities with { SearchesLinks = false };
        var user = await CreateUnanswered(42);
        Merge(42, 43);
        var secret = new CustomField("7", "SECRET", "correct horse", _world.Time.GetUtcNow());
        _world.Contacts.Add(_world.Contacts.All[43] with { Fields = [secret] });
        using var process = _world.Start();
        await process.Send(new UpdateUser("shop", 43));
        Assert.Equal("correct horse", _world.Users.Passwords[user]);

        await process.Send(new AddUser("shop", 42));
        await process.Send(new UpdateUser("shop", 43));
        await process.Send(new UpdateUser("shop", 43));

        Assert.Equal(_world.Users.Passwords[user], _world.Contacts.Fields[(43, "%WPPASSWORD%")]);
    }

    [Theory]
    [InlineData(SyncAction.Add)]
    [InlineData(SyncAction.Update)]
    [InlineData(SyncAction.UpdateTags)]
    [Trait("Spec", "2.4")]
    public async Task Whoever_looks_for_his_user_by_an_email_waits_for_who_may_be_creating_one_with_it(
        SyncAction action
    )
    {
        _world.Users.Add("ann@example.test", "ann");
        _world.Contacts.Add(World.Ann());
        using var process = _world.Start();
        var wasHeld = false;
        _world.Users.BeforeLook = email =>
            wasHeld = Record.Exception(() => process.Locks.EmailNow("shop", email)) is not null;

        await process.Send(
            action switch
            {
                SyncAction.Add => new AddUser("shop", 42),
                SyncAction.Update => new UpdateUser("shop", 42),
                _ => (IUseCase<SyncOutcome>)new UpdateTags("shop", 42),
            }
        );

        Assert.True(wasHeld);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "2.4")]
    public async Task Whoever_looks_for_the_user_of_an_earlier_email_leaves_him_to_who_may_be_creating_one_with_it(
        bool isGone
    )
    {
        _world.Users.KeepsTokens = false;
        _world.Users.Abilities = new DirectoryAbilities(null, StoresTags: true);
        _world.Contacts.Add(World.Ann());
        using var process = _world.Start();
        _world.Users.BeforeCreate = () => throw new TransientException("wordpress: no answer", unanswered: true);
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        _world.Users.BeforeCreate = null;
        if (isGone)
            _world.Contacts.All.Remove(42);
        else
            _world.Contacts.Add(World.Ann("moved@example.test"));

        // Without tokens, the one whom another contact has created just now looks like the one of the call that was not answered.
        TransientException refused;
        using (await process.Locks.Email("shop", "ann@example.test", default))
        {
            _world.Users.Add("ann@example.test", "ann@example.test");
            refused = await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        }

        Assert.False(refused.SpendsAttempt);
        Assert.Null(_world.Store.Entry(42).UserId);
        Assert.Empty(_world.Mails);
    }

    [Fact]
    [Trait("Spec", "2.10")]
    public async Task A_new_user_does_not_stay_privileged_because_another_contact_has_taken_him_over()
    {
        _world.Users.Abilities = _world.Users.Abilities with { SearchesLinks = false };
        _world.Users.Roles["danger"] = new Role("danger", "Danger", null);
        _world.Users.Hidden["danger"] = ["manage_options"];
        _world.Rules = _world.Rules with { AllowedRoles = new HashSet<string> { "danger" } };
        _world.Contacts.Add(World.Ann());
        var user = await CreateUnanswered(42, "danger");
        Assert.Contains("manage_options", _world.Users.All[user].Capabilities);
        using var process = _world.Start();
        _world.Contacts.Add(World.Ann("moved@example.test"));
        _world.Contacts.Add(World.Ann() with { Id = 43 });
        await process.Send(new UpdateUser("shop", 43));

        await process.Send(new AddUser("shop", 42));

        Assert.DoesNotContain("manage_options", _world.Users.All[user].Capabilities);
    }

    // The survivor takes the email.
    private void Merge(long gone, long survivor)
    {
        var contact = _world.Contacts.All[gone];
        _world.Contacts.All.Remove(gone);
        _world.Contacts.Add(contact with { Id = survivor });
    }

    private async Task<long> CreateAndDie()
    {
        _world.Contacts.Add(World.Ann());
        _world.Contacts.WriteFaults.Enqueue(new TransientException("activecampaign: HTTP 503"));
        using var dying = _world.Start();
        await Assert.ThrowsAsync<TransientException>(() => dying.Send(new AddUser("shop", 42)));
        Assert.Equal(WelcomeMailState.Due, _world.Store.Entry(42).WelcomeMail);
        return _world.Store.Entry(42).UserId!.Value;
    }

    private async Task<long> CreateUnanswered(long contact, string? role = null)
    {
        _world.Users.AfterCreate.Enqueue(new TransientException("wordpress: no answer", unanswered: true));
        var others = _world.Users.All.Keys.ToHashSet();
        using var process = _world.Start();
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", contact, role)));
        return Assert.Single(_world.Users.All.Keys, id => !others.Contains(id));
    }

    // Before anything else is done about the user.
    private async Task DieOnceLinked(long contact)
    {
        for (var steps = 1; _world.Store.Entry(contact).UserId is null; steps++)
        {
            using var process = _world.Start();
            _world.StepsLeft = steps;
            await Record.ExceptionAsync(() => process.Send(new AddUser("shop", contact)));
            _world.StepsLeft = null;
        }
    }
}
