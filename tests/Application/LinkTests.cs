using System.Collections.Immutable;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Tests;

/// <summary>Users who carry a contact's id, as sites that ran WP Fusion have them.</summary>
[Trait("Spec", "2.5")]
public sealed class LinkTests
{
    private const string LinkKey = "contact_id";
    private readonly World _world = new();

    public LinkTests() => _world.Rules = _world.Rules with { LinkCopy = LinkKey };

    [Fact]
    public async Task Who_carries_the_contacts_id_is_linked_though_his_email_differs()
    {
        var user = Carrier("old@example.test", 42);
        _world.Contacts.Add(World.Ann(tags: "gold"));
        var outcome = await _world.Start().Send(new AddUser("shop", 42));

        Assert.Equal(OutcomeKind.Updated, outcome.Kind);
        Assert.Equal(user.Id, _world.Store.Entry(42).UserId);
        Assert.Equal("ann@example.test", Assert.Single(_world.Users.All.Values).Email);
        Assert.Equal("own password", _world.Users.Passwords[user.Id]);
        Assert.Empty(_world.Contacts.Fields);
    }

    [Fact]
    public async Task Two_who_carry_it_are_a_conflict()
    {
        Carrier("one@example.test", 42);
        Carrier("two@example.test", 42);
        _world.Contacts.Add(World.Ann());
        Assert.Equal(ParkReason.Conflict, (await _world.Start().Send(new AddUser("shop", 42))).Parked);
        Assert.Equal(2, _world.Users.All.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whom_the_ledger_gives_to_another_contact_is_his_while_that_one_lives(bool lives)
    {
        var user = Carrier("ann@example.test", 42);
        await _world.Store.Save(new LedgerEntry("shop", 7) { UserId = user.Id }, default);
        if (lives)
            _world.Contacts.Add(World.Ann("other@example.test") with { Id = 7 });
        _world.Contacts.Add(World.Ann());
        var outcome = await _world.Start().Send(new UpdateUser("shop", 42));

        Assert.Equal(lives ? ParkReason.Conflict : null, outcome.Parked);
        Assert.Equal(lives ? null : user.Id, _world.Store.Entry(42).UserId);
        Assert.Equal(lives ? user.Id : null, _world.Store.Entry(7).UserId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_is_found_by_email_and_carries_another_contact_is_its_user_while_that_one_lives(bool lives)
    {
        var user = Carrier("ann@example.test", 7);
        if (lives)
            _world.Contacts.Add(World.Ann("other@example.test") with { Id = 7 });
        _world.Contacts.Add(World.Ann());
        var outcome = await _world.Start().Send(new UpdateUser("shop", 42));

        Assert.Equal(lives ? ParkReason.Conflict : null, outcome.Parked);
        Assert.Equal(lives ? null : user.Id, _world.Store.Entry(42).UserId);
        var carried = _world.Users.All[user.Id].CarriedContact(_world.Rules);
        Assert.Equal(lives ? 7 : 42, carried);
    }

    [Fact]
    public async Task What_a_user_carries_counts_only_where_links_are_searched()
    {
        _world.Users.Abilities = _world.Users.Abilities with { SearchesLinks = false };
        var user = Carrier("ann@example.test", 7);
        Carrier("stranger@example.test", 42);
        _world.Contacts.Add(World.Ann("other@example.test") with { Id = 7 });
        _world.Contacts.Add(World.Ann());
        var outcome = await _world.Start().Send(new UpdateUser("shop", 42));
        Assert.Equal((OutcomeKind.Updated, user.Id), (outcome.Kind, outcome.UserId));
    }

    [Fact]
    public async Task Who_carries_the_id_takes_the_place_of_a_linked_user_who_is_gone()
    {
        var user = Carrier("ann@example.test", 42);
        await _world.Store.Save(new LedgerEntry("shop", 42) { UserId = 999 }, default);
        _world.Contacts.Add(World.Ann());
        await _world.Start().Send(new UpdateTags("shop", 42));
        Assert.Equal(user.Id, _world.Store.Entry(42).UserId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "2.6")]
    public async Task The_user_of_a_gone_contact_is_found_by_its_id_too(bool merged)
    {
        _world.Rules = _world.Rules with { WhenGone = GonePolicy.Revoke };
        var user = Carrier("ann@example.test", 7, "gold");
        if (merged)
            _world.Contacts.Add(World.Ann());
        var outcome = await _world.Start().Send(new UpdateTags("shop", 7));

        Assert.Equal(merged ? "skipped(merged)" : "updated", outcome.ToString());
        Assert.Equal(merged ? user.Id : null, _world.Store.Entry(42).UserId);
        Assert.Equal(merged ? 1 : 0, _world.Users.All[user.Id].Tags!.Count);
    }

    [Fact]
    [Trait("Spec", "2.6")]
    public async Task A_second_webhook_for_a_merged_contact_leaves_the_survivors_user_alone()
    {
        _world.Rules = _world.Rules with { WhenGone = GonePolicy.Revoke };
        var user = Carrier("ann@example.test", 7, "gold");
        _world.Contacts.Add(World.Ann());
        var process = _world.Start();
        await process.Send(new UpdateTags("shop", 7));
        _world.Contacts.Add(World.Ann("new@example.test"));
        var second = await process.Send(new UpdateTags("shop", 7));
        Assert.Equal(("skipped(merged)", 42L), (second.ToString(), second.Survivor));
        Assert.Single(_world.Users.All[user.Id].Tags!);
    }

    [Fact]
    [Trait("Spec", "3.2")]
    public async Task An_unanswered_create_that_went_through_is_known_by_its_token_also_after_the_email_changed()
    {
        _world.Contacts.Add(World.Ann());
        _world.Users.AfterCreate.Enqueue(new TransientException("wordpress: no answer", unanswered: true));
        await Assert.ThrowsAsync<TransientException>(() => _world.Start().Send(new AddUser("shop", 42)));
        var user = Assert.Single(_world.Users.All.Values);
        // Somebody at the site and somebody at ActiveCampaign change it, each in his own way.
        _world.Users.All[user.Id] = user with
        {
            Email = "at-the-site@example.test",
        };
        _world.Contacts.Add(World.Ann("at-activecampaign@example.test"));

        var outcome = await _world.Start().Send(new AddUser("shop", 42));
        Assert.Equal(OutcomeKind.Created, outcome.Kind);
        Assert.Equal("at-activecampaign@example.test", Assert.Single(_world.Users.All.Values).Email);
        Assert.Equal(_world.Users.Passwords[user.Id], _world.Contacts.Fields[(42, "%WPPASSWORD%")]);
        Assert.Single(_world.Mails);
    }

    [Fact]
    [Trait("Spec", "3.2")]
    public async Task Somebody_elses_user_with_the_id_does_not_end_the_wait_for_an_unanswered_create()
    {
        _world.Contacts.Add(World.Ann());
        _world.Users.BeforeCreate = () => throw new TransientException("wordpress: no answer", unanswered: true);
        var process = _world.Start();
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        _world.Users.BeforeCreate = null;
        var user = Carrier("old@example.test", 42);

        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        _world.Time.Advance(TimeSpan.FromSeconds(90));
        var outcome = await process.Send(new AddUser("shop", 42));
        Assert.Contains(new Warning("existing_user_password_untouched"), outcome.Warnings);
        Assert.Equal("own password", _world.Users.Passwords[user.Id]);
        Assert.Null(_world.Store.Entry(42).Intent);
        Assert.Equal(1, _world.Users.Creates);
    }

    [Fact]
    [Trait("Spec", "8.2")]
    public async Task A_created_user_carries_the_contacts_id()
    {
        _world.Contacts.Add(World.Ann());
        await _world.Start().Send(new AddUser("shop", 42));
        Assert.Equal(42, Assert.Single(_world.Users.Links).Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Spec", "8.5")]
    public async Task A_user_of_the_network_is_added_to_the_blog_by_add_alone(bool add)
    {
        var user = _world.Users.Add("ann@example.test", "ann");
        _world.Users.All[user.Id] = user with { IsMember = false, Roles = [] };
        _world.Contacts.Add(World.Ann(tags: "gold"));
        var process = _world.Start();
        var outcome = add
            ? await process.Send(new AddUser("shop", 42, "customer"))
            : await process.Send(new UpdateUser("shop", 42, "customer"));

        Assert.Equal(add ? "updated" : "skipped(no user)", outcome.ToString());
        user = Assert.Single(_world.Users.All.Values);
        Assert.Equal(add, user.IsMember);
        Assert.Equal(add ? ["customer"] : [], user.Roles);
        Assert.Equal("own password", _world.Users.Passwords[user.Id]);
        Assert.Empty(_world.Mails);
    }

    // On a real site both are the same meta value.
    private User Carrier(string email, long contact, params string[] tags)
    {
        var user = _world.Users.Add(email, email, "subscriber", tags);
        _world.Users.Links[user.Id] = contact;
        return _world.Users.All[user.Id] = user with
        {
            Values = ImmutableDictionary<string, FieldContent>.Empty.Add(LinkKey, FieldContent.Of($"{contact}")),
        };
    }
}
