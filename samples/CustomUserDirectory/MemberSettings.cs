using CleanSync.Domain;

namespace CustomUserDirectory;

/// <summary>What the directory is made of.</summary>
/// <param name="File">The file that keeps the members.</param>
/// <param name="Roles">The roles of the club, each with its capabilities. Whoever is to get another gets the first.</param>
public sealed record MemberSettings(string File, IReadOnlyList<Role> Roles)
{
    /// <summary>How often a password is hashed.</summary>
    public int HashRounds { get; init; } = 600_000;
}
