using FluentValidation;
using MediatR;

namespace CleanSync.Application;

/// <summary>Checks a command before its handler runs.</summary>
/// <exception cref="ValidationException">The command is not valid; each error names the parameter and the remedy.</exception>
internal sealed class ValidationBehavior<TRequest, TResponse>(IEnumerable<IValidator<TRequest>> validators)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
{
    public Task<TResponse> Handle(
        TRequest request,
        CancellationToken cancellationToken,
        RequestHandlerDelegate<TResponse> next
    )
    {
        foreach (var validator in validators)
            validator.ValidateAndThrow(request);
        return next();
    }
}
