using System.Collections.Immutable;
using System.Security.Claims;
using CleanSync.Domain;

namespace CleanSync.Identity;

/// <summary>Writes values of contacts: into properties that the application mapped, else as claims, one for each item of a list.</summary>
internal sealed class UserValues<TUser, TRole>(
    IdentitySession<TUser, TRole> session,
    ImmutableArray<Warning>.Builder warnings
)
    where TUser : class
    where TRole : class
{
    /// <summary>Sets the values that are kept in properties. What does not fit is left out.</summary>
    /// <returns>True when one differs now.</returns>
    public async Task<bool> SetProperties(
        TUser user,
        IReadOnlyDictionary<string, FieldContent> values,
        CancellationToken cancellationToken
    )
    {
        var changed = false;
        foreach (var (target, content) in values)
        {
            if (!session.Options.Properties.TryGetValue(target, out var property))
                continue;
            if ((Refusal(target, content) ?? Misfit(property, content)) is { } code)
                warnings.Add(new Warning(code, target));
            else
                changed |= await Set(user, target, property, ((FieldContent.Text)content).Value, cancellationToken);
        }
        return changed;
    }

    /// <summary>Sets the values that are kept as claims. What carries power or does not fit is left out.</summary>
    /// <returns>True when claims were added or removed.</returns>
    public async Task<bool> SetClaims(
        TUser user,
        IList<Claim> claims,
        IReadOnlyDictionary<string, FieldContent> values,
        CancellationToken cancellationToken
    )
    {
        var changed = false;
        foreach (var (target, content) in values)
        {
            if (session.Options.Properties.ContainsKey(target))
                continue;
            if (Refusal(target, content) is { } code)
            {
                warnings.Add(new Warning(code, target));
                continue;
            }
            IReadOnlyCollection<string> items = content switch
            {
                FieldContent.Items list => list.Values,
                FieldContent.Text { IsEmpty: false } text => [text.Value],
                _ => [],
            };
            changed |= await session.Replace(user, claims, target, items, cancellationToken);
        }
        return changed;
    }

    private string? Refusal(string target, FieldContent content) =>
        !session.Options.Properties.ContainsKey(target) && session.Power.IsForbidden(target) ? "claim_carries_power"
        // The tags are written as tags only.
        : string.Equals(target, session.Site.TagsKey, StringComparison.OrdinalIgnoreCase) ? "value_refused"
        : AccountRules.Refusal(target, content);

    private string? Misfit(MappedProperty<TUser> property, FieldContent content) =>
        content is not FieldContent.Text text ? "meta_not_a_list"
        : property.Name is { } name
        && session.Entity.FindProperty(name)?.GetMaxLength() is { } longest
        && text.Value.Length > longest
            ? "too_long"
        : null;

    private async Task<bool> Set(
        TUser user,
        string target,
        MappedProperty<TUser> property,
        string value,
        CancellationToken cancellationToken
    )
    {
        var had = property.Read(user) ?? "";
        if (string.Equals(had, value, StringComparison.Ordinal))
            return false;
        // A confirmed phone receives the codes that let its owner in: what a contact typed into a form must not take its place.
        var phone =
            session.Phones is { } phones && await phones.GetPhoneNumberConfirmedAsync(user, cancellationToken)
                ? await phones.GetPhoneNumberAsync(user, cancellationToken)
                : null;
        property.Write(user, value);
        if (
            phone is null
            || string.Equals(
                phone,
                await session.Phones!.GetPhoneNumberAsync(user, cancellationToken),
                StringComparison.Ordinal
            )
        )
            return true;
        property.Write(user, had);
        warnings.Add(new Warning("confirmed_phone_kept", target));
        return false;
    }
}
