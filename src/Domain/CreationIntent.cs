namespace CleanSync.Domain;

/// <summary>What was about to be created. Stored before the create call; holds no password.</summary>
/// <param name="Token">The random token that went into the create call.</param>
/// <param name="Login">The planned username.</param>
/// <param name="Email">The planned email.</param>
/// <param name="SiteDate">The site's own clock before the call.</param>
/// <param name="SentAt">This host's clock when the call was about to be made.</param>
/// <param name="Answered">Whether the site answered, so that no create can still be under way.</param>
/// <param name="Generated">Whether the password was generated, so that it is to be returned.</param>
public sealed record CreationIntent(
    string Token,
    string Login,
    string Email,
    DateTimeOffset SiteDate,
    DateTimeOffset SentAt,
    bool Answered,
    bool Generated
)
{
    /// <summary>How long a create that was not answered may still be under way: PHP goes on after the client has gone.</summary>
    public static readonly TimeSpan MayStillHappen = TimeSpan.FromSeconds(90);

    /// <summary>
    /// Whether this user came from this intent: his token says so or, on a site that keeps no tokens, his login and email match and he
    /// was registered not before the intent (SPEC 3.2). Anybody else is an existing user whose password is not touched.
    /// </summary>
    public bool IsOrigin(User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (user.CreationToken is { } token)
            return token.Length > 0 && string.Equals(token, Token, StringComparison.Ordinal);
        return string.Equals(user.Login, Login, StringComparison.OrdinalIgnoreCase)
            && ContactEmail.Same(user.Email, Email)
            && user.RegisteredAt is { } registered
            // Both clocks are the site's, and both count whole seconds.
            && registered.ToUnixTimeSeconds() >= SiteDate.ToUnixTimeSeconds();
    }
}
