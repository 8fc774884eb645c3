using CleanSync.Domain;

namespace CustomRule;

/// <summary>Contacts of a domain are none of our business: nobody is created or changed, and the outcome is <c>skipped(rule)</c>.</summary>
public sealed class LeavesDomainAlone(string domain) : IUserRule
{
    public RuleAdvice Advise(RuleQuestion question) =>
        new() { Skip = question.Contact.Email.Trim().EndsWith("@" + domain, StringComparison.OrdinalIgnoreCase) };
}
