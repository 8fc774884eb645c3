using System.Net;
using System.Text.Json;
using CleanSync.Application.Ports;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.CoreRest;

/// <summary>The user that the site takes us for.</summary>
/// <param name="Login">His login as stored.</param>
/// <param name="Email">His email.</param>
internal sealed record Connection(string Login, string Email)
{
    private static readonly string[] Needed = ["create_users", "edit_users", "list_users", "promote_users"];

    /// <summary>Asks who we are, and that we may do what the job needs.</summary>
    /// <exception cref="SiteHeldException">We are nobody, or lack a capability.</exception>
    public static async Task<Connection> Ask(RestClient client, CancellationToken cancellationToken)
    {
        var answer = await client.Get(
            "/wp/v2/users/me",
            "context=edit&_fields=id,username,email,roles,capabilities",
            cancellationToken
        );
        if (
            answer.Json is not { ValueKind: JsonValueKind.Object } me
            || !me.TryGetProperty("username", out var login)
            || !me.TryGetProperty("email", out var email)
        )
            throw RestFaults.Misshapen(answer, "the connected user");
        var capabilities = UserJson.Capabilities(me, []);
        var missing = Needed.Where(capability => !capabilities.Contains(capability)).ToList();
        return missing.Count == 0
            ? new Connection(login.ToString(), WebUtility.HtmlDecode(email.ToString()))
            : throw new SiteHeldException(
                $"wordpress: the connected user lacks {string.Join(", ", missing)}; make him an administrator, or add what is missing to his role"
            );
    }
}
