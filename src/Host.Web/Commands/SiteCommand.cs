using System.CommandLine;
using CleanSync.Application.Ports;
using MediatR;

namespace CleanSync.Host.Web.Commands;

/// <summary>A command about one site, which need not be named when only one is configured.</summary>
internal static class SiteCommand
{
    /// <summary>Makes one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does, for the help.</param>
    /// <param name="run">Does it; gives the exit code.</param>
    /// <param name="options">Its options.</param>
    public static Command Create(
        string name,
        string description,
        Func<SiteRun, CancellationToken, Task<int>> run,
        params Option[] options
    )
    {
        var site = new Argument<string?>("SITE")
        {
            Description = "The site's name in the configuration. May be left out when only one is configured.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command(name, description) { site };
        foreach (var option in options)
            command.Add(option);
        command.SetAction(
            (line, cancellation) =>
                HostServices.Use(
                    line.InvocationConfiguration.Error,
                    services =>
                        run(
                            new SiteRun(
                                Choose(services.GetRequiredService<ISites>(), line.GetValue(site)),
                                services.GetRequiredService<IMediator>(),
                                services.GetRequiredService<TimeProvider>(),
                                line
                            ),
                            cancellation
                        )
                )
        );
        return command;
    }

    private static string Choose(ISites sites, string? named)
    {
        var all = string.Join(", ", sites.Names);
        return named switch
        {
            null when sites.Names.Count == 1 => sites.Names[0],
            null => throw new CommandException($"Name the site. Configured are: {all}."),
            _ when sites.Find(named) is null => throw new CommandException(
                $"There is no site {named}. Configured are: {all}."
            ),
            _ => named,
        };
    }
}

/// <summary>One run of a command about a site.</summary>
/// <param name="Site">The site's name.</param>
/// <param name="Mediator">Takes commands.</param>
/// <param name="Time">The clock.</param>
/// <param name="Line">The command line.</param>
internal sealed record SiteRun(string Site, IMediator Mediator, TimeProvider Time, ParseResult Line)
{
    /// <summary>Writes a line of the answer, which begins with the site's name.</summary>
    public void Say(string text) => Line.InvocationConfiguration.Output.WriteLine($"{Site}: {text}");
}
