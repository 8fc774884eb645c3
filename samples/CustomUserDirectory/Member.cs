using System.Collections.Immutable;
using CleanSync.Domain;

namespace CustomUserDirectory;

/// <summary>A member of the club, as the file keeps him.</summary>
public sealed record Member(long Id, string Login, string Email, ImmutableArray<string> Roles, DateTimeOffset Since)
{
    /// <summary>Names and further fields that hold one text.</summary>
    public ImmutableDictionary<string, string> Texts { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Further fields that hold several.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> Lists { get; init; } =
        ImmutableDictionary<string, ImmutableArray<string>>.Empty;

    public ImmutableHashSet<string> Tags { get; init; } = [];

    /// <summary>Whose creation he was: how CleanSync knows its own again after a crash.</summary>
    public string? Token { get; init; }

    /// <summary>The hash of his password.</summary>
    public required string Password { get; init; }

    /// <summary>The hash of the password that CleanSync gave him last; the same text as <see cref="Password"/> while he keeps it.</summary>
    public string? Given { get; init; }

    public DateTimeOffset? FirstLogin { get; init; }

    /// <summary>With these values besides his own.</summary>
    public Member With(IEnumerable<KeyValuePair<string, FieldContent>> values)
    {
        var (texts, lists) = (Texts, Lists);
        foreach (var (target, content) in values)
            (texts, lists) = content switch
            {
                FieldContent.Items list => (texts.Remove(target), lists.SetItem(target, list.Values)),
                FieldContent.Text text => (texts.SetItem(target, text.Value), lists.Remove(target)),
                _ => (texts, lists),
            };
        return this with { Texts = texts, Lists = lists };
    }

    /// <summary>As CleanSync sees him.</summary>
    public User ToUser(IReadOnlyList<Role> roles) =>
        new(
            Id,
            Login,
            Email,
            Roles,
            // What his roles allow: whoever holds one of WordPress's powers, manage_options for instance, is privileged.
            roles.Where(role => Roles.Contains(role.Slug)).SelectMany(role => role.Capabilities!).ToImmutableHashSet(),
            Texts
                .Select(text => KeyValuePair.Create(text.Key, FieldContent.Of(text.Value)))
                .Concat(Lists.Select(list => KeyValuePair.Create(list.Key, FieldContent.Of(list.Value))))
                .ToImmutableDictionary(),
            Tags,
            Since,
            Token
        )
        {
            HasOurPassword = Given is not null && Given == Password,
            FirstLoginAt = FirstLogin,
        };
}
