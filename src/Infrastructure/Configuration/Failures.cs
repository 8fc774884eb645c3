using FluentValidation;
using FluentValidation.Results;

namespace CleanSync.Infrastructure.Configuration;

/// <summary>How failures name the place they are about: as a path of configuration keys, below <c>CleanSync</c>.</summary>
internal static class Failures
{
    /// <summary>Adds a failure that a rule across several settings found.</summary>
    public static void Fail<T>(this ValidationContext<T> context, string path, string error, object? value) =>
        context.AddFailure(new ValidationFailure(path, error, value));

    /// <summary>The path of a failure, whether it has one already or the name of a property, <c>TrustedProxies[0]</c>.</summary>
    public static string PathOf(ValidationFailure failure) =>
        failure.PropertyName.Contains(':', StringComparison.Ordinal)
            ? failure.PropertyName
            : failure.PropertyName.Replace('.', ':').Replace('[', ':').TrimEnd(']');
}
