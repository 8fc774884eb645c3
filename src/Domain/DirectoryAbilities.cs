using System.Collections.Immutable;

namespace CleanSync.Domain;

/// <summary>The form in which a site stores a meta key.</summary>
public enum MetaShape
{
    /// <summary>One value: a text, number or boolean.</summary>
    Single,

    /// <summary>An array of texts.</summary>
    List,
}

/// <summary>What a user directory can store, found out from the site itself. Never a rule: only a fact.</summary>
/// <param name="WritableMeta">The meta keys that can be written, with their form; null when every key can be, in any form.</param>
/// <param name="StoresTags">Whether the site has a place for tags.</param>
/// <param name="Locales">The locales that a user may have; null when unknown. The empty text (site default) is always allowed.</param>
public sealed record DirectoryAbilities(
    IReadOnlyDictionary<string, MetaShape>? WritableMeta,
    bool StoresTags,
    IReadOnlySet<string>? Locales = null
)
{
    /// <summary>By which way the directory is reached, for people to read; empty where there is only one.</summary>
    public string Via { get; init; } = "";

    /// <summary>Whether users can be found by the contact id that they carry.</summary>
    public bool SearchesLinks { get; init; }

    /// <summary>Whether a password can be compared with the user's own before it is set.</summary>
    public bool ComparesPasswords { get; init; }

    /// <summary>Whether <see cref="User.FirstLoginAt"/> is watched.</summary>
    public bool TellsFirstLogin { get; init; }

    /// <summary>The forms of meta keys that are known, where every key can be written.</summary>
    public IReadOnlyDictionary<string, MetaShape> KnownMeta { get; init; } =
        ImmutableDictionary<string, MetaShape>.Empty;

    /// <summary>What the site's owner should know, for instance that users can write their own tags.</summary>
    public IReadOnlyList<Warning> Notices { get; init; } = [];

    /// <summary>A directory that stores everything.</summary>
    public static DirectoryAbilities Everything { get; } =
        new(null, true)
        {
            SearchesLinks = true,
            ComparesPasswords = true,
            TellsFirstLogin = true,
        };
}
