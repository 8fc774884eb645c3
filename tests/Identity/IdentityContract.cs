using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Tests.WordPress;
using Microsoft.AspNetCore.Identity;

namespace CleanSync.Identity.Tests;

/// <summary>An application that takes every login and password that CleanSync knows of.</summary>
public sealed class LenientBed<TUser, TRole, TKey> : IdentityBed<TUser, TRole, TKey>
    where TUser : IdentityUser<TKey>, new()
    where TRole : IdentityRole<TKey>, new()
    where TKey : IEquatable<TKey>
{
    public LenientBed() =>
        Identity = options =>
        {
            options.User.AllowedUserNameCharacters += " ";
            options.Password = new PasswordOptions
            {
                RequireDigit = false,
                RequireLowercase = false,
                RequireUppercase = false,
                RequireNonAlphanumeric = false,
            };
        };
}

/// <summary>The contract of user directories, kept by ASP.NET Core Identity.</summary>
public abstract class IdentityContract<TUser, TRole, TKey>(LenientBed<TUser, TRole, TKey> bed) : UsersContract
    where TUser : IdentityUser<TKey>, new()
    where TRole : IdentityRole<TKey>, new()
    where TKey : IEquatable<TKey>
{
    protected override IUsers Users => bed.Users;

    protected override bool MakesDisplayNames => false;

    protected override Task<bool> LogIn(string login, string password) => bed.LogIn(login, password);

    protected override async Task Delete(long id)
    {
        var user = await Users.FindById(id, Stop);
        await bed.With(user!.Login, (users, stored) => users.DeleteAsync(stored));
    }

    protected override Task ChangeOwnPassword(User user, string password) =>
        bed.ChangeOwnPassword(user.Login, password);
}

public sealed class StringKeyTests(LenientBed<IdentityUser, IdentityRole, string> bed)
    : IdentityContract<IdentityUser, IdentityRole, string>(bed),
        IClassFixture<LenientBed<IdentityUser, IdentityRole, string>>;

public sealed class GuidKeyTests(LenientBed<IdentityUser<Guid>, IdentityRole<Guid>, Guid> bed)
    : IdentityContract<IdentityUser<Guid>, IdentityRole<Guid>, Guid>(bed),
        IClassFixture<LenientBed<IdentityUser<Guid>, IdentityRole<Guid>, Guid>>;

public sealed class IntKeyTests(LenientBed<IdentityUser<int>, IdentityRole<int>, int> bed)
    : IdentityContract<IdentityUser<int>, IdentityRole<int>, int>(bed),
        IClassFixture<LenientBed<IdentityUser<int>, IdentityRole<int>, int>>;

public sealed class LongKeyTests(LenientBed<IdentityUser<long>, IdentityRole<long>, long> bed)
    : IdentityContract<IdentityUser<long>, IdentityRole<long>, long>(bed),
        IClassFixture<LenientBed<IdentityUser<long>, IdentityRole<long>, long>>;
