using CleanSync.Application.Ports;
using CleanSync.Domain;
using FluentValidation;

namespace CleanSync.Application.Tests;

public sealed class AddUserTests
{
    private readonly World _world = new();

    [Fact]
    [Trait("Spec", "2.4")]
    [Trait("Spec", "3.2")]
    public async Task A_contact_without_a_user_gets_one_whose_password_is_in_the_field()
    {
        _world.Contacts.Add(World.Ann(tags: ["gold", "a, b"]));
        var outcome = await _world.Start().Send(new AddUser("shop", 42, "customer"));

        Assert.Equal(OutcomeKind.Created, outcome.Kind);
        var user = Assert.Single(_world.Users.All.Values);
        Assert.Equal("ann@example.test", user.Login);
        Assert.Equal(["customer"], user.Roles);
        Assert.Equal(["a, b", "gold"], user.Tags!.Order());
        Assert.Equal(_world.Users.Passwords[user.Id], _world.Contacts.Fields[(42, "%WPPASSWORD%")]);
        Assert.Equal(24, _world.Users.Passwords[user.Id].Length);
        Assert.Equal(user.Login, _world.Contacts.Fields[(42, "%WPLOGIN%")]);
        Assert.Single(_world.Mails);
    }

    [Fact]
    [Trait("Spec", "2.4")]
    public async Task Twenty_adds_at_once_for_two_contacts_of_one_email_make_one_user()
    {
        _world.Contacts.Add(World.Ann());
        _world.Contacts.Add(World.Ann("ANN@example.test") with { Id = 43 });
        var process = _world.Start();
        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => process.Send(new AddUser("shop", 42 + (i % 2))))
        );

        Assert.Single(_world.Users.All);
        Assert.Equal(1, outcomes.Count(outcome => outcome.Kind == OutcomeKind.Created));
        Assert.Equal(10, outcomes.Count(outcome => outcome.Parked == ParkReason.Conflict));
    }

    [Fact]
    [Trait("Spec", "2.5")]
    public async Task An_existing_user_is_found_by_email_updated_and_linked_and_keeps_his_password()
    {
        var existing = _world.Users.Add("Ann@Example.Test", "ann", "customer", "old");
        _world.Contacts.Add(World.Ann(tags: "new"));
        var outcome = await _world.Start().Send(new AddUser("shop", 42));

        Assert.Equal(OutcomeKind.Updated, outcome.Kind);
        Assert.Equal(["new"], outcome.Tags!.Added);
        Assert.Equal(["old"], outcome.Tags.Removed);
        Assert.Equal(existing.Id, _world.Store.Entry(42).UserId);
        Assert.Equal("own password", _world.Users.Passwords[existing.Id]);
        Assert.Equal(["customer"], _world.Users.All[existing.Id].Roles);
        Assert.Empty(_world.Contacts.Fields);
        Assert.Empty(_world.Mails);
    }

    [Fact]
    [Trait("Spec", "2.5")]
    public async Task A_user_of_another_living_contact_is_not_taken_over_but_one_of_a_gone_contact_is()
    {
        var user = _world.Users.Add("ann@example.test", "ann");
        _world.Contacts.Add(World.Ann());
        _world.Contacts.Add(World.Ann("other@example.test") with { Id = 7 });
        await _world.Store.Save(new LedgerEntry("shop", 7) { UserId = user.Id }, default);
        var process = _world.Start();

        Assert.Equal(ParkReason.Conflict, (await process.Send(new AddUser("shop", 42))).Parked);
        Assert.Null(_world.Store.Entry(42).UserId);

        _world.Contacts.All.Remove(7);
        Assert.Null((await process.Send(new AddUser("shop", 42))).Parked);
        Assert.Equal(user.Id, _world.Store.Entry(42).UserId);
        Assert.Null(_world.Store.Entry(7).UserId);
    }

    [Fact]
    [Trait("Spec", "2.12")]
    public async Task A_taken_username_is_made_unique()
    {
        _world.Users.Add("someone@else.test", "ann@example.test");
        _world.Contacts.Add(World.Ann());
        Assert.Equal(OutcomeKind.Created, (await _world.Start().Send(new AddUser("shop", 42))).Kind);
        Assert.Equal(2, _world.Users.All.Values.Select(user => user.Login).Distinct().Count());
    }

    [Fact]
    [Trait("Spec", "2.5")]
    public async Task A_create_refused_as_duplicate_with_nobody_to_be_seen_is_parked()
    {
        _world.Users.CreateAnswers.Enqueue(new Creation.Duplicate(Email: true));
        _world.Contacts.Add(World.Ann());
        var outcome = await _world.Start().Send(new AddUser("shop", 42));
        Assert.Equal("parked(email taken not visible)", outcome.ToString());
    }

    [Fact]
    [Trait("Spec", "3.2")]
    public async Task A_user_whom_somebody_else_created_meanwhile_is_an_existing_user()
    {
        _world.Contacts.Add(World.Ann());
        _world.Users.BeforeCreate = () =>
        {
            _world.Users.BeforeCreate = null;
            _world.Users.Add("ann@example.test", "theirs");
        };
        var outcome = await _world.Start().Send(new AddUser("shop", 42));

        Assert.NotEqual(OutcomeKind.Created, outcome.Kind);
        Assert.Equal("own password", _world.Users.Passwords[Assert.Single(_world.Users.All).Key]);
        Assert.Contains(outcome.Warnings, warning => warning.Code == "existing_user_password_untouched");
        Assert.Empty(_world.Contacts.Fields);
    }

    [Fact]
    [Trait("Spec", "3.2")]
    public async Task After_an_unanswered_create_nothing_is_created_for_90_seconds()
    {
        _world.Contacts.Add(World.Ann());
        var process = _world.Start();
        _world.Users.BeforeCreate = () => throw new TransientException("wordpress: no answer", unanswered: true);
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        _world.Users.BeforeCreate = null;

        var waits = await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        Assert.False(waits.SpendsAttempt);
        Assert.Equal(TimeSpan.FromSeconds(90), waits.RetryAfter);
        Assert.Equal(1, _world.Users.Creates);

        _world.Time.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(OutcomeKind.Created, (await process.Send(new AddUser("shop", 42))).Kind);
        Assert.Equal(
            _world.Users.Passwords[Assert.Single(_world.Users.All).Key],
            _world.Contacts.Fields[(42, "%WPPASSWORD%")]
        );
    }

    // The clock of the site goes on as it did: only the host's is set, or another host with another clock takes over.
    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [Trait("Spec", "3.2")]
    public async Task The_90_seconds_are_no_others_when_the_clock_is_set(int hours)
    {
        _world.Contacts.Add(World.Ann());
        var site = _world.Time.GetUtcNow();
        _world.Users.SiteDate = () => site;
        var process = _world.Start();
        _world.Users.BeforeCreate = () => throw new TransientException("wordpress: no answer", unanswered: true);
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        _world.Users.BeforeCreate = null;
        _world.Time.AdjustTime(_world.Time.GetUtcNow().AddHours(hours));

        Pass(TimeSpan.FromSeconds(30));
        var waits = await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        Assert.InRange(waits.RetryAfter!.Value, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(90));
        Assert.Equal(1, _world.Users.Creates);

        Pass(waits.RetryAfter.Value);
        Assert.Equal(OutcomeKind.Created, (await process.Send(new AddUser("shop", 42))).Kind);

        void Pass(TimeSpan time)
        {
            _world.Time.Advance(time);
            site += time;
        }
    }

    [Fact]
    [Trait("Spec", "3.2")]
    public async Task A_create_that_never_left_this_host_is_made_again_at_once()
    {
        _world.Contacts.Add(World.Ann());
        var process = _world.Start();
        _world.Users.BeforeCreate = () => throw new TransientException("wordpress: cannot connect", unanswered: false);
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        _world.Users.BeforeCreate = null;
        Assert.Equal(OutcomeKind.Created, (await process.Send(new AddUser("shop", 42))).Kind);
    }

    [Fact]
    [Trait("Spec", "3.2")]
    public async Task A_return_that_fails_for_good_does_not_hold_back_the_mail()
    {
        _world.Contacts.Add(World.Ann());
        _world.Contacts.WriteEnd = FieldWrite.UnknownField;
        var outcome = await _world.Start().Send(new AddUser("shop", 42));
        Assert.Equal(OutcomeKind.Created, outcome.Kind);
        Assert.Contains(new Warning("password_not_returned", "unknown field"), outcome.Warnings);
        Assert.Single(_world.Mails);
    }

    [Fact]
    [Trait("Spec", "3.2")]
    public async Task A_return_that_is_refused_for_good_does_not_hold_back_the_mail()
    {
        _world.Contacts.Add(World.Ann());
        _world.Contacts.WriteFaults.Enqueue(new PermanentException("activecampaign: HTTP 409"));
        var outcome = await _world.Start().Send(new AddUser("shop", 42));
        Assert.Equal(OutcomeKind.Created, outcome.Kind);
        Assert.Contains(new Warning("password_not_returned", "refused"), outcome.Warnings);
        Assert.Single(_world.Mails);
    }

    [Theory]
    [Trait("Spec", "2.10")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_privileged_role_of_a_new_user_is_taken_back_whatever_fails_in_between(bool answerIsLost)
    {
        Dangerous();
        if (answerIsLost)
            _world.Users.AfterCreate.Enqueue(new TransientException("wordpress: no answer", unanswered: true));
        else
            _world.Users.ChangeFaults.Enqueue(new TransientException("wordpress: HTTP 503"));
        await Assert.ThrowsAsync<TransientException>(() => _world.Start().Send(new AddUser("shop", 42, "danger")));

        var outcome = await _world.Start().Send(new AddUser("shop", 42, "danger"));
        Assert.Equal(OutcomeKind.Created, outcome.Kind);
        Assert.Contains(new Warning("role_privileged", "danger"), outcome.Warnings);
        var user = Assert.Single(_world.Users.All.Values);
        Assert.Equal(["subscriber"], user.Roles);
        Assert.Equal(_world.Users.Passwords[user.Id], _world.Contacts.Fields[(42, "%WPPASSWORD%")]);
    }

    [Fact]
    [Trait("Spec", "2.10")]
    public async Task A_privileged_role_is_taken_back_on_a_site_without_subscribers_too()
    {
        Dangerous();
        _world.Users.Roles.Remove("subscriber");
        await _world.Start().Send(new AddUser("shop", 42, "danger"));
        Assert.Empty(Assert.Single(_world.Users.All.Values).Roles);
    }

    private void Dangerous()
    {
        _world.Contacts.Add(World.Ann());
        _world.Rules = _world.Rules with { AllowedRoles = new HashSet<string> { "danger" } };
        _world.Users.Roles["danger"] = new Role("danger", "Danger", null);
        _world.Users.Hidden["danger"] = ["manage_options"];
    }

    [Fact]
    [Trait("Spec", "3.2")]
    public async Task The_password_stays_the_same_across_the_attempts_of_one_process()
    {
        _world.Contacts.Add(World.Ann());
        var process = _world.Start();
        _world.MailEnds.Enqueue(MailEnd.NotSent);
        await Assert.ThrowsAsync<TransientException>(() => process.Send(new AddUser("shop", 42)));
        var password = Assert.Single(_world.Users.Passwords).Value;

        Assert.Equal(OutcomeKind.Created, (await process.Send(new AddUser("shop", 42))).Kind);
        Assert.Equal(password, Assert.Single(_world.Users.Passwords).Value);
        Assert.Single(_world.Mails);
    }

    [Fact]
    [Trait("Spec", "3.1")]
    [Trait("Spec", "2.13")]
    public async Task A_password_that_the_contact_supplied_is_used_and_not_returned()
    {
        _world.Rules = _world.Rules with { PasswordField = "%SECRET%" };
        _world.Contacts.Add(World.Ann() with { Fields = [new CustomField("7", "SECRET", "correct horse")] });
        await _world.Start().Send(new AddUser("shop", 42));
        Assert.Equal("correct horse", Assert.Single(_world.Users.Passwords).Value);
        Assert.Empty(_world.Contacts.Fields);
    }

    [Fact]
    [Trait("Spec", "3.1")]
    public async Task Nothing_is_returned_where_the_return_is_off()
    {
        _world.Rules = _world.Rules with { ReturnPasswordField = null };
        _world.Contacts.Add(World.Ann());
        Assert.Equal(OutcomeKind.Created, (await _world.Start().Send(new AddUser("shop", 42))).Kind);
        Assert.Empty(_world.Contacts.Fields);
    }

    [Theory]
    [Trait("Spec", "4.1")]
    [InlineData(null, true, 1)]
    [InlineData(null, false, 0)]
    [InlineData(true, false, 1)]
    [InlineData(false, true, 0)]
    public async Task The_mail_is_sent_when_the_URL_says_so_else_when_the_site_does(bool? url, bool site, int mails)
    {
        _world.Rules = _world.Rules with { SendWelcomeMail = site };
        _world.Contacts.Add(World.Ann());
        var process = _world.Start();
        await process.Send(new AddUser("shop", 42, null, url));
        await process.Send(new AddUser("shop", 42, null, url));
        Assert.Equal(mails, _world.Mails.Count);
    }

    [Fact]
    [Trait("Spec", "2.15")]
    public async Task A_dry_run_tells_and_writes_nothing()
    {
        _world.Rules = _world.Rules with { DryRun = true };
        _world.Contacts.Add(World.Ann());
        var outcome = await _world.Start().Send(new AddUser("shop", 42));
        Assert.Equal(SkipReason.DryRun, outcome.Skipped);
        Assert.Contains(new Warning("would_create"), outcome.Warnings);
        Assert.Empty(_world.Users.All);
        Assert.Null(_world.Store.Entry(42).Intent);
    }

    [Fact]
    [Trait("Spec", "1.7")]
    public async Task An_invalid_command_names_the_parameter()
    {
        var error = await Assert.ThrowsAsync<ValidationException>(() => _world.Start().Send(new AddUser("shop", 0)));
        Assert.Equal("Contact", Assert.Single(error.Errors).PropertyName);
    }
}
