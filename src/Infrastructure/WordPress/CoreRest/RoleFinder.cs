using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Batching;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.CoreRest;

/// <summary>
/// Finds out whether a role exists, although no core route lists roles. Titles cannot be read; a title is tried as the slug
/// that it usually has.
/// </summary>
internal sealed class RoleFinder(RestClient client, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private const int MostKept = 500;
    private readonly ConcurrentDictionary<string, Kept<Role?>> _roles = new(StringComparer.Ordinal);
    private readonly Kept<Connection> _me = new(() => Connection.Ask(client, CancellationToken.None), Lifetime, time);

    private volatile bool _madeUser;

    /// <summary>Resolves every name, each slug asked for once in ten minutes.</summary>
    public async Task<RoleBook> Resolve(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var found = new List<KeyValuePair<string, Role?>>();
        foreach (var name in names.Distinct(StringComparer.OrdinalIgnoreCase))
            found.Add(new(name, await Resolve(name, cancellationToken)));
        return new RoleBook(found);
    }

    private async Task<Role?> Resolve(string name, CancellationToken cancellationToken)
    {
        // A contact field may name a role, and forms are filled in by strangers: what they invent is not kept for ever.
        if (_roles.Count > MostKept)
            _roles.Clear();
        foreach (var slug in Candidates(name))
        {
            var kept = _roles.GetOrAdd(slug, key => new Kept<Role?>(() => Ask(key), Lifetime, time));
            if (await kept.Get(cancellationToken) is { } role)
                return role;
        }
        return null;
    }

    private static IEnumerable<string> Candidates(string name)
    {
        var trimmed = name.Trim();
        var lower = trimmed.ToLowerInvariant();
        string[] slugs = [lower, lower.Replace(' ', '_'), lower.Replace(' ', '-'), trimmed];
        return slugs.Where(slug => slug.Length is > 0 and <= 100).Distinct(StringComparer.Ordinal);
    }

    private async Task<Role?> Ask(string slug)
    {
        if (!await Exists(slug))
            return null;
        return new Role(slug, slug, await SeenOnUsers(slug) ?? KnownRoles.Capabilities.GetValueOrDefault(slug));
    }

    /// <summary>
    /// Asks for a user to be created who cannot be: his login and his email are those of the connected user. The role is
    /// checked first (<c>check_role_update()</c>), the login next (<c>wp_insert_user()</c>).
    /// </summary>
    private async Task<bool> Exists(string slug)
    {
        if (_madeUser)
            throw MadeUser();
        var me = await _me.Get(CancellationToken.None);
        var answer = await client.Post(
            "/wp/v2/users",
            "_fields=id",
            new JsonObject
            {
                ["username"] = me.Login,
                ["email"] = me.Email,
                ["password"] = RandomNumberGenerator.GetHexString(32),
                ["roles"] = new JsonArray(slug),
            },
            CancellationToken.None
        );
        // Cannot be, unless a plugin renames new users. Asking again, for whatever role, would make another one.
        if (answer.Succeeded)
        {
            _madeUser = true;
            throw MadeUser();
        }
        return answer.Error?.Code switch
        {
            "existing_user_login" or "existing_user_email" => true,
            // 400: there is no such role. 403: it may not be given, which comes to the same.
            "rest_user_invalid_role" => false,
            // On a network the login is checked by wpmu_validate_user_signup().
            "rest_invalid_param" when answer.Error.MoreCodes.Overlaps(["user_name", "user_email"]) => true,
            _ => throw RestFaults.Unexpected(answer),
        };
    }

    private static PermanentException MadeUser() => new("wordpress: the question for a role made a user");

    /// <summary>
    /// The capabilities of somebody who has this role, no other, and nothing of his own: those are the role's. This goes before
    /// what is known of core's roles, since plugins change those too. Null when nobody is like that.
    /// </summary>
    private async Task<IReadOnlySet<string>?> SeenOnUsers(string slug)
    {
        var answer = await client.Get(
            "/wp/v2/users",
            $"context=edit&per_page=10&orderby=id&roles={Uri.EscapeDataString(slug)}&_fields=roles,capabilities,extra_capabilities",
            CancellationToken.None
        );
        if (answer.Json is not { ValueKind: JsonValueKind.Array } users)
            throw RestFaults.Misshapen(answer, "the list of users");
        foreach (var user in users.EnumerateArray().Where(user => user.ValueKind == JsonValueKind.Object))
        {
            var roles = UserJson.Strings(user, "roles").ToImmutableArray();
            if (
                roles is [var only]
                && string.Equals(only, slug, StringComparison.Ordinal)
                && user.TryGetProperty("extra_capabilities", out var own)
                && own.ValueKind == JsonValueKind.Object
                && own.EnumerateObject().All(item => string.Equals(item.Name, slug, StringComparison.Ordinal))
            )
                return UserJson.Capabilities(user, roles);
        }
        return null;
    }
}
