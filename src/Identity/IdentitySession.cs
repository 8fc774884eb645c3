using System.Data;
using System.Globalization;
using System.Security.Claims;
using CleanSync.Application.Ports;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace CleanSync.Identity;

/// <summary>
/// One piece of work in a scope of its own: the application's managers and its database context, with a transaction if it writes. What is not
/// committed is rolled back at the end.
/// </summary>
internal sealed class IdentitySession<TUser, TRole> : IAsyncDisposable
    where TUser : class
    where TRole : class
{
    private readonly AsyncServiceScope _scope;
    private readonly Action _fence;
    private readonly IUserStore<TUser> _store;
    private readonly long? _largestKey;
    private IDbContextTransaction? _transaction;

    private IdentitySession(AsyncServiceScope scope, IdentitySetup<TUser> setup)
    {
        (_scope, _fence) = (scope, setup.Fence);
        (Site, Options) = (setup.Site(), setup.Options);
        var services = scope.ServiceProvider;
        Context = (DbContext)services.GetRequiredService(setup.Context);
        Users = services.GetRequiredService<UserManager<TUser>>();
        Roles = services.GetRequiredService<RoleManager<TRole>>();
        _store = services.GetRequiredService<IUserStore<TUser>>();
        Power = new PowerClaims(Users.Options.ClaimsIdentity, Options.PermissionClaim, Options.ProtectedClaims);
        Entity =
            Context.Model.FindEntityType(typeof(TUser))
            ?? throw new InvalidOperationException($"{setup.Context.Name} has no users of type {typeof(TUser).Name}.");
        _largestKey = Entity.FindPrimaryKey()?.Properties is [var key] ? UserNumber.LargestKey(key.ClrType) : null;
    }

    public IdentitySite Site { get; }
    public IdentityDirectoryOptions<TUser> Options { get; }
    public PowerClaims Power { get; }
    public UserManager<TUser> Users { get; }
    public RoleManager<TRole> Roles { get; }
    public DbContext Context { get; }
    public IEntityType Entity { get; }

    // What Identity's stores can do, by the store that the application registered; that of Entity Framework can do all of it.
    public IUserStore<TUser> Store => _store;
    public IUserEmailStore<TUser> Emails => As<IUserEmailStore<TUser>>();
    public IUserClaimStore<TUser> Claims => As<IUserClaimStore<TUser>>();
    public IUserRoleStore<TUser> Memberships => As<IUserRoleStore<TUser>>();
    public IUserPasswordStore<TUser> Passwords => As<IUserPasswordStore<TUser>>();
    public IUserSecurityStampStore<TUser> Stamps => As<IUserSecurityStampStore<TUser>>();
    public IUserAuthenticationTokenStore<TUser> Tokens => As<IUserAuthenticationTokenStore<TUser>>();
    public IUserPhoneNumberStore<TUser>? Phones => _store as IUserPhoneNumberStore<TUser>;

    /// <summary>Opens a session.</summary>
    /// <exception cref="SiteHeldException">The site is set up so that nothing can be written safely.</exception>
    public static async Task<IdentitySession<TUser, TRole>> Open(IdentitySetup<TUser> setup)
    {
        var scope = setup.Scopes.CreateAsyncScope();
        try
        {
            var session = new IdentitySession<TUser, TRole>(scope, setup);
            if (session.Refusal() is { } refusal)
                throw new SiteHeldException($"identity: {refusal}");
            return session;
        }
        catch
        {
            await scope.DisposeAsync();
            throw;
        }
    }

    /// <summary>Begins the transaction.</summary>
    public async Task Begin(IsolationLevel isolation, CancellationToken cancellationToken) =>
        _transaction = await Context.Database.BeginTransactionAsync(isolation, cancellationToken);

    /// <summary>Commits. Once begun it is not cancelled: nobody would know how it ended.</summary>
    /// <exception cref="TransientException">Another process works the site now; or it is not known whether it was committed.</exception>
    public async Task Commit()
    {
        _fence();
        try
        {
            await _transaction!.CommitAsync(CancellationToken.None);
        }
        catch (Exception error) when (!IdentityFault.IsRefusedCommit(error))
        {
            throw new TransientException("identity: a commit was not answered", unanswered: true, inner: error);
        }
    }

    /// <summary>The user of that number; null when there is none.</summary>
    /// <exception cref="PermanentException">Two users have that number.</exception>
    public async Task<TUser?> Find(long number, CancellationToken cancellationToken)
    {
        if (_largestKey is { } largest)
            return number > 0 && number <= largest
                ? await Users.FindByIdAsync(number.ToString(CultureInfo.InvariantCulture))
                : null;
        var carriers = new Dictionary<string, TUser>(StringComparer.Ordinal);
        foreach (var user in await FindByClaim(UserNumber.ClaimType, number, cancellationToken))
        {
            // Who carries the number of somebody else, copied with his other claims, is not meant.
            if (await NumberOf(user) == number)
                carriers[await Users.GetUserIdAsync(user)] = user;
        }
        return carriers.Count <= 1
            ? carriers.Values.SingleOrDefault()
            : throw new PermanentException("identity: two users have the same number");
    }

    /// <summary>Every user with a claim of that type whose value is that number; one may come twice.</summary>
    public Task<IList<TUser>> FindByClaim(string type, long number, CancellationToken cancellationToken) =>
        Claims.GetUsersForClaimAsync(new Claim(type, number.ToString(CultureInfo.InvariantCulture)), cancellationToken);

    /// <summary>Every user with that email, without regard to case. Identity does not keep emails unique unless it is told to.</summary>
    public async Task<IReadOnlyList<TUser>> FindByEmail(string email, CancellationToken cancellationToken)
    {
        var normalized = Users.NormalizeEmail(email);
        return await Users
            .Users.Where(user => EF.Property<string?>(user, "NormalizedEmail") == normalized)
            .ToListAsync(cancellationToken);
    }

    /// <summary>The number of a user.</summary>
    public async Task<long> NumberOf(TUser user)
    {
        var key = await Users.GetUserIdAsync(user);
        return _largestKey is null ? UserNumber.Hash(key) : UserNumber.Parse(key);
    }

    /// <summary>Sees to it that the user can be found by his number.</summary>
    /// <returns>True when claims were added or removed and are to be saved.</returns>
    public async Task<bool> Number(TUser user, IEnumerable<Claim> claims, CancellationToken cancellationToken) =>
        _largestKey is null
        && await Replace(
            user,
            claims,
            UserNumber.ClaimType,
            [(await NumberOf(user)).ToString(CultureInfo.InvariantCulture)],
            cancellationToken
        );

    /// <summary>Makes these values, and no others, the user's claims of a type.</summary>
    /// <returns>True when claims were added or removed and are to be saved.</returns>
    public async Task<bool> Replace(
        TUser user,
        IEnumerable<Claim> claims,
        string type,
        IReadOnlyCollection<string> values,
        CancellationToken cancellationToken
    )
    {
        var had = claims.Where(claim => string.Equals(claim.Type, type, StringComparison.Ordinal)).ToList();
        var gone = had.Where(claim => !values.Contains(claim.Value, StringComparer.Ordinal)).ToList();
        var missing = values.Except(had.Select(claim => claim.Value), StringComparer.Ordinal).ToList();
        // A database that compares without regard to case, accents or blanks at the end removes more than it is told to.
        if (gone.Exists(claim => values.Any(value => MayBeTheSame(value, claim.Value))))
            (gone, missing) = (had, [.. values]);
        if (gone.Count > 0)
            await Claims.RemoveClaimsAsync(user, gone, cancellationToken);
        if (missing.Count > 0)
            await Claims.AddClaimsAsync(user, missing.Select(value => new Claim(type, value)), cancellationToken);
        return gone.Count > 0 || missing.Count > 0;
    }

    /// <summary>Saves the user himself with everything that was changed, if nobody else has changed him meanwhile.</summary>
    /// <exception cref="ConflictException">Somebody has.</exception>
    public async Task Save(TUser user, CancellationToken cancellationToken)
    {
        var result = await _store.UpdateAsync(user, cancellationToken);
        if (result.Succeeded)
            return;
        if (result.Errors.Any(error => error.Code is nameof(IdentityErrorDescriber.ConcurrencyFailure)))
            throw new ConflictException();
        throw new PermanentException($"identity: the store refuses the user ({Codes(result)})");
    }

    /// <summary>The codes of a refusal, which hold no values.</summary>
    public static string Codes(IdentityResult result) => string.Join(',', result.Errors.Select(error => error.Code));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null)
            await _transaction.DisposeAsync();
        await _scope.DisposeAsync();
    }

    private static bool MayBeTheSame(string one, string other) =>
        CultureInfo.InvariantCulture.CompareInfo.Compare(
            one.TrimEnd(),
            other.TrimEnd(),
            CompareOptions.IgnoreCase
                | CompareOptions.IgnoreNonSpace
                | CompareOptions.IgnoreWidth
                | CompareOptions.IgnoreKanaType
        ) == 0;

    private string? Refusal() =>
        Users.Options.Stores.ProtectPersonalData
            ? "Stores:ProtectPersonalData is on, so that emails cannot be looked up"
        : Power.IsForbidden(Site.TagsKey) ? "Tags:MetaKey names a claim that carries power; choose another"
        : Site.LinkKey is { } link && Power.IsForbidden(link)
            ? "Link:MetaKey names a claim that carries power; choose another"
        : null;

    private T As<T>()
        where T : class =>
        _store as T ?? throw new InvalidOperationException($"The application's user store is no {typeof(T).Name}.");
}

/// <summary>What a directory is made of.</summary>
/// <param name="Scopes">Makes the scopes in which managers and context live.</param>
/// <param name="Context">The type of the application's database context.</param>
/// <param name="Options">How the application keeps its users.</param>
/// <param name="Site">The site, as configured at the moment.</param>
/// <param name="Fence">Throws when another process works the site now.</param>
/// <param name="Time">The clock.</param>
internal sealed record IdentitySetup<TUser>(
    IServiceScopeFactory Scopes,
    Type Context,
    IdentityDirectoryOptions<TUser> Options,
    Func<IdentitySite> Site,
    Action Fence,
    TimeProvider Time
)
    where TUser : class;
