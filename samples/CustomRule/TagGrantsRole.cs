using CleanSync.Domain;

namespace CustomRule;

/// <summary>
/// Who has the tag has the role; who had the role and lost the tag goes back. It holds for <c>add</c> and <c>update</c>: <c>update_tags</c>
/// brings tags alone, whatever a rule says.
/// </summary>
/// <param name="tag">The tag.</param>
/// <param name="role">The role that it grants, as slug. A privileged one is never given.</param>
/// <param name="otherwise">The role to go back to.</param>
public sealed class TagGrantsRole(string tag, string role, string otherwise) : IUserRule
{
    public RuleAdvice Advise(RuleQuestion question)
    {
        if (question.Contact.Tags.Contains(tag))
            return new RuleAdvice { Role = role };
        // A new user gets the site's default anyway, and whoever has another role keeps it.
        return question.User?.Roles.Contains(role) == true ? new RuleAdvice { Role = otherwise } : RuleAdvice.None;
    }
}
