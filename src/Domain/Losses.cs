namespace CleanSync.Domain;

/// <summary>What a plan would take from a user. The guard counts users by it (SPEC 2.7).</summary>
[Flags]
public enum Losses
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>All of his tags.</summary>
    TagsEmptied = 1,

    /// <summary>His contact.</summary>
    ContactGone = 2,

    /// <summary>The email that he signs in with.</summary>
    EmailChanged = 4,
}

/// <summary>Losses, one by one.</summary>
public static class LossesExtensions
{
    /// <summary>The kinds that these are.</summary>
    public static IEnumerable<Losses> Kinds(this Losses losses) =>
        Enum.GetValues<Losses>().Where(kind => kind != Losses.None && losses.HasFlag(kind));
}
