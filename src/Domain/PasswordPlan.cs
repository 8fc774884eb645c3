namespace CleanSync.Domain;

/// <summary>
/// Decides on the password that a contact field supplies (SPEC 2.13). For a user that exists, where the site lets the field change it; the first
/// row that fits holds:
/// <code>
/// user                            field value                      directory compares  password
/// privileged, not on the blog,    -                                -                   untouched
///   or his own is to be returned
/// otherwise                       empty                            -                   untouched
/// otherwise                       no time told                     -                   untouched: password_time_unknown
/// otherwise                       not newer than applied last      -                   untouched
/// otherwise                       not accepted by WordPress        -                   untouched: password_unusable
/// otherwise                       newer, or none was applied       no                  untouched: password_update_needs_connector
/// otherwise                       newer, or none was applied       yes                 set, if it is new to him
/// </code>
/// </summary>
internal static class PasswordPlan
{
    /// <summary>When the value of the password field was set; null when that is not known.</summary>
    public static DateTimeOffset? TimeOf(Contact contact, SiteRules rules)
    {
        ArgumentNullException.ThrowIfNull(contact);
        ArgumentNullException.ThrowIfNull(rules);
        return rules.PasswordField is { } field ? FieldReader.Field(contact, field)?.UpdatedAt : null;
    }

    /// <summary>The password of a new user; null when one is to be generated.</summary>
    internal static GeneratedPassword? ForNew(Contact contact, SiteRules rules, List<Warning> warnings) =>
        Value(contact, rules, warnings) is { } value ? Usable(value, rules, warnings) : null;

    /// <summary>The password that an existing user gets, if it is new to him; null when his stays untouched.</summary>
    internal static GeneratedPassword? ForExisting(
        User user,
        bool privileged,
        Sighting seen,
        SiteRules rules,
        List<Warning> warnings
    )
    {
        if (!rules.UpdateExistingPassword || privileged || !user.IsMember || seen.OwesPassword)
            return null;
        if (Value(seen.Contact, rules, warnings) is not { } value)
            return null;
        if (TimeOf(seen.Contact, rules) is not { } time)
        {
            warnings.Add(new Warning("password_time_unknown", rules.PasswordField!));
            return null;
        }
        if (time <= seen.PasswordAppliedAt || Usable(value, rules, warnings) is not { } password)
            return null;
        if (seen.Abilities.ComparesPasswords)
            return password;
        warnings.Add(new Warning("password_update_needs_connector"));
        return null;
    }

    private static string? Value(Contact contact, SiteRules rules, List<Warning> warnings)
    {
        if (rules.PasswordField is not { } field)
            return null;
        var value = FieldReader.Raw(contact, field);
        if (value is null)
            warnings.Add(new Warning("field_unknown", field));
        return string.IsNullOrEmpty(value) ? null : value;
    }

    private static GeneratedPassword? Usable(string value, SiteRules rules, List<Warning> warnings)
    {
        var password = GeneratedPassword.Supplied(value);
        if (password is null)
            warnings.Add(new Warning("password_unusable", rules.PasswordField!));
        return password;
    }
}
