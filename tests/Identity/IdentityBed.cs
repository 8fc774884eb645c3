using System.Security.Claims;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Configuration;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace CleanSync.Identity.Tests;

/// <summary>The database context of an application.</summary>
public sealed class BedContext<TUser, TRole, TKey>(DbContextOptions<BedContext<TUser, TRole, TKey>> options)
    : IdentityDbContext<TUser, TRole, TKey>(options)
    where TUser : IdentityUser<TKey>
    where TRole : IdentityRole<TKey>
    where TKey : IEquatable<TKey>;

/// <summary>An application with ASP.NET Core Identity on a SQLite file of its own, and CleanSync's directory over it.</summary>
public class IdentityBed<TUser, TRole, TKey> : IAsyncLifetime
    where TUser : IdentityUser<TKey>, new()
    where TRole : IdentityRole<TKey>, new()
    where TKey : IEquatable<TKey>
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"cleansync-identity-{Guid.NewGuid():N}.db");
    private ServiceProvider? _services;

    /// <summary>The site's settings.</summary>
    public SiteOptions Site { get; } =
        new()
        {
            Fields =
            {
                ["membership_level"] = new FieldOptions { From = "%LEVEL%" },
                ["billing_phone"] = new FieldOptions { From = "phone" },
                ["points"] = new FieldOptions { From = "%POINTS%" },
                ["interests"] = new FieldOptions { From = "%INTERESTS%", Kind = FieldKind.List },
            },
        };

    public IdentityDirectoryOptions<TUser> Options { get; } =
        new IdentityDirectoryOptions<TUser>().TrustPermissions("read", "edit_posts");

    /// <summary>What comes between the context and the database.</summary>
    public List<IInterceptor> Interceptors { get; } = [];

    /// <summary>Sets the provider up, for instance with an execution strategy.</summary>
    public Action<SqliteDbContextOptionsBuilder> Sqlite { get; set; } = _ => { };

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Action Fence { get; set; } = () => { };

    public Action<IdentityOptions> Identity { get; set; } = _ => { };

    public Action<IServiceCollection> Register { get; set; } = _ => { };

    public ServiceProvider Services => _services!;

    public IUsers Users => NewUsers();

    public SiteRules Rules => SiteOptionsRules.ToRules(Site);

    /// <summary>A directory over the same database, as another node has it.</summary>
    public IUsers NewUsers() =>
        new IdentityUsers<TUser, TRole>(
            new IdentitySetup<TUser>(
                Services.GetRequiredService<IServiceScopeFactory>(),
                typeof(BedContext<TUser, TRole, TKey>),
                Options,
                () => IdentitySite.Of(Site),
                () => Fence(),
                Time
            )
        );

    public async ValueTask InitializeAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddDbContext<BedContext<TUser, TRole, TKey>>(context =>
            context.UseSqlite($"Data Source={_file}", sqlite => Sqlite(sqlite)).AddInterceptors(Interceptors)
        );
        services
            .AddIdentityCore<TUser>(options => Identity(options))
            .AddRoles<TRole>()
            .AddEntityFrameworkStores<BedContext<TUser, TRole, TKey>>();
        services.Configure<PasswordHasherOptions>(options => options.IterationCount = 1000);
        Register(services);
        _services = services.BuildServiceProvider(validateScopes: true);
        await Do<BedContext<TUser, TRole, TKey>>(context => context.Database.EnsureCreatedAsync());
        await AddRole("subscriber", "read");
        await AddRole("contributor", "read", "edit_posts");
        await AddRole("shop_lead", "read");
        await AddRole("administrator", "read", "manage_options");
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
            await _services.DisposeAsync();
        // Its own pool only: others work on their databases at the same time.
        using (var any = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_file}"))
            Microsoft.Data.Sqlite.SqliteConnection.ClearPool(any);
        foreach (var file in new[] { _file, _file + "-wal", _file + "-shm" })
            File.Delete(file);
        GC.SuppressFinalize(this);
    }

    /// <summary>Adds a role, as the application would.</summary>
    public Task AddRole(string name, params string[] permissions) =>
        Do<RoleManager<TRole>>(async roles =>
        {
            var role = new TRole { Name = name };
            Assert.True((await roles.CreateAsync(role)).Succeeded);
            foreach (var permission in permissions)
                await roles.AddClaimAsync(role, new Claim("permission", permission));
        });

    /// <summary>Registers somebody, as the application would.</summary>
    public Task AddUser(string login, string email, string? role = null, string password = "Own password 1!") =>
        Do<UserManager<TUser>>(async users =>
        {
            var user = new TUser { UserName = login, Email = email };
            Assert.True((await users.CreateAsync(user, password)).Succeeded);
            if (role is not null)
                await users.AddToRoleAsync(user, role);
        });

    /// <summary>Does something with the user of that login.</summary>
    public Task With(string login, Func<UserManager<TUser>, TUser, Task> work) =>
        Do<UserManager<TUser>>(async users => await work(users, (await users.FindByNameAsync(login))!));

    public Task<bool> LogIn(string login, string password) =>
        Get<UserManager<TUser>, bool>(async users =>
            await users.FindByNameAsync(login) is { } user && await users.CheckPasswordAsync(user, password)
        );

    public Task ChangeOwnPassword(string login, string password) =>
        With(
            login,
            async (users, user) =>
            {
                Assert.True((await users.RemovePasswordAsync(user)).Succeeded);
                Assert.True((await users.AddPasswordAsync(user, password)).Succeeded);
            }
        );

    /// <summary>Does something with a service of a scope of its own.</summary>
    public async Task Do<T>(Func<T, Task> work)
        where T : notnull
    {
        await using var scope = Services.CreateAsyncScope();
        await work(scope.ServiceProvider.GetRequiredService<T>());
    }

    public async Task<TResult> Get<T, TResult>(Func<T, Task<TResult>> work)
        where T : notnull
    {
        await using var scope = Services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<T>());
    }
}
