using System.Collections.Immutable;

namespace CleanSync.Domain;

/// <summary>
/// A rule of the application that embeds CleanSync, asked before the plan is made. It advises, the planner decides: whatever a rule says,
/// privileged roles are not given and privileged users are protected.
/// </summary>
public interface IUserRule
{
    /// <summary>
    /// The contact fields that <see cref="RuleAdvice.Fields"/> may hold, as personalization tags, so that nobody is warned that the account does
    /// not define them. Default none.
    /// </summary>
    IReadOnlyCollection<string> Fields => [];

    /// <summary>
    /// Advises on one contact that exists. Pure: no I/O, no clock, the same answer to the same question. It may be asked any number of times,
    /// by several threads. What it throws is taken for a fault of the contact, which is tried again.
    /// </summary>
    /// <param name="question">What is known of both sides.</param>
    /// <returns>The advice; <see cref="RuleAdvice.None"/> to leave everything as it is.</returns>
    RuleAdvice Advise(RuleQuestion question);
}

/// <summary>What a rule is asked.</summary>
/// <param name="Site">The site's name.</param>
/// <param name="Contact">The contact as read from its account, with what earlier rules computed.</param>
/// <param name="User">The user that answers to the contact; null when there is none yet, or several do.</param>
/// <param name="Request">What is asked for, with the role that the URL or an earlier rule named.</param>
public sealed record RuleQuestion(string Site, Contact Contact, User? User, SyncRequest Request);

/// <summary>What a rule advises.</summary>
public sealed record RuleAdvice
{
    /// <summary>No advice.</summary>
    public static RuleAdvice None { get; } = new();

    /// <summary>
    /// A role's slug or title, given as if the URL named it: after the URL's own and that of an earlier rule, before the field's and the default. Not
    /// for <c>update_tags</c>, which brings no role. Null for none.
    /// </summary>
    public string? Role { get; init; }

    /// <summary>Whether this contact is left alone: nothing is written, and the outcome is <c>skipped(rule)</c>. Default false.</summary>
    public bool Skip { get; init; }

    /// <summary>
    /// Computed values by personalization tag, without percent signs. The mapping, the username and all other settings see them as
    /// fields of the contact, in the place of what the account says.
    /// </summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>What came of asking all rules. Pure.</summary>
/// <param name="Contact">The contact that is planned for.</param>
/// <param name="Request">The request that is planned for.</param>
/// <param name="Skip">Whether a rule leaves the contact alone.</param>
internal sealed record RuledRequest(Contact Contact, SyncRequest Request, bool Skip)
{
    /// <summary>Asks the rules in their order.</summary>
    public static RuledRequest Ask(IEnumerable<IUserRule> rules, RuleQuestion question)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(question);
        var skip = false;
        foreach (var rule in rules)
        {
            // A field that the rule leaves out this time is empty, and not unknown.
            if (rule.Fields.Count > 0)
                question = question with { Contact = Knowing(question.Contact, rule.Fields) };
            var advice = rule.Advise(question);
            skip |= advice.Skip;
            if (question.Request is { Role: null } asked)
                question = question with
                {
                    Request = new SyncRequest(
                        asked.Action,
                        advice.Role,
                        asked.SendNotification,
                        asked.Imported,
                        asked.Urgency
                    ),
                };
            if (advice.Fields.Count > 0)
                question = question with { Contact = With(question.Contact, advice.Fields) };
        }
        return new RuledRequest(question.Contact, question.Request, skip);
    }

    private static Contact Knowing(Contact contact, IEnumerable<string> names)
    {
        var missing = names
            .Select(Tag)
            .Where(tag =>
                !contact.Fields.Any(field =>
                    string.Equals(field.PersonalizationTag, tag, StringComparison.OrdinalIgnoreCase)
                )
            )
            .Select(tag => new CustomField("", tag, ""))
            .ToList();
        return missing.Count == 0 ? contact : contact with { Fields = [.. contact.Fields, .. missing] };
    }

    private static string Tag(string name) => name.Trim().Trim('%').ToUpperInvariant();

    private static Contact With(Contact contact, IReadOnlyDictionary<string, string> computed)
    {
        var fields = contact.Fields.ToList();
        foreach (var (name, value) in computed)
        {
            var tag = Tag(name);
            var known = fields.FindIndex(field =>
                string.Equals(field.PersonalizationTag, tag, StringComparison.OrdinalIgnoreCase)
            );
            if (known < 0)
                fields.Add(new CustomField("", tag, value));
            else
                fields[known] = fields[known] with { Value = value };
        }
        return contact with { Fields = fields };
    }
}
