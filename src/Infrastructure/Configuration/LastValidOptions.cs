using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanSync.Infrastructure.Configuration;

/// <summary>
/// Makes the options. A mistake at start is fatal; one that comes in later, by a changed file, is logged, and what was valid
/// before stays in force: a slip of the keyboard must not lose webhooks, since the sender never repeats them.
/// </summary>
internal sealed partial class LastValidOptions(
    IEnumerable<IConfigureOptions<CleanSyncOptions>> configure,
    IEnumerable<IPostConfigureOptions<CleanSyncOptions>> after,
    IEnumerable<IValidateOptions<CleanSyncOptions>> validations,
    ILogger<CleanSyncOptions> logger
) : IOptionsFactory<CleanSyncOptions>
{
    private readonly OptionsFactory<CleanSyncOptions> _factory = new(configure, after, validations);
    private volatile CleanSyncOptions? _last;

    public CleanSyncOptions Create(string name)
    {
        try
        {
            return _last = _factory.Create(name);
        }
        catch (OptionsValidationException error) when (_last is { } last)
        {
            Log.Kept(logger, string.Join(Environment.NewLine, error.Failures));
            return last;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Error,
            Message = "The changed configuration has errors; what was valid before stays in force: {Errors}"
        )]
        public static partial void Kept(ILogger logger, string errors);
    }
}
