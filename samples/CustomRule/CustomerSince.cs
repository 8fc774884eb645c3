using System.Globalization;
using CleanSync.Domain;

namespace CustomRule;

/// <summary>The year of the earliest order, from tags like <c>Order 2021</c>, as if the account had a field for it.</summary>
public sealed class CustomerSince : IUserRule
{
    private const string Field = "CUSTOMERSINCE";
    private const string Order = "Order ";

    /// <summary>Declared, so that nobody is warned at start that the account does not define it.</summary>
    public IReadOnlyCollection<string> Fields => [Field];

    // Always a value, be it empty, which overwrites nothing: a mapped field that neither the account nor a rule knows is a warning.
    public RuleAdvice Advise(RuleQuestion question) =>
        new() { Fields = new Dictionary<string, string> { [Field] = Year(question.Contact) ?? "" } };

    private static string? Year(Contact contact) =>
        contact
            .Tags.Where(tag => tag.StartsWith(Order, StringComparison.Ordinal))
            .Select(tag => tag[Order.Length..])
            .Where(year =>
                year.Length == 4 && int.TryParse(year, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            )
            .Min(StringComparer.Ordinal);
}
