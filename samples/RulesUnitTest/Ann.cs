using System.Collections.Immutable;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace RulesUnitTest;

/// <summary>Ann, as the account and the directory show her.</summary>
internal static class Ann
{
    /// <summary>The contact, number 42.</summary>
    public static Contact Contact(params string[] tags) =>
        new(
            Id: 42,
            Email: "ann@example.com",
            FirstName: "Ann",
            LastName: "Lee",
            Phone: "",
            OrganizationName: "",
            UpdatedAt: null,
            ReadAt: null,
            Fields: [],
            Tags: tags.ToImmutableHashSet(),
            ReadAlone: true
        );

    /// <summary>Her user, number 7.</summary>
    public static User User(params string[] roles) =>
        new(
            Id: 7,
            Login: "ann",
            Email: "ann@example.com",
            Roles: roles,
            Capabilities: roles.Contains("administrator")
                ? ["read", "manage_options"]
                : ImmutableHashSet.Create("read"),
            Values: ImmutableDictionary<string, FieldContent>.Empty,
            Tags: ImmutableHashSet<string>.Empty
        );

    public static UsersByEmail Found(params User[] users) => new([.. users], DateTimeOffset.UnixEpoch);
}
