using static CleanSync.Domain.Tests.People;

namespace CleanSync.Domain.Tests;

/// <summary>The table of <see cref="PasswordPlan"/>, row by row.</summary>
[Trait("Spec", "2.13")]
public sealed class PasswordUpdateTests
{
    private static readonly SiteRules Updating = Rules with { PasswordField = "%PW%", UpdateExistingPassword = true };

    [Theory]
    [InlineData(SyncAction.Add)]
    [InlineData(SyncAction.Update)]
    public void A_value_is_set_when_none_was_applied_or_it_is_newer(SyncAction action)
    {
        var request = new SyncRequest(action);
        Assert.Equal("correct horse", Changes(Saying("correct horse", Noon), request).Password!.Text);
        var later = Saying("correct horse", Noon.AddSeconds(1)) with { PasswordAppliedAt = Noon };
        Assert.NotNull(Changes(later, request).Password);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_value_that_is_not_newer_than_the_one_applied_last_is_not_set(int seconds)
    {
        var seen = Saying("correct horse", Noon.AddSeconds(seconds)) with { PasswordAppliedAt = Noon };
        Untouched(seen, Updating);
    }

    [Fact]
    public void Update_tags_sets_none() => Assert.Null(Changes(Saying("correct horse", Noon), UpdateTags).Password);

    [Fact]
    public void A_site_that_did_not_turn_it_on_sets_none() =>
        Untouched(Saying("correct horse", Noon), Rules with { PasswordField = "%PW%" });

    [Fact]
    [Trait("Spec", "2.11")]
    public void A_privileged_user_keeps_his()
    {
        var plain = Saying("correct horse", Noon);
        Untouched(plain with { Linked = Admin }, Updating);
        Untouched(plain with { Linked = AnnsUser with { IsPrivileged = true } }, Updating);
    }

    [Fact]
    [Trait("Spec", "3.2")]
    public void A_user_whose_generated_password_is_still_to_be_returned_keeps_it() =>
        Untouched(Saying("correct horse", Noon) with { OwesPassword = true }, Updating);

    [Fact]
    public void An_empty_value_says_nothing() => Untouched(Saying("", Noon), Updating);

    [Fact]
    public void A_value_of_unknown_time_is_not_set_and_said()
    {
        Untouched(Saying("correct horse", null), Updating, "password_time_unknown");
        Untouched(
            (Ann with { Phone = "12345678" }).LinkedTo(AnnsUser),
            Updating with
            {
                PasswordField = "phone",
            },
            "password_time_unknown"
        );
    }

    [Fact]
    public void A_value_that_WordPress_would_store_otherwise_is_not_set_and_said() =>
        Untouched(Saying("back\\slash", Noon), Updating, "password_unusable");

    [Fact]
    public void A_field_that_the_account_does_not_define_is_said() =>
        Untouched(Ann.LinkedTo(AnnsUser), Updating, "field_unknown");

    [Fact]
    public void A_directory_that_cannot_compare_sets_none_and_it_is_said_once_there_is_something_to_set()
    {
        var unable = DirectoryAbilities.Everything with { ComparesPasswords = false };
        var seen = Saying("correct horse", Noon) with { Abilities = unable };
        Untouched(seen, Updating, "password_update_needs_connector");
        Untouched(seen with { PasswordAppliedAt = Noon }, Updating);
        Untouched(Saying("", Noon) with { Abilities = unable }, Updating);
    }

    [Fact]
    [Trait("Spec", "2.15")]
    public void A_dry_run_says_that_it_would_be_changed_and_not_to_what()
    {
        var rules = Updating with { DryRun = true };
        var plan = PlanPolicy.Apply(UserPlanner.Plan(Saying("correct horse", Noon), Update, rules), rules);
        Assert.Equal([new Warning("would_change", "password")], Assert.IsType<UserPlan.Skip>(plan).Warnings);
    }

    [Fact]
    public void A_change_that_holds_a_password_never_prints_it() =>
        Assert.DoesNotContain(
            "horse",
            Change(Saying("correct horse", Noon), Update, Updating).ToString(),
            StringComparison.Ordinal
        );

    private static Sighting Saying(string value, DateTimeOffset? at) =>
        (Ann with { Fields = [new CustomField("1", "PW", value, at)] }).LinkedTo(AnnsUser);

    private static UserChanges Changes(Sighting seen, SyncRequest request) => Change(seen, request, Updating).Changes;

    private static void Untouched(Sighting seen, SiteRules rules, params string[] warnings)
    {
        var change = Change(seen, Update, rules);
        Assert.True(change.Changes.IsEmpty);
        Assert.Equal(warnings, Codes(change.Warnings));
    }
}
