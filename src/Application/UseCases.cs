using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CleanSync.Application;

/// <summary>Finds the handler of a use case and those who want to hear of a notification. Knows of no mediator.</summary>
internal sealed partial class UseCases(
    IEnumerable<UseCases.Route> routes,
    IServiceScopeFactory scopes,
    ILogger<UseCases> logger
)
{
    private readonly FrozenDictionary<Type, Route> _routes = routes.ToFrozenDictionary(route => route.UseCase);

    public async Task<TOutcome> Run<TOutcome>(IUseCase<TOutcome> useCase, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(useCase);
        if (!_routes.TryGetValue(useCase.GetType(), out var route))
            throw new ArgumentException($"{useCase.GetType().Name} is no use case of CleanSync.", nameof(useCase));
        await using var scope = scopes.CreateAsyncScope();
        return await ((Route<TOutcome>)route).Run(useCase, scope.ServiceProvider, cancellationToken);
    }

    /// <summary>Tells everybody who wants to hear it. What they throw is logged: the work is done and recorded.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Handlers of the application must not stop the work.")]
    public async Task Publish<TNotification>(TNotification notification)
        where TNotification : INotification
    {
        await using var scope = scopes.CreateAsyncScope();
        foreach (var handler in scope.ServiceProvider.GetServices<INotificationHandler<TNotification>>())
        {
            try
            {
                await handler.Handle(notification, CancellationToken.None);
            }
            catch (Exception error)
            {
                Log.HandlerFailed(logger, typeof(TNotification).Name, error.GetType().Name);
            }
        }
    }

    /// <summary>The way from one use case to its handler.</summary>
    internal abstract class Route
    {
        public abstract Type UseCase { get; }
    }

    internal abstract class Route<TOutcome> : Route
    {
        public abstract Task<TOutcome> Run(
            IUseCase<TOutcome> useCase,
            IServiceProvider services,
            CancellationToken cancellationToken
        );
    }

    internal sealed class Route<TUseCase, TOutcome> : Route<TOutcome>
        where TUseCase : IUseCase<TOutcome>
    {
        public override Type UseCase => typeof(TUseCase);

        public override Task<TOutcome> Run(
            IUseCase<TOutcome> useCase,
            IServiceProvider services,
            CancellationToken cancellationToken
        ) =>
            services
                .GetRequiredService<IRequestHandler<TUseCase, TOutcome>>()
                .Handle((TUseCase)useCase, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A handler of {Notification} failed: {Error}")]
        public static partial void HandlerFailed(ILogger logger, string notification, string error);
    }
}

/// <summary>Work for one contact.</summary>
internal interface IContactWork
{
    string Site { get; }

    long Contact { get; }

    /// <summary>Whether the application asks for it itself, and no pump that would tell of its end.</summary>
    bool IsDirect { get; }
}

/// <summary>Checks a command before its handler runs, whichever way it comes, and tells of the end of work that the application asked for itself.</summary>
internal sealed class Checked<TUseCase, TOutcome, THandler>(
    IEnumerable<IValidator<TUseCase>> validators,
    THandler handler,
    UseCases useCases
) : IRequestHandler<TUseCase, TOutcome>
    where TUseCase : IUseCase<TOutcome>
    where THandler : IRequestHandler<TUseCase, TOutcome>
{
    /// <exception cref="ValidationException">The command is not valid; each error names the parameter and the remedy.</exception>
    public async Task<TOutcome> Handle(TUseCase request, CancellationToken cancellationToken)
    {
        foreach (var validator in validators)
            validator.ValidateAndThrow(request);
        var outcome = await handler.Handle(request, cancellationToken);
        // Nobody parks what no inbox holds.
        if (request is IContactWork { IsDirect: true } work && outcome is SyncOutcome { Parked: null } ended)
            await Notifications.Of(work.Site, work.Contact, ended, useCases);
        return outcome;
    }
}
