using CleanSync.Application.Ports;

namespace CleanSync.Infrastructure.Sites;

/// <summary>
/// The last thing before a request leaves: lets it through only while this process may work the site. A request may have waited long for
/// its turn, and a process that was frozen does not know that another has gone on (SPEC 5.4). Reads pass.
/// </summary>
internal sealed class WriteFence(IWorkerRole role, string site) : DelegatingHandler
{
    /// <summary>Whether this process may write for the site at this moment.</summary>
    /// <exception cref="TransientException">It may not.</exception>
    public static void Check(IWorkerRole role, string site)
    {
        if (!role.Holds(site))
            throw new TransientException("another process works this account now", spendsAttempt: false);
    }

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        if (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head)
            Check(role, site);
        return base.SendAsync(request, cancellationToken);
    }
}
