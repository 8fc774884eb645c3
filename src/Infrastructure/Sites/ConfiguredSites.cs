using CleanSync.Application.Ports;
using CleanSync.Infrastructure.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanSync.Infrastructure.Sites;

/// <summary>
/// The sites of the configuration. Rules follow the configuration as it changes; adapters are made anew only when what they are made of
/// has changed, so that batches, caches and limits live on.
/// </summary>
internal sealed class ConfiguredSites : ISites, IDisposable
{
    private readonly IServiceProvider _services;
    private readonly SiteAdapters _adapters;
    private readonly ActiveCampaignAccounts _accounts;
    private readonly WordPressDirectories _directories;
    private readonly IWorkerRole _role;
    private readonly IDisposable? _change;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Made<SiteAccount>> _madeAccounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Made<SiteDirectory>> _madeDirectories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Made<IUsers>> _madeUsers = new(StringComparer.Ordinal);
    private volatile IReadOnlyDictionary<string, Site> _sites;

    public ConfiguredSites(
        IServiceProvider services,
        IOptionsMonitor<CleanSyncOptions> options,
        SiteAdapters adapters,
        ActiveCampaignAccounts accounts,
        WordPressDirectories directories,
        IWorkerRole role
    )
    {
        (_services, _adapters, _accounts, _directories, _role) = (services, adapters, accounts, directories, role);
        _sites = Make(options.CurrentValue);
        Names = [.. _sites.Keys];
        _change = options.OnChange(changed => _sites = Make(changed));
    }

    /// <inheritdoc/>
    /// <remarks>Fixed at start: each site has its worker.</remarks>
    public IReadOnlyList<string> Names { get; }

    /// <inheritdoc/>
    public Site? Find(string name) => _sites.GetValueOrDefault(name);

    public void Dispose() => _change?.Dispose();

    private Dictionary<string, Site> Make(CleanSyncOptions options)
    {
        lock (_lock)
            return options.Sites.ToDictionary(
                site => site.Key,
                site => Make(site.Key, site.Value, options.Smtp),
                StringComparer.Ordinal
            );
    }

    private Site Make(string name, SiteOptions options, SmtpOptions smtp)
    {
        var account = Account(name, options.ActiveCampaign);
        var directory = Directory(name, options, smtp);
        return new Site(name, SiteOptionsRules.ToRules(options), account.Contacts, directory.Users, directory.Mail)
        {
            CatchUp = SiteOptionsRules.ToCatchUp(options.CatchUp),
            Account = account.Name,
            Webhooks = account.Webhooks,
            WebhookAddress = SiteOptionsRules.ToWebhookAddress(options),
        };
    }

    private SiteAccount Account(string name, ActiveCampaignOptions named)
    {
        if (_adapters.Contacts(name) is not { } make)
            return Made(
                _madeAccounts,
                name,
                [named.Url, named.ApiToken, named.RequestsPerSecond],
                () => _accounts.Make(name, named)
            );
        return Made(
            _madeAccounts,
            name,
            [],
            () =>
            {
                var contacts = make(_services, name);
                return new SiteAccount(name, new FencedContacts(contacts, _role, name), contacts as IWebhooks);
            }
        );
    }

    private SiteDirectory Directory(string name, SiteOptions options, SmtpOptions smtp)
    {
        if (_adapters.Users(name) is not { } make)
            return Made(
                _madeDirectories,
                name,
                PartsOf(options, smtp),
                () =>
                {
                    var directory = _directories.Make(name, options);
                    return directory with { Mail = Mail(name, options, smtp, directory.Mail) };
                }
            );
        return Made(
            _madeDirectories,
            name,
            PartsOf(options.WelcomeMail, smtp),
            () =>
            {
                var users = Made(_madeUsers, name, [], () => make(_services, name));
                var own = users is IWelcomeMail mail ? new FencedMail(mail, _role, name) : (IWelcomeMail)new NoMail();
                return new SiteDirectory(new FencedUsers(users, _role, name), Mail(name, options, smtp, own));
            }
        );
    }

    private IWelcomeMail Mail(string name, SiteOptions options, SmtpOptions smtp, IWelcomeMail own) =>
        _adapters.Mail(name) is { } make ? new FencedMail(make(_services, name), _role, name)
        : options.WelcomeMail.Via == MailRoute.Smtp
            ? _services.GetRequiredService<SmtpMailFactory>()(name, options, smtp)
        : own;

    private static IEnumerable<object?> PartsOf(SiteOptions site, SmtpOptions smtp) =>
        [
            site.WordPress.Url,
            site.WordPress.Username,
            site.WordPress.ApplicationPassword,
            site.WordPress.MaxConcurrency,
            site.WordPress.Blog,
            site.Tags.MetaKey,
            site.Tags.Protected,
            site.Link.MetaKey,
            .. PartsOf(site.WelcomeMail, smtp),
            .. site.Fields.Keys,
        ];

    private static IEnumerable<object?> PartsOf(WelcomeMailOptions mail, SmtpOptions smtp) =>
        [
            mail.Via,
            mail.Template,
            mail.LoginUrl,
            mail.SetPasswordUrl,
            smtp.Host,
            smtp.Port,
            smtp.Username,
            smtp.Password,
            smtp.From,
        ];

    private static T Made<T>(Dictionary<string, Made<T>> made, string name, IEnumerable<object?> parts, Func<T> make)
    {
        var of = parts.ToArray();
        if (!made.TryGetValue(name, out var known) || !known.Of.SequenceEqual(of))
            made[name] = known = new Made<T>(of, make());
        return known.It;
    }
}

/// <summary>An adapter and what it was made of.</summary>
internal sealed record Made<T>(object?[] Of, T It);
