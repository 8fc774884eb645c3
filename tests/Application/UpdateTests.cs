using System.Collections.Immutable;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace CleanSync.Application.Tests;

public sealed class UpdateTests
{
    private readonly World _world = new();

    [Fact]
    [Trait("Spec", "2.2")]
    [Trait("Spec", "2.3")]
    public async Task Update_and_update_tags_never_create_a_user()
    {
        _world.Contacts.Add(World.Ann(tags: "gold"));
        var process = _world.Start();
        Assert.Equal("skipped(no user)", (await process.Send(new UpdateUser("shop", 42))).ToString());
        Assert.Equal("skipped(no user)", (await process.Send(new UpdateTags("shop", 42))).ToString());
        Assert.Empty(_world.Users.All);
    }

    [Fact]
    [Trait("Spec", "2.2")]
    public async Task Update_tags_brings_tags_and_nothing_else()
    {
        var user = _world.Users.Add("ann@example.test", "ann", "customer", "old", "kept");
        _world.Contacts.Add(World.Ann(tags: ["kept", "new"]));
        var outcome = await _world.Start().Send(new UpdateTags("shop", 42));
        Assert.Equal(["new"], outcome.Tags!.Added);
        Assert.Empty(_world.Users.All[user.Id].Values);
    }

    [Fact]
    [Trait("Spec", "2.15")]
    public async Task Doing_it_again_changes_nothing()
    {
        _world.Users.Add("ann@example.test", "ann");
        _world.Contacts.Add(World.Ann(tags: "gold"));
        var process = _world.Start();
        Assert.Equal(OutcomeKind.Updated, (await process.Send(new UpdateUser("shop", 42, "customer"))).Kind);
        Assert.Equal(OutcomeKind.Unchanged, (await process.Send(new UpdateUser("shop", 42, "customer"))).Kind);
        Assert.Equal(1, _world.Users.Changes);
    }

    [Fact]
    [Trait("Spec", "2.10")]
    public async Task A_role_that_turns_out_to_be_privileged_is_taken_back_and_not_given_again()
    {
        _world.Rules = _world.Rules with { AllowedRoles = ImmutableHashSet.Create("danger") };
        _world.Users.Roles["danger"] = new Role("danger", "Danger", null);
        _world.Users.Hidden["danger"] = ["manage_options"];
        var user = _world.Users.Add("ann@example.test", "ann");
        _world.Contacts.Add(World.Ann());
        var process = _world.Start();
        for (var i = 0; i < 2; i++)
        {
            var outcome = await process.Send(new UpdateUser("shop", 42, "danger"));
            Assert.Contains(new Warning("role_privileged", "danger"), outcome.Warnings);
            Assert.Equal(["subscriber"], _world.Users.All[user.Id].Roles);
        }
        Assert.Equal(2, _world.Users.Changes);
    }

    [Fact]
    [Trait("Spec", "2.7")]
    public async Task An_empty_tag_list_is_believed_only_after_a_call_for_that_contact_alone()
    {
        var user = _world.Users.Add("ann@example.test", "ann", "subscriber", "gold");
        _world.Contacts.Add(World.Ann(tags: "gold"));
        _world.Contacts.InLists = contact => contact with { Tags = ImmutableHashSet<string>.Empty };
        var process = _world.Start();

        await process.Send(new UpdateTags("shop", 42));
        Assert.Equal(["gold"], _world.Users.All[user.Id].Tags!);
        Assert.Equal(1, _world.Contacts.ReadsAlone);

        _world.Contacts.Add(World.Ann());
        await process.Send(new UpdateTags("shop", 42));
        Assert.Empty(_world.Users.All[user.Id].Tags!);
    }

    [Fact]
    [Trait("Spec", "2.1")]
    public async Task A_lagging_read_is_retried_and_applied_after_the_third()
    {
        var user = _world.Users.Add("ann@example.test", "ann");
        var process = _world.Start();
        var now = _world.Time.GetUtcNow();
        _world.Contacts.Add(World.Ann(tags: "new") with { UpdatedAt = now });
        await process.Send(new UpdateUser("shop", 42));

        _world.Contacts.Add(World.Ann(tags: "older") with { UpdatedAt = now.AddSeconds(-1) });
        for (var i = 0; i < 3; i++)
            await Assert.ThrowsAsync<TransientException>(() => process.Send(new UpdateUser("shop", 42)));
        Assert.Equal(["new"], _world.Users.All[user.Id].Tags!);
        await process.Send(new UpdateUser("shop", 42));
        Assert.Equal(["older"], _world.Users.All[user.Id].Tags!);
    }

    [Fact]
    [Trait("Spec", "2.6")]
    [Trait("Spec", "4.1")]
    public async Task What_a_merged_contacts_user_is_owed_is_not_lost_when_the_survivor_is_worked_at_the_same_time()
    {
        var user = _world.Users.Add("ann@example.test", "ann", "subscriber");
        var owed = new LedgerEntry("shop", 41) { UserId = user.Id, WelcomeMail = WelcomeMailState.Due };
        await _world.Store.Save(owed, default);
        _world.Contacts.Add(World.Ann("ann@example.test", "gold"));
        using var process = _world.Start();
        await _world.Store.Accept("shop", 41, new SyncRequest(SyncAction.Update), default);
        _world.Store.AfterFind = async entry =>
        {
            if (entry.Contact != 42)
                return;
            // The survivor's entry was read, and is not written yet.
            _world.Store.AfterFind = null;
            await process.Pump.RunOnce("shop", default);
        };

        await process.Send(new UpdateUser("shop", 42));
        for (var rounds = 0; rounds < 3; rounds++)
        {
            _world.Time.Advance(TimeSpan.FromSeconds(5));
            await process.Pump.RunOnce("shop", default);
        }

        Assert.Single(_world.Mails);
        Assert.Null(_world.Store.RowOf(41));
        Assert.Equal(user.Id, (await _world.Store.Find("shop", 42, default)).UserId);
    }

    [Fact]
    [Trait("Spec", "2.6")]
    [Trait("Spec", "4.1")]
    public async Task A_user_is_mailed_once_when_his_contact_is_merged_while_it_is_worked()
    {
        var user = _world.Users.Add("ann@example.test", "ann", "subscriber");
        var owed = new LedgerEntry("shop", 41) { UserId = user.Id, WelcomeMail = WelcomeMailState.Due };
        await _world.Store.Save(owed, default);
        _world.Contacts.Add(World.Ann());
        using var process = _world.Start();
        var (begun, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        _world.Store.AfterFind = entry =>
        {
            if (entry.Contact != 41 || !begun.TrySetResult())
                return Task.CompletedTask;
            return goOn.Task;
        };
        var gone = process.Send(new UpdateUser("shop", 41));
        await begun.Task;

        var tooSoon = await Record.ExceptionAsync(() => process.Send(new UpdateUser("shop", 42)));
        // It was read before it was merged.
        _world.Contacts.Add(World.Ann() with { Id = 41 });
        goOn.SetResult();
        await gone;
        _world.Contacts.All.Remove(41);
        await process.Send(new UpdateUser("shop", 42));

        Assert.Single(_world.Mails);
        Assert.False(Assert.IsType<TransientException>(tooSoon).SpendsAttempt);
        Assert.Null(_world.Store.Entry(41).UserId);
        Assert.Equal(user.Id, _world.Store.Entry(42).UserId);
    }

    [Fact]
    public async Task A_merged_contact_hands_its_user_and_its_work_to_the_survivor()
    {
        var user = _world.Users.Add("ann@example.test", "ann");
        await _world.Store.Save(new LedgerEntry("shop", 7) { UserId = user.Id }, default);
        _world.Contacts.Add(World.Ann());
        var outcome = await _world.Start().Send(new UpdateUser("shop", 7, "customer"));

        Assert.Equal("skipped(merged)", outcome.ToString());
        Assert.Equal(user.Id, _world.Store.Entry(42).UserId);
        Assert.Null(_world.Store.Entry(7).UserId);
        Assert.Equal(new SyncRequest(SyncAction.Update, "customer"), _world.Store.RowOf(42)!.Pending);
    }

    [Theory]
    [Trait("Spec", "2.6")]
    [InlineData(GonePolicy.Keep, 1)]
    [InlineData(GonePolicy.Revoke, 0)]
    public async Task The_tags_of_a_gone_contact_follow_the_policy(GonePolicy policy, int left)
    {
        _world.Rules = _world.Rules with { WhenGone = policy };
        var user = _world.Users.Add("ann@example.test", "ann", "subscriber", "gold");
        await _world.Store.Save(new LedgerEntry("shop", 42) { UserId = user.Id }, default);
        await _world.Start().Send(new UpdateTags("shop", 42));
        Assert.Equal(left, _world.Users.All[user.Id].Tags!.Count);
    }

    [Fact]
    [Trait("Spec", "2.6")]
    public async Task A_contact_that_is_listed_but_cannot_be_read_is_tried_again()
    {
        var user = _world.Users.Add("ann@example.test", "ann");
        await _world.Store.Save(new LedgerEntry("shop", 42) { UserId = user.Id }, default);
        var contacts = new Mock<IContacts>();
        contacts.Setup(c => c.Find(42, default)).ReturnsAsync((Contact?)null);
        contacts.Setup(c => c.FindIdByEmail("ann@example.test", default)).ReturnsAsync(42);
        var sites = new Mock<ISites>();
        sites.Setup(s => s.Find("shop")).Returns(new Site("shop", _world.Rules, contacts.Object, _world.Users, _world));
        var owners = new Syncing.Owners(_world.Store);
        var decider = new Syncing.Decider(
            sites.Object,
            _world.Store,
            new Syncing.IntentReview(
                _world.Store,
                _world.Store,
                owners,
                new Syncing.PersonLocks(),
                new Syncing.RoleWatch(),
                _world.Time
            ),
            owners,
            new Syncing.PersonLocks(),
            new Syncing.RoleWatch(),
            new Syncing.Guard(_world.Store, _world.Store, _world.Time, NullLogger<Syncing.Guard>.Instance),
            new Randomness(),
            []
        );
        await Assert.ThrowsAsync<TransientException>(() =>
            decider.Decide("shop", 42, new SyncRequest(SyncAction.Update), 1, default)
        );
    }
}
