using System.Data;
using Microsoft.EntityFrameworkCore;

namespace CleanSync.Identity;

/// <summary>Runs pieces of work, each in a session of its own.</summary>
internal sealed class IdentityWork<TUser, TRole>(IdentitySetup<TUser> setup)
    where TUser : class
    where TRole : class
{
    // Two who change one user at once: one of them begins anew. More than that is left to the schedule of retries.
    private const int Attempts = 3;

    /// <summary>Reads.</summary>
    public async Task<T> Read<T>(Func<IdentitySession<TUser, TRole>, Task<T>> read)
    {
        await using var session = await IdentitySession<TUser, TRole>.Open(setup);
        return await read(session);
    }

    /// <summary>
    /// Writes in one transaction, which the work itself commits. It is begun anew, with nothing left of the first time, when the
    /// application's execution strategy asks for it or somebody else came in between; never once a commit was not answered.
    /// </summary>
    public async Task<T> Write<T>(
        IsolationLevel isolation,
        Func<IdentitySession<TUser, TRole>, Task<T>> write,
        CancellationToken cancellationToken
    )
    {
        await using var outer = await IdentitySession<TUser, TRole>.Open(setup);
        var strategy = outer.Context.Database.CreateExecutionStrategy();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await strategy.ExecuteAsync(Once, cancellationToken);
            }
            catch (Exception error) when (attempt < Attempts && IdentityFault.IsConflict(error))
            {
                // Begun anew.
            }
        }

        async Task<T> Once(CancellationToken _)
        {
            await using var session = await IdentitySession<TUser, TRole>.Open(setup);
            await session.Begin(isolation, cancellationToken);
            return await write(session);
        }
    }
}
