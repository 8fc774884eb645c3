using CleanSync.Application.Ports;
using CleanSync.Host.Web.Sandbox;
using FluentValidation;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace CleanSync.Host.Web.Commands;

/// <summary>The services of the host without the host: no server listens and no worker runs. For commands.</summary>
internal static class HostServices
{
    /// <summary>Does something with them, and says on the error output what stood in the way.</summary>
    /// <param name="errors">Where to say it.</param>
    /// <param name="work">What to do; gives the exit code. Services of its scope are disposed after it.</param>
    /// <returns>The exit code; 1 when something stood in the way.</returns>
    public static async Task<int> Use(TextWriter errors, Func<IServiceProvider, Task<int>> work)
    {
        try
        {
            var builder = WebHost.CreateBuilder([]);
            if (SandboxHost.IsWanted(builder.Configuration))
                throw new CommandException(
                    "No site is configured. Describe one under CleanSync:Sites:(name), in appsettings.json or the environment; the "
                        + "README shows how under \"Connect it for real\", and the command key new makes its access key. "
                        + "(The sandbox, which runs when none is configured, is there only while the host runs.)"
                );
            // The output is the command's own.
            builder.Logging.AddFilter<ConsoleLoggerProvider>(category: null, LogLevel.Warning);
            builder.Services.Configure<ConsoleLoggerOptions>(console =>
                console.LogToStandardErrorThreshold = LogLevel.Trace
            );
            WebHost.AddCleanSync(builder);
            await using var app = builder.Build();
            app.Services.GetRequiredService<IStartupValidator>().Validate();
            await using var scope = app.Services.CreateAsyncScope();
            return await work(scope.ServiceProvider);
        }
        catch (Exception error) when (Describe(error) is { } fault)
        {
            await errors.WriteLineAsync(fault);
            return 1;
        }
    }

    private static string? Describe(Exception error) =>
        error switch
        {
            CommandException or PermanentException => error.Message,
            SiteHeldException => error.Message,
            TransientException => $"{error.Message}. Try again later.",
            ValidationException invalid => string.Join(
                '\n',
                invalid.Errors.Select(e => $"{e.PropertyName} {e.ErrorMessage}.")
            ),
            _ => ConfigurationFaults.Describe(error),
        };
}

/// <summary>A command cannot do what it was asked; the message says why, and what to do.</summary>
internal sealed class CommandException(string message) : Exception(message);
