using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Tests;

/// <summary>What was asked for a contact that was merged away: 42 is merged into 43, which is worked first or second.</summary>
[Trait("Spec", "2.6")]
public sealed class HandOverTests
{
    private readonly World _world = new();

    // 42's user is there, and a webhook for it waits, when 42 is merged; 43 is worked first.
    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task What_a_webhook_asked_for_is_done_for_the_survivor_that_was_worked_first(
        bool searchesLinks,
        bool isOnTime
    )
    {
        _world.Users.Abilities = _world.Users.Abilities with { SearchesLinks = searchesLinks };
        _world.Contacts.Add(World.Ann());
        using var process = _world.Start();
        var id = (await process.Send(new AddUser("shop", 42, "customer"))).UserId!.Value;
        if (isOnTime)
            await _world.Store.Accept("shop", 42, Subscriber, default);
        Merge(42, 43);
        await process.Send(new UpdateTags("shop", 43));
        Assert.Equal(43, _world.Store.Entry(42).MergedInto);
        if (!isOnTime)
            await _world.Store.Accept("shop", 42, Subscriber, default);

        await Drain(process);

        Assert.Equal(["subscriber"], _world.Users.All[id].Roles);
        Assert.Equal("skipped(merged)", _world.Store.Entries.Last(entry => entry.Contact == 42).Outcome);
        Assert.Equal([new ContactMerged("shop", 42, id, 43)], process.Notifications.OfType<ContactMerged>());
        Assert.Single(_world.Mails);
    }

    [Fact]
    public async Task A_webhook_that_comes_late_follows_its_user_from_one_survivor_to_the_next()
    {
        _world.Contacts.Add(World.Ann());
        using var process = _world.Start();
        var id = (await process.Send(new AddUser("shop", 42, "customer"))).UserId!.Value;
        Merge(42, 43);
        // 42 is worked first: it hands its user over.
        Assert.Equal(43, (await process.Send(new UpdateUser("shop", 42))).Survivor);
        await Drain(process);
        Merge(43, 44);
        await process.Send(new UpdateTags("shop", 44));

        await _world.Store.Accept("shop", 42, Subscriber, default);
        await Drain(process);

        Assert.Equal([44L], await _world.Store.LinkedContacts("shop", id, default));
        Assert.Equal(["subscriber"], _world.Users.All[id].Roles);
        Assert.Equal((43L, 44L), (_world.Store.Entry(42).MergedInto, _world.Store.Entry(43).MergedInto));
    }

    // 42 read as gone, and is there again, as somebody else.
    [Fact]
    public async Task What_is_asked_for_a_contact_that_was_seen_again_is_meant_for_it_alone()
    {
        using var process = _world.Start();
        var id = await TakenOver(process);
        _world.Contacts.Add(World.Ann("bob@example.test"));
        Assert.Equal(SkipReason.NoUser, (await process.Send(new UpdateUser("shop", 42))).Skipped);
        Assert.Null(_world.Store.Entry(42).MergedInto);
        _world.Contacts.All.Remove(42);

        await _world.Store.Accept("shop", 42, Subscriber, default);
        await Drain(process);

        Assert.Equal(["customer"], _world.Users.All[id].Roles);
    }

    // Its create never came through; 43, which has the email now, made its user itself.
    [Fact]
    public async Task A_user_who_is_only_guessed_to_be_a_gone_contacts_gets_nothing_that_was_asked_for_it()
    {
        _world.Users.KeepsTokens = false;
        _world.Users.Abilities = _world.Users.Abilities with { SearchesLinks = false };
        _world.Contacts.Add(World.Ann());
        using var process = _world.Start();
        _world.Users.BeforeCreate = () => throw new TransientException("wordpress: no answer", unanswered: true);
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        _world.Users.BeforeCreate = null;
        _world.Contacts.Add(World.Ann("bob@example.test"));
        _world.Contacts.Add(World.Ann() with { Id = 43 });
        var id = (await process.Send(new AddUser("shop", 43, "customer"))).UserId!.Value;
        _world.Contacts.All.Remove(42);

        await _world.Store.Accept("shop", 42, Subscriber, default);
        await Drain(process);

        Assert.Equal(["customer"], _world.Users.All[id].Roles);
    }

    // The user is 42's by the id alone that he carries.
    [Fact]
    public async Task What_was_asked_for_a_contact_of_which_nothing_is_known_but_its_user_goes_over_too()
    {
        const string copy = "activecampaign_contact_id";
        _world.Rules = _world.Rules with { LinkCopy = copy };
        var user = _world.Users.Add("ann@example.test", "ann", "customer");
        _world.Users.Links[user.Id] = 42;
        var values = new Dictionary<string, FieldContent> { [copy] = FieldContent.Of("42") };
        _world.Users.All[user.Id] = user with { Values = values };
        _world.Contacts.Add(World.Ann());
        using var process = _world.Start();
        await _world.Store.Accept("shop", 42, Subscriber, default);
        Merge(42, 43);
        await process.Send(new UpdateTags("shop", 43));

        await Drain(process);

        Assert.Equal("skipped(merged)", _world.Store.Entries.First(entry => entry.Contact == 42).Outcome);
        Assert.Equal(["subscriber"], _world.Users.All[user.Id].Roles);
        Assert.Equal([new ContactMerged("shop", 42, user.Id, 43)], process.Notifications.OfType<ContactMerged>());
    }

    [Fact]
    [Trait("Spec", "2.7")]
    public async Task Work_that_goes_on_to_survivors_does_not_hide_losses_from_the_guard()
    {
        _world.Rules = _world.Rules with
        {
            Guard = new GuardRules { Users = 2, Percent = 50 },
        };
        using var process = _world.Start();
        for (var one = 0; one < 10; one++)
        {
            _world.Contacts.Add(World.Ann($"merged{one}@example.test") with { Id = 1000 + one });
            await process.Send(new AddUser("shop", 1000 + one));
            Merge(1000 + one, 2000 + one);
            await process.Send(new UpdateTags("shop", 2000 + one));
        }
        for (var one = 0; one < 3; one++)
        {
            _world.Contacts.Add(World.Ann($"gone{one}@example.test") with { Id = 3000 + one });
            await process.Send(new AddUser("shop", 3000 + one));
            _world.Contacts.All.Remove(3000 + one);
        }
        _world.Time.Advance(TimeSpan.FromHours(3));

        for (var one = 0; one < 10; one++)
            Assert.Equal(2000 + one, (await process.Send(new UpdateTags("shop", 1000 + one))).Survivor);
        await process.Send(new UpdateTags("shop", 3000));
        await process.Send(new UpdateTags("shop", 3001));
        await Assert.ThrowsAsync<SitePausedException>(() => process.Send(new UpdateTags("shop", 3002)));
    }

    [Fact]
    public async Task A_contact_whose_survivor_is_gone_for_good_ends_with_it()
    {
        using var process = _world.Start();
        var id = await TakenOver(process);
        _world.Contacts.All.Remove(43);

        await _world.Store.Accept("shop", 42, Subscriber, default);
        await Drain(process);

        Assert.Equal(["customer"], _world.Users.All[id].Roles);
        Assert.Equal("skipped(merged)", _world.Store.Entries.First(entry => entry.Contact == 42).Outcome);
        Assert.Equal("skipped(contact gone)", _world.Store.Entries.First(entry => entry.Contact == 43).Outcome);
    }

    [Fact]
    [Trait("Spec", "2.10")]
    public async Task What_came_up_about_a_merged_contact_is_told_with_its_end()
    {
        _world.Users.Roles["danger"] = new Role("danger", "Danger", null);
        _world.Users.Hidden["danger"] = ["manage_options"];
        _world.Rules = _world.Rules with { AllowedRoles = new HashSet<string> { "danger" } };
        _world.Contacts.Add(World.Ann());
        _world.Users.AfterCreate.Enqueue(new TransientException("wordpress: no answer", unanswered: true));
        using var process = _world.Start();
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42, "danger")));
        Merge(42, 43);

        var outcome = await process.Send(new UpdateUser("shop", 42));

        Assert.Equal(("skipped(merged)", 43L), (outcome.ToString(), outcome.Survivor));
        Assert.Contains(outcome.Warnings, warning => warning.Code == "role_privileged");
    }

    private static SyncRequest Subscriber => new(SyncAction.Update, "subscriber");

    private async Task Drain(World.Process process)
    {
        for (var minutes = 0; minutes < 60; minutes++)
        {
            await process.Pump.RunOnce("shop", default);
            _world.Time.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.Null(_world.Store.RowOf(42));
    }

    // 42's user, whom 43 took over.
    private async Task<long> TakenOver(World.Process process)
    {
        _world.Users.Abilities = _world.Users.Abilities with { SearchesLinks = false };
        _world.Contacts.Add(World.Ann(tags: "member"));
        var id = (await process.Send(new AddUser("shop", 42, "customer"))).UserId!.Value;
        Merge(42, 43);
        await process.Send(new UpdateTags("shop", 43));
        return id;
    }

    // The survivor takes the email.
    private void Merge(long gone, long survivor)
    {
        var contact = _world.Contacts.All[gone];
        _world.Contacts.All.Remove(gone);
        _world.Contacts.Add(contact with { Id = survivor });
    }
}
