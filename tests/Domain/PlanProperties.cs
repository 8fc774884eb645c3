using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using static CleanSync.Domain.Tests.People;

namespace CleanSync.Domain.Tests;

/// <summary>What holds for every plan, whatever strangers fill in and site owners configure.</summary>
[Properties(Arbitrary = [typeof(Strangers)], MaxTest = 1000)]
public sealed class PlanProperties
{
    [Property]
    [Trait("Spec", "2.8")]
    public void A_plan_that_was_applied_leaves_nothing_to_do(OddCase odd)
    {
        if (UserPlanner.Plan(odd.Seen, odd.Request, odd.Rules) is not UserPlan.Change change)
            return;
        var user = WordPress.Applied(change.User, change.Changes);
        var others = odd.Seen.ByEmail.Where(other => other.Id != user.Id);
        var seen = odd.Seen with
        {
            Linked = user,
            ByEmail = [.. others],
            // Who joins keeps his password that once.
            PasswordAppliedAt = change.Changes is { Password: not null } or { Join: true }
                ? PasswordPlan.TimeOf(odd.Seen.Contact, odd.Rules)
                : odd.Seen.PasswordAppliedAt,
        };
        var again = Assert.IsType<UserPlan.Change>(UserPlanner.Plan(seen, odd.Request, odd.Rules));
        Assert.Equal(UserChanges.None, again.Changes with { Values = UserChanges.None.Values });
        Assert.Empty(again.Changes.Values);
    }

    [Property(MaxTest = 3000)]
    [Trait("Spec", "2.8")]
    public void Odd_texts_in_every_kind_and_place_settle_after_one_write(OddText text)
    {
        var contact = Ann with { FirstName = text.Value, LastName = text.Value };
        contact = contact
            .Saying("A", text.Value)
            .Saying("B", text.Value)
            .Saying("C", text.Value)
            .Saying("D", text.Value);
        foreach (var mapping in Strangers.Mappings)
        {
            var rules = Rules.Mapping(mapping);
            var change = Change(contact.LinkedTo(AnnsUser), Update, rules);
            var again = Change(contact.LinkedTo(WordPress.Applied(AnnsUser, change.Changes)), Update, rules);
            Assert.True(again.Changes.IsEmpty, $"{mapping.Target} {mapping.Kind}");
        }
    }

    [Property(MaxTest = 3000)]
    [Trait("Spec", "2.10")]
    [Trait("Spec", "2.11")]
    public void No_plan_grants_power_or_touches_who_has_it(OddCase odd)
    {
        switch (UserPlanner.Plan(odd.Seen, odd.Request, odd.Rules))
        {
            case UserPlan.Create { User.Role: { } role }:
                Harmless(role, odd);
                break;
            case UserPlan.Change change
                when change.User.IsPrivileged || HasPower(change.User.Roles, change.User.Capabilities, odd.Rules):
                Assert.Null(change.Changes.Email);
                Assert.Null(change.Changes.Password);
                if (change.Changes.Roles is { } joins)
                {
                    Assert.True(change is { User: { IsMember: false, Roles: [] }, Changes.Join: true });
                    Harmless(Assert.Single(joins), odd);
                }
                Assert.Equal(PrivilegedUserPolicy.TagsAndMeta, odd.Rules.PrivilegedUsers);
                break;
            case UserPlan.Change { Changes.Roles: { } roles } change:
                Assert.All(roles.Except(change.User.Roles), role => Harmless(role, odd));
                break;
        }
    }

    [Property]
    [Trait("Spec", "2.8")]
    [Trait("Spec", "2.13")]
    public void No_plan_writes_a_login_or_key_of_power_on_a_user_that_exists_nor_a_password_unasked(OddCase odd)
    {
        if (UserPlanner.Plan(odd.Seen, odd.Request, odd.Rules) is UserPlan.Change change)
        {
            Assert.All(change.Changes.Values.Keys, target => Assert.Contains(target, MappedTargets(odd.Rules)));
            Assert.True(change.Changes.Password is null || odd.Rules.UpdateExistingPassword);
        }
    }

    [Property]
    [Trait("Spec", "2.7")]
    public void Tags_are_never_emptied_on_the_word_of_a_shared_answer(OddCase odd)
    {
        var seen = odd.Seen with { Contact = odd.Seen.Contact with { ReadAlone = false } };
        if (UserPlanner.Plan(seen, odd.Request, odd.Rules) is UserPlan.Change { Changes.Tags: { } tags })
            Assert.Contains(tags.All, tag => !string.IsNullOrWhiteSpace(tag));
    }

    [Property]
    [Trait("Spec", "2.2")]
    [Trait("Spec", "2.4")]
    public void Only_add_creates_and_only_when_nobody_was_seen(OddCase odd)
    {
        if (UserPlanner.Plan(odd.Seen, odd.Request, odd.Rules) is not UserPlan.Create create)
            return;
        Assert.Equal(SyncAction.Add, odd.Request.Action);
        Assert.True(odd.Seen is { Linked: null, ByEmail: [], ByLink: [] });
        Assert.True(ContactEmail.IsValid(create.User.Email) && create.User.Email.Length <= 100);
        Assert.True(WordPress.TakesLogin(create.User.Login), create.User.Login);
    }

    [Property]
    [Trait("Spec", "2.15")]
    public void A_plan_is_the_same_whenever_it_is_made_and_a_dry_run_writes_nothing(OddCase odd)
    {
        var (one, other) = (
            UserPlanner.Plan(odd.Seen, odd.Request, odd.Rules),
            UserPlanner.Plan(odd.Seen, odd.Request, odd.Rules)
        );
        Assert.Equal(one.GetType(), other.GetType());
        Assert.Equal(one.ToString(), other.ToString());
        var dry = PlanPolicy.Apply(one, odd.Rules with { DryRun = true });
        Assert.False(
            dry is UserPlan.Create or UserPlan.HandOver { User: not null } or UserPlan.Change { Changes.IsEmpty: false }
        );
    }

    [Property(MaxTest = 2000)]
    [Trait("Spec", "2.12")]
    public void Every_username_is_one_that_WordPress_takes(OddContact odd, uint random, int attempt)
    {
        foreach (var format in Enum.GetValues<UsernameFormat>())
        {
            foreach (var field in new[] { null, "A", "firstName" })
            {
                var rules = Rules with { UsernameFormat = format, UsernameField = field };
                var planned = Username.Plan(odd.Contact, rules, random);
                var plain = Username.Plain(planned, random);
                var tried = attempt is int.MinValue ? 1 : Math.Abs(attempt);
                Assert.True(WordPress.TakesLogin(planned), planned);
                Assert.True(WordPress.TakesLogin(Username.Candidate(planned, tried, random)), planned);
                foreach (var login in new[] { plain, Username.Candidate(plain, tried, random) })
                {
                    Assert.True(login.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)), login);
                    Assert.True(login.Length is >= 4 and <= 60 && login.Any(char.IsAsciiLetter), login);
                }
            }
        }
    }

    [Property(MaxTest = 5000)]
    [Trait("Spec", "2.8")]
    public void No_markup_is_left_and_removing_it_again_changes_nothing(OddText text)
    {
        var left = Markup.Remove(text.Value);
        Assert.Equal(left, Markup.Remove(left));
        Assert.Equal(left, WordPress.StripTags(left));
    }

    private static IEnumerable<string> MappedTargets(SiteRules rules) =>
        rules.Fields.Select(mapping => mapping.Target).Where(target => target is not UserTarget.Email);

    private static void Harmless(string slug, OddCase odd)
    {
        var role = Assert.Single(
            RoleNamesOf(odd).Select(odd.Seen.Roles.Find).OfType<Role>().Where(role => role.Slug == slug).Take(1)
        );
        Assert.DoesNotContain(
            slug.Trim(),
            Set("administrator", "editor", "shop_manager"),
            StringComparer.OrdinalIgnoreCase
        );
        Assert.False(HasPower([slug], role.Capabilities ?? Set(), odd.Rules), slug);
        if (role.Capabilities is null)
        {
            var known = Set("subscriber", "contributor", "author", "customer").Union(odd.Rules.AllowedRoles);
            Assert.Contains(slug, known, StringComparer.OrdinalIgnoreCase);
        }
    }

    private static IEnumerable<string> RoleNamesOf(OddCase odd) =>
        UserPlanner.RolesInPlay(odd.Seen.Contact, odd.Request, odd.Rules);

    private static bool HasPower(IEnumerable<string> roles, IEnumerable<string> capabilities, SiteRules rules) =>
        roles
            .Concat(capabilities)
            .Any(name =>
                Privileges
                    .Capabilities.Concat(["administrator", "editor", "shop_manager", "super_admin"])
                    .Concat(rules.Privileged)
                    .Contains(name, StringComparer.OrdinalIgnoreCase)
            );
}
