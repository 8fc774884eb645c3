using MediatR;

namespace CleanSync.Application;

/// <summary>Something that CleanSync can do: a command of this namespace.</summary>
/// <typeparam name="TOutcome">What it answers.</typeparam>
/// <remarks>Each is a request of MediatR too, so <c>IMediator.Send</c> runs it as well as <see cref="ICleanSync.Run"/>.</remarks>
public interface IUseCase<out TOutcome> : IRequest<TOutcome>;

/// <summary>
/// The entry that needs no mediator: for applications that have none, or another version of MediatR than the one that CleanSync is built
/// with. Everything inside CleanSync goes this way, so behaviours that an application adds to its own pipeline do not run around it.
/// </summary>
public interface ICleanSync
{
    /// <summary>Runs a use case in a scope of its own.</summary>
    /// <param name="useCase">For instance <c>new AddUser("shop", 42)</c>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Its outcome.</returns>
    /// <exception cref="FluentValidation.ValidationException">A parameter is not valid; each error names it and the remedy.</exception>
    /// <exception cref="Ports.TransientException">One of the remote systems, or the store, cannot do it now.</exception>
    /// <exception cref="Ports.PermanentException">One of the remote systems refuses it for good, or there is no such site.</exception>
    Task<TOutcome> Run<TOutcome>(IUseCase<TOutcome> useCase, CancellationToken cancellationToken = default);

    /// <summary>
    /// Works what waits for a site and is due, to the end, and returns: for applications that have turned the worker off and run the inbox
    /// themselves. Waits while another process works the site's account. Contacts that are tried again later stay.
    /// </summary>
    /// <param name="site">The site's name.</param>
    /// <param name="cancellationToken">Ends it after what is claimed is done.</param>
    /// <returns>How many contacts were worked, failed attempts included; 0 also while the site is paused.</returns>
    /// <exception cref="Ports.TransientException">The store cannot be reached.</exception>
    /// <exception cref="Ports.SiteHeldException">One of the two systems does not answer, or refuses the credentials.</exception>
    /// <exception cref="Ports.PermanentException">There is no such site.</exception>
    Task<int> Work(string site, CancellationToken cancellationToken = default);
}
