using System.Text.Json;
using Microsoft.AspNetCore.Identity;

namespace CleanSync.Identity;

/// <summary>
/// What CleanSync remembers of a user whom it created or gave a password. It stands among the user's tokens, since claims go into the
/// sign-in cookie.
/// </summary>
/// <param name="CreationToken">The token of the creation.</param>
/// <param name="CreatedAt">When that was.</param>
/// <param name="PasswordHash">The hash, as Identity made it, of the password that CleanSync gave him last.</param>
internal sealed record CleanSyncAccount(string? CreationToken, DateTimeOffset? CreatedAt, string? PasswordHash)
{
    private const string Provider = "CleanSync";
    private const string Name = "account";

    /// <summary>Reads what is remembered; nothing of a user whom CleanSync never gave anything.</summary>
    public static async Task<CleanSyncAccount> Read<TUser>(
        IUserAuthenticationTokenStore<TUser> tokens,
        TUser user,
        CancellationToken cancellationToken
    )
        where TUser : class
    {
        var text = await tokens.GetTokenAsync(user, Provider, Name, cancellationToken);
        try
        {
            return text is null ? Nothing : JsonSerializer.Deserialize<CleanSyncAccount>(text) ?? Nothing;
        }
        catch (JsonException)
        {
            // Somebody else wrote it: what is not known was not ours.
            return Nothing;
        }
    }

    /// <summary>Remembers this; it is saved with the user.</summary>
    public Task Write<TUser>(
        IUserAuthenticationTokenStore<TUser> tokens,
        TUser user,
        CancellationToken cancellationToken
    )
        where TUser : class =>
        tokens.SetTokenAsync(user, Provider, Name, JsonSerializer.Serialize(this), cancellationToken);

    private static CleanSyncAccount Nothing => new(null, null, null);
}
