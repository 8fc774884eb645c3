using System.Collections.Immutable;
using System.Text.Json.Nodes;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Batching;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.CoreRest;

/// <summary>
/// Creates users: one request each, never in a batch, never repeated unless the site answered that it created nobody. What an
/// answer means stands in its code, not in its status.
/// </summary>
internal sealed class UserCreator(RestClient client, Kept<SiteSchema> schema, UserReader reader)
{
    private const string RolesField = "roles";

    /// <inheritdoc cref="IUsers.Create"/>
    public async Task<Creation> Create(UserDraft draft, CancellationToken cancellationToken)
    {
        if (StoredLength.Of(draft.Login) > StoredLength.Login)
            return new Creation.LoginRefused();
        if (StoredLength.Of(draft.Email) > StoredLength.Email)
            return new Creation.EmailRefused();
        var warnings = new List<Warning>();
        var parts = UserParts.Of(draft.Values, warnings);
        parts = parts.Add(RolePart(draft.Role));
        var token = (await schema.Get(cancellationToken)).Meta.ContainsKey(UserTarget.CreationToken)
            ? new UserPart(UserTarget.CreationToken, UserTarget.CreationToken, true, draft.CreationToken)
            : null;
        while (true)
        {
            var body = UserParts.Body(token is null ? parts : parts.Add(token));
            body["username"] = draft.Login;
            body["email"] = draft.Email;
            body["password"] = draft.Password.Text;
            var answer = await client.Post("/wp/v2/users", UserJson.Fields, body, cancellationToken);
            if (answer.Succeeded)
                return await Created(draft, answer, warnings, cancellationToken);
            if (End(answer.Error!) is { } end)
                return end;
            if (WithoutRefused(parts, answer.Error!, warnings) is { } fewer)
                parts = fewer;
            else
                return await Look(draft, answer, token, warnings, cancellationToken);
        }
    }

    private static UserPart RolePart(string? role) =>
        new(role ?? "", RolesField, false, role is null ? new JsonArray() : new JsonArray(role));

    private static Creation? End(RestError error) =>
        error.Code switch
        {
            "existing_user_login" => new Creation.Duplicate(Email: false),
            "existing_user_email" => new Creation.Duplicate(Email: true),
            // wp_insert_user() names these itself; the controller puts its own into rest_invalid_param.
            "rest_user_invalid_username" or "invalid_username" or "user_login_too_long" or "empty_user_login" =>
                new Creation.LoginRefused(),
            "rest_user_invalid_email" or "rest_invalid_email" or "invalid_email" => new Creation.EmailRefused(),
            "rest_user_invalid_password" => new Creation.PasswordRefused(),
            _ when error.Params.Contains("username") => new Creation.LoginRefused(),
            _ when error.Params.Contains("email") => new Creation.EmailRefused(),
            _ when error.Params.Contains("password") => new Creation.PasswordRefused(),
            _ => null,
        };

    /// <summary>
    /// Leaves out what the answer refuses, or null when it refuses nothing that can be left out. A refused role gives way to
    /// subscriber, and that to none.
    /// </summary>
    private static ImmutableArray<UserPart>? WithoutRefused(
        ImmutableArray<UserPart> parts,
        RestError error,
        List<Warning> warnings
    )
    {
        var refused = PartRefusal.Find(parts, error);
        if (refused.IsEmpty)
            return null;
        foreach (var part in refused)
        {
            warnings.Add(PartRefusal.Warn(part, error));
            parts = parts.Remove(part);
            if (part.Field is RolesField && part.Subject.Length > 0)
                parts = parts.Add(RolePart(part.Subject is "subscriber" ? null : "subscriber"));
        }
        return parts;
    }

    private async Task<Creation> Created(
        UserDraft draft,
        RestAnswer answer,
        List<Warning> warnings,
        CancellationToken cancellationToken
    )
    {
        if (await reader.ReadOne(answer, cancellationToken) is { } user)
            return new Creation.Created(user, [.. warnings]);
        // 201 with "id": null. $wpdb->insert() refused a value that is too long for its column, and core did not notice.
        return await Find(draft, cancellationToken) is null
            ? throw new PermanentException("wordpress: HTTP 201 without a user; the database refused one of the values")
            : throw RestFaults.Misshapen(answer, "the created user");
    }

    /// <summary>
    /// A refusal that no rule above knows may have come after the user was made: meta and the fields of plugins are written
    /// last (<c>create_item()</c>).
    /// </summary>
    private async Task<Creation> Look(
        UserDraft draft,
        RestAnswer answer,
        UserPart? token,
        List<Warning> warnings,
        CancellationToken cancellationToken
    )
    {
        var error = answer.Error!;
        if (error.MoreCodes.Overlaps(["user_name", "user_email"]))
            return await OnNetwork(draft, error, cancellationToken);
        var fault = RestFaults.Unexpected(answer);
        if (fault is SiteHeldException)
            throw fault;
        var aboutToken =
            token is not null && (error.Params.Any(token.IsNamedBy) || PartRefusal.IsAboutMeta(error.Code));
        var found = await Find(draft, cancellationToken);
        if (found is null)
        {
            throw fault is TransientException ? new TransientException(fault.Message, answer.RetryAfter) : fault;
        }
        if (aboutToken)
            return new Creation.Created(found, [.. warnings, PartRefusal.Warn(token!, error)]);
        throw new TransientException(fault.Message, unanswered: true);
    }

    // wpmu_validate_user_signup() says user_name or user_email for "taken" and for "not allowed" alike.
    private async Task<Creation> OnNetwork(UserDraft draft, RestError error, CancellationToken cancellationToken)
    {
        if (!(await reader.FindByEmail(draft.Email, cancellationToken)).Users.IsEmpty)
            return new Creation.Duplicate(Email: true);
        return error.MoreCodes.Contains("user_name") ? new Creation.LoginRefused() : new Creation.EmailRefused();
    }

    private async Task<User?> Find(UserDraft draft, CancellationToken cancellationToken) =>
        (await reader.FindByEmail(draft.Email, cancellationToken)).Users.FirstOrDefault(user =>
            string.Equals(user.Login, draft.Login, StringComparison.OrdinalIgnoreCase)
        );
}
