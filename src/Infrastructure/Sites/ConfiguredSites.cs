using CleanSync.Application.Ports;
using CleanSync.Infrastructure.ActiveCampaign;
using CleanSync.Infrastructure.Configuration;
using Microsoft.Extensions.Options;

namespace CleanSync.Infrastructure.Sites;

/// <summary>
/// The sites of the configuration. Rules follow the configuration as it changes; adapters are made anew only when what they are made of
/// has changed, so that batches, caches and limits live on.
/// </summary>
internal sealed class ConfiguredSites : ISites, IDisposable
{
    private readonly AccountFactory _accounts;
    private readonly DirectoryFactory _directories;
    private readonly IDisposable? _change;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Made<SiteAccount>> _madeAccounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Made<SiteDirectory>> _madeDirectories = new(StringComparer.Ordinal);
    private volatile IReadOnlyDictionary<string, Site> _sites;

    public ConfiguredSites(
        IOptionsMonitor<CleanSyncOptions> options,
        AccountFactory accounts,
        DirectoryFactory directories
    )
    {
        (_accounts, _directories) = (accounts, directories);
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
        var named = options.ActiveCampaign;
        var account = Made(
            _madeAccounts,
            name,
            [named.Url, named.ApiToken, named.RequestsPerSecond],
            () => _accounts(name, named)
        );
        var directory = Made(_madeDirectories, name, PartsOf(options, smtp), () => _directories(name, options));
        return new Site(name, SiteOptionsRules.ToRules(options), account.Contacts, directory.Users, directory.Mail)
        {
            CatchUp = SiteOptionsRules.ToCatchUp(options.CatchUp),
            Account = AccountHttp.Root(new Uri(named.Url!)).AbsoluteUri,
            Webhooks = account.Webhooks,
            WebhookAddress = SiteOptionsRules.ToWebhookAddress(options),
        };
    }

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
            site.WelcomeMail.Via,
            site.WelcomeMail.Template,
            smtp.Host,
            smtp.Port,
            smtp.Username,
            smtp.Password,
            smtp.From,
            .. site.Fields.Keys,
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
