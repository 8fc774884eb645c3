using System.Collections.Immutable;
using CleanSync.Domain;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.CoreRest;

/// <summary>Tells which values of a write an error refuses, and what to say of them.</summary>
internal static class PartRefusal
{
    /// <summary>The parts that the error is about; none when it does not tell.</summary>
    public static ImmutableArray<UserPart> Find(ImmutableArray<UserPart> parts, RestError error) =>
        error.Code switch
        {
            "rest_user_invalid_role" or "rest_cannot_edit_roles" or "rest_cannot_promote" => Named(parts, "roles"),
            "rest_user_invalid_email" or "existing_user_email" or "invalid_email" => Named(parts, "email"),
            "user_url_too_long" => Named(parts, "url"),
            _ => [.. parts.Where(part => error.Params.Any(part.IsNamedBy))],
        };

    /// <summary>Whether the code comes from <c>WP_REST_Meta_Fields</c>, which writes after everything else.</summary>
    public static bool IsAboutMeta(string code) =>
        code
            is "rest_cannot_update"
                or "rest_cannot_delete"
                or "rest_meta_database_error"
                or "rest_invalid_stored_value";

    /// <summary>What to say of a part that was left out.</summary>
    public static Warning Warn(UserPart part, RestError error) =>
        part.Field switch
        {
            "roles" when !part.IsMeta => new Warning("role_refused", part.Subject),
            // On update a taken email is called invalid by rest_user_invalid_email, a malformed one by rest_invalid_param.
            "email" when !part.IsMeta => new Warning(
                error.Code is "rest_invalid_param" ? "email_refused" : "email_taken",
                part.Subject
            ),
            _ => new Warning("value_refused", part.Subject),
        };

    private static ImmutableArray<UserPart> Named(ImmutableArray<UserPart> parts, string field) =>
        [.. parts.Where(part => !part.IsMeta && string.Equals(part.Field, field, StringComparison.Ordinal))];
}
