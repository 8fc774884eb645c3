using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>The contract over core REST, against a real WordPress.</summary>
public abstract partial class CoreRestOnWordPress(int index) : UsersContract
{
    private WordPressUnderTest WordPress => WordPressUnderTest.At(index);

    protected override IUsers Users => WordPress.Users;

    protected override Task<bool> LogIn(string login, string password) => WordPress.LogIn(login, password);

    protected override async Task Delete(long id) =>
        await WordPress.Call(HttpMethod.Delete, $"/wp/v2/users/{id}?force=true&reassign=false");

    protected override Task ChangeOwnPassword(User user, string password) =>
        WordPress.ChangePassword(user.Id, password);
}

public sealed class CoreRestOnFirstWordPress() : CoreRestOnWordPress(0);

public sealed class CoreRestOnSecondWordPress() : CoreRestOnWordPress(1);
