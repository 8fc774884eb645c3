using CleanSync.Application.Ports;
using CleanSync.Application.Pumping;
using CleanSync.Domain;

namespace CleanSync.Application.Tests;

public sealed partial class PasswordTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private readonly World _world = new();

    public PasswordTests() =>
        _world.Rules = _world.Rules with { PasswordField = "%SECRET%", UpdateExistingPassword = true };

    [Fact]
    [Trait("Spec", "2.13")]
    public async Task A_newer_value_of_the_field_becomes_the_password_once()
    {
        var user = _world.Users.Add("ann@example.test", "ann");
        var process = _world.Start();
        Say("first one", Noon);
        Assert.Equal(OutcomeKind.Updated, (await process.Send(new UpdateUser("shop", 42))).Kind);
        Assert.Equal("first one", _world.Users.Passwords[user.Id]);
        Assert.Equal(Noon, _world.Store.Entry(42).PasswordAppliedAt);

        _world.Users.Passwords[user.Id] = "his own choice";
        Assert.Equal(OutcomeKind.Unchanged, (await process.Send(new UpdateUser("shop", 42))).Kind);
        Assert.Equal("his own choice", _world.Users.Passwords[user.Id]);

        Say("second one", Noon.AddMinutes(1));
        await process.Send(new AddUser("shop", 42));
        Assert.Equal("second one", _world.Users.Passwords[user.Id]);
        Assert.Equal(2, _world.Users.PasswordsSet);
        Assert.Empty(_world.Contacts.Fields);
    }

    [Fact]
    [Trait("Spec", "2.13")]
    public async Task A_value_that_CleanSync_returned_is_not_set_again_and_its_time_is_remembered()
    {
        _world.Rules = _world.Rules with { PasswordField = "%WPPASSWORD%" };
        _world.Contacts.Add(World.Ann());
        var process = _world.Start();
        await process.Send(new AddUser("shop", 42));
        var user = Assert.Single(_world.Users.All.Values);
        _world.Users.Passwords[user.Id] = "his own choice";

        var returned = _world.Contacts.Fields[(42, "%WPPASSWORD%")];
        _world.Contacts.Add(World.Ann() with { Fields = [new CustomField("7", "WPPASSWORD", returned, Noon)] });
        Assert.Equal(OutcomeKind.Unchanged, (await process.Send(new UpdateUser("shop", 42))).Kind);
        Assert.Equal("his own choice", _world.Users.Passwords[user.Id]);
        Assert.Equal(Noon, _world.Store.Entry(42).PasswordAppliedAt);
    }

    [Fact]
    [Trait("Spec", "2.13")]
    public async Task A_password_that_made_the_user_is_not_applied_again()
    {
        Say("correct horse", Noon);
        var process = _world.Start();
        var outcome = await process.Send(new AddUser("shop", 42));
        Assert.Equal((OutcomeKind.Created, 0), (outcome.Kind, outcome.Warnings.Length));
        Assert.Equal(Noon, _world.Store.Entry(42).PasswordAppliedAt);
        await process.Send(new UpdateUser("shop", 42));
        Assert.Equal(0, _world.Users.PasswordsSet);
    }

    [Fact]
    [Trait("Spec", "2.13")]
    public async Task A_password_that_the_site_refuses_holds_nothing_back()
    {
        var user = _world.Users.Add("ann@example.test", "ann");
        Say("correct horse", Noon, "gold");
        _world.Users.BeforeSetPassword = _ => throw new PermanentException("wordpress: HTTP 400");
        var outcome = await _world.Start().Send(new UpdateUser("shop", 42));
        Assert.Equal([new Warning("password_refused", "%SECRET%")], outcome.Warnings);
        Assert.Equal(["gold"], _world.Users.All[user.Id].Tags!);
        Assert.Null(_world.Store.Entry(42).PasswordAppliedAt);
    }

    [Fact]
    [Trait("Spec", "2.13")]
    [Trait("Spec", "3.3")]
    public void What_needs_the_connector_is_told_at_start_where_it_is_not_there()
    {
        var rules = _world.Rules with { ClearAfterFirstLogin = true };
        var plain = new DirectoryAbilities(null, StoresTags: true);
        Assert.Equal(
            ["password_update_needs_connector", "first_login_needs_connector"],
            SiteInspection.Of([], plain, rules).Select(notice => notice.Code)
        );
        Assert.Empty(SiteInspection.Of([], DirectoryAbilities.Everything, rules));
        Assert.Empty(SiteInspection.Of([], plain, new SiteRules()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Spec", "3.2")]
    public async Task A_password_that_the_user_changed_before_its_return_is_his_and_nothing_is_returned(bool mailFails)
    {
        var user = await CreateAndDie();
        _world.Users.Passwords[user] = "his own choice";
        var survivor = _world.Start();
        if (mailFails)
        {
            _world.MailEnds.Enqueue(MailEnd.NotSent);
            await Assert.ThrowsAsync<TransientException>(() => survivor.Send(new AddUser("shop", 42)));
        }
        var outcome = await survivor.Send(new AddUser("shop", 42));

        Assert.Equal("parked(password not returned)", outcome.ToString());
        Assert.Contains(new Warning("password_not_returned", "own password"), outcome.Warnings);
        Assert.Equal("his own choice", _world.Users.Passwords[user]);
        Assert.Empty(_world.Contacts.Fields);
        Assert.Single(_world.Mails);
        Assert.Equal(PasswordReturn.Failed, _world.Store.Entry(42).PasswordReturn);
        Assert.Equal(OutcomeKind.Unchanged, (await survivor.Send(new AddUser("shop", 42))).Kind);
    }

    [Fact]
    [Trait("Spec", "3.2")]
    public async Task A_password_that_the_user_changes_in_the_same_moment_is_his_and_the_field_is_emptied()
    {
        var user = await CreateAndDie();
        _world.Users.BeforeSetPassword = id => _world.Users.Passwords[id] = "his own choice";
        var outcome = await _world.Start().Send(new AddUser("shop", 42));

        Assert.Equal(ParkReason.PasswordNotReturned, outcome.Parked);
        Assert.Equal("his own choice", _world.Users.Passwords[user]);
        Assert.Equal("", _world.Contacts.Fields[(42, "%WPPASSWORD%")]);
        Assert.Single(_world.Mails);
    }

    [Fact]
    [Trait("Spec", "3.2")]
    public async Task A_password_that_the_site_refuses_for_good_does_not_stay_in_the_field()
    {
        await CreateAndDie();
        _world.Users.BeforeSetPassword = _ => throw new PermanentException("wordpress: HTTP 403");
        var outcome = await _world.Start().Send(new AddUser("shop", 42));
        Assert.Equal(OutcomeKind.Created, outcome.Kind);
        Assert.Contains(new Warning("password_not_returned", "refused"), outcome.Warnings);
        Assert.Equal("", _world.Contacts.Fields[(42, "%WPPASSWORD%")]);
        Assert.Single(_world.Mails);
    }

    [Fact]
    [Trait("Spec", "3.2")]
    public async Task What_an_earlier_attempt_of_this_process_wrote_is_taken_back()
    {
        var user = await CreateAndDie();
        var survivor = _world.Start();
        _world.Users.BeforeSetPassword = id =>
        {
            _world.Users.Passwords[id] = "his own choice";
            throw new TransientException("wordpress: HTTP 503");
        };
        await Assert.ThrowsAsync<TransientException>(() => survivor.Send(new AddUser("shop", 42)));
        Assert.NotEqual("", _world.Contacts.Fields[(42, "%WPPASSWORD%")]);

        Assert.Equal(ParkReason.PasswordNotReturned, (await survivor.Send(new AddUser("shop", 42))).Parked);
        Assert.Equal("", _world.Contacts.Fields[(42, "%WPPASSWORD%")]);
        Assert.Equal("his own choice", _world.Users.Passwords[user]);
    }

    [Fact]
    [Trait("Spec", "3.2")]
    public async Task A_directory_that_cannot_compare_gets_a_new_password_as_before()
    {
        _world.Users.Abilities = new DirectoryAbilities(null, StoresTags: true);
        var user = await CreateAndDie();
        Assert.Equal(OutcomeKind.Created, (await _world.Start().Send(new AddUser("shop", 42))).Kind);
        Assert.Equal(_world.Users.Passwords[user], _world.Contacts.Fields[(42, "%WPPASSWORD%")]);
    }

    [Fact]
    [Trait("Spec", "2.6")]
    [Trait("Spec", "3.2")]
    public async Task What_is_owed_to_a_user_goes_over_to_the_survivor_of_a_merge()
    {
        var user = await CreateAndDie();
        _world.Contacts.All.Remove(42);
        _world.Contacts.Add(World.Ann() with { Id = 43 });
        var survivor = _world.Start();
        Assert.Equal("skipped(merged)", (await survivor.Send(new AddUser("shop", 42))).ToString());

        Assert.Equal(OutcomeKind.Created, (await survivor.Send(new AddUser("shop", 43))).Kind);
        Assert.Equal(_world.Users.Passwords[user], _world.Contacts.Fields[(43, "%WPPASSWORD%")]);
        Assert.Single(_world.Mails);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Spec", "2.6")]
    [Trait("Spec", "3.2")]
    public async Task What_is_owed_goes_over_too_when_the_survivor_is_worked_first(bool tagsOnly)
    {
        var user = await CreateAndDie();
        _world.Contacts.All.Remove(42);
        _world.Contacts.Add(World.Ann() with { Id = 43 });
        using var survivor = _world.Start();
        await (
            tagsOnly
                ? survivor.Send(new UpdateTags("shop", 43))
                : survivor.Send(new AddUser("shop", 43, SendNotification: false))
        );
        await survivor.Send(new AddUser("shop", 42));

        Assert.Equal(_world.Users.Passwords[user], _world.Contacts.Fields[(43, "%WPPASSWORD%")]);
        Assert.Equal(PasswordReturn.Returned, _world.Store.Entry(43).PasswordReturn);
        Assert.Single(_world.Mails);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "2.6")]
    [Trait("Spec", "3.2")]
    public async Task A_user_whom_the_survivor_found_before_his_creation_was_known_to_have_come_through_stays_its_own(
        bool searchesLinks
    )
    {
        _world.Users.Abilities = _world.Users.Abilities with { SearchesLinks = searchesLinks };
        _world.Rules = _world.Rules with { WhenGone = GonePolicy.Revoke };
        var user = await CreateUnanswered();
        using var process = _world.Start();
        _world.Contacts.All.Remove(42);
        _world.Contacts.Add(World.Ann(tags: "gold") with { Id = 43 });
        await process.Send(new UpdateUser("shop", 43));
        // So that nobody is found by the user's email.
        _world.Contacts.Add(World.Ann("moved@example.test", "gold") with { Id = 43 });

        var gone = await process.Send(new AddUser("shop", 42));
        await process.Send(new UpdateUser("shop", 43));

        Assert.Equal("skipped(merged)", gone.ToString());
        Assert.Equal((null, user), (_world.Store.Entry(42).UserId, _world.Store.Entry(43).UserId));
        Assert.Equal(["gold"], _world.Users.All[user].Tags!);
        Assert.Equal(_world.Users.Passwords[user], _world.Contacts.Fields[(43, "%WPPASSWORD%")]);
        Assert.Single(_world.Mails);
    }

    [Fact]
    [Trait("Spec", "2.5")]
    [Trait("Spec", "3.2")]
    public async Task A_user_whom_another_contact_has_taken_over_is_not_taken_back_by_who_had_him_created()
    {
        _world.Users.Abilities = _world.Users.Abilities with { SearchesLinks = false };
        var user = await CreateUnanswered();
        using var process = _world.Start();
        // The email moved from one contact to another.
        _world.Contacts.Add(World.Ann("moved@example.test"));
        _world.Contacts.Add(World.Ann() with { Id = 43 });
        await process.Send(new UpdateUser("shop", 43));

        var outcome = await process.Send(new AddUser("shop", 42));

        Assert.Equal("created", outcome.ToString());
        Assert.Equal(user, _world.Store.Entry(43).UserId);
        Assert.NotEqual(user, _world.Store.Entry(42).UserId);
        Assert.Equal("moved@example.test", Assert.Single(_world.Mails).Email);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Spec", "2.6")]
    [Trait("Spec", "4.1")]
    public async Task A_user_whose_contact_was_deleted_meanwhile_gets_his_mail(bool unanswered)
    {
        if (unanswered)
            await CreateUnanswered();
        else
            await CreateAndDie();
        _world.Contacts.All.Remove(42);
        var survivor = _world.Start();
        var outcome = await survivor.Send(new AddUser("shop", 42));

        Assert.Equal("created", outcome.ToString());
        Assert.Contains(new Warning("password_not_returned", "contact gone"), outcome.Warnings);
        Assert.Single(_world.Mails);
        Assert.Equal("skipped(contact gone)", (await survivor.Send(new AddUser("shop", 42))).ToString());
        Assert.Single(_world.Mails);
    }

    [Fact]
    [Trait("Spec", "3.2")]
    public async Task A_return_that_failed_for_good_is_told_by_the_outcome_also_when_the_mail_had_to_be_tried_again()
    {
        _world.Contacts.Add(World.Ann());
        _world.Contacts.WriteEnd = FieldWrite.Refused;
        _world.MailEnds.Enqueue(MailEnd.NotSent);
        var process = _world.Start();

        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        var outcome = await process.Send(new AddUser("shop", 42));

        Assert.Equal(OutcomeKind.Created, outcome.Kind);
        Assert.Contains(outcome.Warnings, warning => warning.Code == "password_not_returned");
    }

    // The process dies right after the create was answered and stored, before anything was returned.
    [Fact]
    [Trait("Spec", "2.15")]
    public async Task What_is_owed_waits_while_the_site_makes_dry_runs()
    {
        var id = await CreateAndDie();
        var rules = _world.Rules;
        var password = _world.Users.Passwords[id];
        _world.Rules = rules with { DryRun = true };
        using var process = _world.Start();

        Assert.Equal("unchanged", (await process.Send(new UpdateUser("shop", 42))).ToString());
        Assert.Equal(password, _world.Users.Passwords[id]);
        Assert.Empty(_world.Mails);

        _world.Rules = rules;
        Assert.Equal("created", (await process.Send(new UpdateUser("shop", 42))).ToString());
        Assert.Single(_world.Mails);
    }

    private async Task<long> CreateUnanswered()
    {
        _world.Contacts.Add(World.Ann());
        _world.Users.AfterCreate.Enqueue(new TransientException("wordpress: no answer", unanswered: true));
        using var process = _world.Start();
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        return Assert.Single(_world.Users.All).Key;
    }

    private async Task<long> CreateAndDie()
    {
        _world.Contacts.Add(World.Ann());
        _world.Contacts.WriteFaults.Enqueue(new TransientException("activecampaign: HTTP 503"));
        using var dying = _world.Start();
        await Assert.ThrowsAsync<TransientException>(() => dying.Send(new AddUser("shop", 42)));
        return Assert.Single(_world.Users.All).Key;
    }

    private void Say(string password, DateTimeOffset at, params string[] tags)
    {
        _world.Contacts.Add(World.Ann(tags: tags) with { Fields = [new CustomField("7", "SECRET", password, at)] });
    }
}
