using System.Collections.Immutable;

namespace CleanSync.Domain;

/// <summary>Turns a plan into the plan that is carried out, so that nothing else needs to know of policies.</summary>
internal static class PlanPolicy
{
    /// <summary>The site's policy: a dry run says what would be written and writes nothing.</summary>
    public static UserPlan Apply(UserPlan plan, SiteRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return rules.DryRun ? DryRun(plan) : plan;
    }

    private static UserPlan DryRun(UserPlan plan) =>
        plan switch
        {
            UserPlan.Create create => Told([new Warning("would_create"), .. create.Warnings]),
            UserPlan.Change { Changes.IsEmpty: false } change => Told([.. Would(change.Changes), .. change.Warnings]),
            UserPlan.HandOver { User: not null } => Told([new Warning("would_link_anew")]),
            _ => plan,
        };

    private static UserPlan.Skip Told(ImmutableArray<Warning> warnings) => new(SkipReason.DryRun, warnings);

    private static IEnumerable<Warning> Would(UserChanges changes)
    {
        if (changes.Email is not null)
            yield return new Warning("would_change", UserTarget.Email);
        if (changes.Join)
            yield return new Warning("would_join");
        if (changes.Roles is not null)
            yield return new Warning("would_change", "roles");
        foreach (var target in changes.Values.Keys.Order(StringComparer.Ordinal))
            yield return new Warning("would_change", target);
        if (changes.Tags is not null)
            yield return new Warning("would_change", "tags");
        if (changes.Password is not null)
            yield return new Warning("would_change", "password");
    }
}
