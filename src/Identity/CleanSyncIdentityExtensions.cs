using System.Runtime.CompilerServices;
using CleanSync.Application.Ports;
using CleanSync.Identity;
using CleanSync.Infrastructure.Configuration;
using CleanSync.Infrastructure.Sites;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts ASP.NET Core Identity behind CleanSync.</summary>
public static class CleanSyncIdentityExtensions
{
    /// <summary>
    /// Takes users from the ASP.NET Core Identity of the application, which registers it as usual:
    /// <c>AddDbContext</c>, <c>AddIdentity</c> or <c>AddIdentityCore</c> with <c>AddRoles</c>, and <c>AddEntityFrameworkStores</c>.
    /// </summary>
    /// <remarks>
    /// Users are found by claims: by the contact's id and, unless keys are numbers, by the number that CleanSync gives them. An index on the type and the
    /// value of <c>IdentityUserClaim</c> keeps that fast: <c>HasIndex(claim => new { claim.ClaimType, claim.ClaimValue })</c> in <c>OnModelCreating</c>, on SQL
    /// Server with a <c>HasMaxLength</c> for both. Whoever is signed in gets changed claims when his cookie is validated the next time.
    /// </remarks>
    /// <typeparam name="TUser">The application's user, an <c>IdentityUser</c> with any kind of key.</typeparam>
    /// <typeparam name="TRole">The application's role.</typeparam>
    /// <typeparam name="TContext">The application's database context, of any relational provider.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="site">The site; null for all.</param>
    /// <param name="configure">Says how the application keeps its users.</param>
    /// <returns>The builder.</returns>
    public static CleanSyncBuilder UseIdentity<TUser, TRole, TContext>(
        this CleanSyncBuilder builder,
        string? site = null,
        Action<IdentityDirectoryOptions<TUser>>? configure = null
    )
        where TUser : class
        where TRole : class
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new IdentityDirectoryOptions<TUser>();
        configure?.Invoke(options);
        return builder.UseUserDirectory(
            (services, name) =>
                new IdentityUsers<TUser, TRole>(
                    new IdentitySetup<TUser>(
                        services.GetRequiredService<IServiceScopeFactory>(),
                        typeof(TContext),
                        options,
                        Site(services.GetRequiredService<IOptionsMonitor<CleanSyncOptions>>(), name),
                        () => WriteFence.Check(services.GetRequiredService<IWorkerRole>(), name),
                        services.GetRequiredService<TimeProvider>()
                    )
                ),
            site
        );
    }

    // Rules follow the configuration; they are made once for each state of it.
    private static Func<IdentitySite> Site(IOptionsMonitor<CleanSyncOptions> options, string name)
    {
        var made = new ConditionalWeakTable<SiteOptions, IdentitySite>();
        return () => made.GetValue(options.CurrentValue.Sites[name], IdentitySite.Of);
    }
}
