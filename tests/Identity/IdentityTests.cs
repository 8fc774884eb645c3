using System.Collections.Immutable;
using System.Security.Cryptography;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using Microsoft.AspNetCore.Identity;

namespace CleanSync.Identity.Tests;

/// <summary>The application's user, with names of his own.</summary>
public sealed class AppUser : IdentityUser
{
    public string FirstName { get; set; } = "";
}

/// <summary>What the tests of this directory start from: an application with Identity's own defaults, set up by each test before its first step.</summary>
public abstract class IdentityTests : IAsyncDisposable
{
    private bool _started;

    protected IdentityBed<AppUser, IdentityRole, string> Bed { get; } = new();

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected IUsers Users => Bed.Users;

    protected async Task Start()
    {
        _started = true;
        await Bed.InitializeAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_started)
            await Bed.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected static GeneratedPassword Password() =>
        GeneratedPassword.From(RandomNumberGenerator.GetBytes(GeneratedPassword.RandomBytes));

    protected static UserDraft Draft(string login = "ann") =>
        new(
            login,
            $"{login}@example.test",
            Password(),
            Generated: true,
            "subscriber",
            Contact: 42,
            $"token of {login}",
            ImmutableDictionary<string, FieldContent>.Empty
        );

    protected async Task<User> Created(UserDraft? draft = null) =>
        Assert.IsType<Creation.Created>(await Users.Create(draft ?? Draft(), Stop)).User;

    protected async Task<User> Found(string email) => Assert.Single((await Users.FindByEmail(email, Stop)).Users);

    protected static UserChanges Set(string target, FieldContent content) =>
        UserChanges.None with
        {
            Values = UserChanges.None.Values.Add(target, content),
        };

    protected static UserChanges Tagged(params string[] tags) =>
        UserChanges.None with
        {
            Tags = new TagChange([.. tags], [], []),
        };
}
