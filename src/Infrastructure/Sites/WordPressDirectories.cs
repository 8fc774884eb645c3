using CleanSync.Application.Ports;
using CleanSync.Infrastructure.Configuration;
using CleanSync.Infrastructure.WordPress;
using CleanSync.Infrastructure.WordPress.CoreRest;
using Microsoft.Extensions.Logging;

namespace CleanSync.Infrastructure.Sites;

/// <summary>Makes the user directories of sites that have a WordPress.</summary>
internal sealed class WordPressDirectories(
    IHttpMessageHandlerFactory handlers,
    IWorkerRole role,
    TimeProvider time,
    ILogger<CoreRestUsers> logger
)
{
    /// <summary>Makes the directory of a site, and the mail that WordPress sends.</summary>
    public SiteDirectory Make(string name, SiteOptions options)
    {
        var site = new WordPressSite(
            new Uri(options.WordPress.Url!),
            options.WordPress.Username!,
            options.WordPress.ApplicationPassword!,
            options.Tags.MetaKey,
            [.. SiteOptionsRules.ToRules(options).Fields.Select(field => field.Target), options.Link.MetaKey],
            options.WordPress.MaxConcurrency,
            options.Tags.Protected,
            options.Link.MetaKey,
            options.WordPress.Blog
        );
        var fence = new WriteFence(role, name) { InnerHandler = handlers.CreateHandler(WordPressHttp.Name) };
        var http = WordPressHttp.Client(fence);
        var users = new WordPressUsers(http, site, time, logger);
        return new SiteDirectory(users, new WordPressMail(users, new WordPressWelcomeMail(http, site, time)));
    }
}

/// <summary>The user directory of a site, and the mail that it sends itself.</summary>
internal sealed record SiteDirectory(IUsers Users, IWelcomeMail Mail);
