using System.Net;
using CleanSync.Infrastructure.Sites;
using FluentValidation;

namespace CleanSync.Infrastructure.Configuration;

/// <summary>The rules of the whole tree, and those that hold between sites.</summary>
internal sealed class CleanSyncOptionsValidator : AbstractValidator<CleanSyncOptions>
{
    private readonly SiteAdapters _adapters;

    public CleanSyncOptionsValidator(SiteAdapters adapters)
    {
        _adapters = adapters;
        RuleFor(o => o.Inbox.RetryFor)
            .InclusiveBetween(TimeSpan.FromMinutes(1), TimeSpan.FromDays(30))
            .WithMessage("write a duration from 0.00:01:00 to 30.00:00:00");
        RuleFor(o => o.History.Keep)
            .InclusiveBetween(TimeSpan.FromHours(1), TimeSpan.FromDays(3650))
            .WithMessage("write a duration from 0.01:00:00 to 3650.00:00:00");
        RuleForEach(o => o.TrustedProxies)
            .Must(proxy => IPAddress.TryParse(proxy, out _) || IPNetwork.TryParse(proxy, out _))
            .WithMessage("write an address (10.0.0.1) or a network whose last bits are zero (10.0.0.0/8)");
        RuleFor(o => o.Smtp).SetValidator(new SmtpOptionsValidator());
        RuleFor(o => o.Sites).Custom(CheckSites);
        RuleFor(o => o.Sites).Custom(CheckKeysAreApart);
        RuleFor(o => o.Sites).Custom(CheckWordPressSitesAreApart);
    }

    private void CheckSites(IDictionary<string, SiteOptions> sites, ValidationContext<CleanSyncOptions> context)
    {
        foreach (var (name, site) in sites)
        {
            if (
                name.Length is 0 or > 40
                || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            )
                context.Fail($"Sites:{name}", "name a site with 1 to 40 characters out of a-z, 0-9 and -", name);
            var validator = new SiteOptionsValidator(context.InstanceToValidate.Smtp, name, _adapters);
            foreach (var failure in validator.Validate(site).Errors)
            {
                failure.PropertyName = $"Sites:{name}:{Failures.PathOf(failure)}";
                context.AddFailure(failure);
            }
        }
    }

    private static void CheckKeysAreApart(
        IDictionary<string, SiteOptions> sites,
        ValidationContext<CleanSyncOptions> context
    )
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, site) in sites)
        {
            foreach (var (place, key) in AccessKeyRules.PlacesOf(site))
            {
                var full = $"Sites:{name}:{place}";
                if (!seen.TryAdd(key, full))
                    context.Fail(
                        full,
                        $"this key stands at {CleanSyncOptions.Key}:{seen[key]} too; each needs its own",
                        key
                    );
            }
        }
    }

    private static void CheckWordPressSitesAreApart(
        IDictionary<string, SiteOptions> sites,
        ValidationContext<CleanSyncOptions> context
    )
    {
        var seen = new List<(string Url, string Name, SiteOptions Site)>();
        foreach (var (name, site) in sites)
        {
            if (RemoteUrl.Normalised(site.WordPress.Url) is not { } url)
                continue;
            foreach (var (_, other, first) in seen.Where(one => string.Equals(one.Url, url, StringComparison.Ordinal)))
            {
                // Without a number it may be any blog of the network.
                if (site.WordPress.Blog is not { } blog || first.WordPress.Blog is not { } another || blog == another)
                    context.Fail(
                        $"Sites:{name}:WordPress:Url",
                        $"the site {other} has this WordPress site too, and two would undo each other's work; remove one of them, or give both a Blog of the network",
                        site.WordPress.Url
                    );
                else if (!SharesContacts(site, first))
                    CheckKeysOfNetwork(name, site, other, first, context);
            }
            seen.Add((url, name, site));
        }
    }

    private static bool SharesContacts(SiteOptions one, SiteOptions two) =>
        string.Equals(
            RemoteUrl.Normalised(one.ActiveCampaign.Url),
            RemoteUrl.Normalised(two.ActiveCampaign.Url),
            StringComparison.Ordinal
        );

    // All blogs of a network keep the meta of a user in one place.
    private static void CheckKeysOfNetwork(
        string name,
        SiteOptions site,
        string other,
        SiteOptions first,
        ValidationContext<CleanSyncOptions> context
    )
    {
        foreach (
            var (place, key, same) in new[]
            {
                ("Tags:MetaKey", site.Tags.MetaKey, first.Tags.MetaKey),
                ("Link:MetaKey", site.Link.MetaKey, first.Link.MetaKey),
            }
        )
        {
            if (string.Equals(key.Trim(), same.Trim(), StringComparison.OrdinalIgnoreCase))
                context.Fail(
                    $"Sites:{name}:{place}",
                    $"the blogs of a network share their users, and the site {other} has another account; give each a key of its own",
                    key
                );
        }
    }
}

/// <summary>The rules of the mail server. Whether one is needed is a question of the sites.</summary>
internal sealed class SmtpOptionsValidator : AbstractValidator<SmtpOptions>
{
    public SmtpOptionsValidator()
    {
        RuleFor(o => o.Host)
            .Must(host => string.IsNullOrEmpty(host) || Uri.CheckHostName(host) != UriHostNameType.Unknown)
            .WithMessage("write the name or address of the server alone, for instance mail.example.com");
        RuleFor(o => o.Port).InclusiveBetween(1, 65535).WithMessage("write a port from 1 to 65535, usually 587");
        RuleFor(o => o.Password)
            .NotEmpty()
            .When(o => !string.IsNullOrEmpty(o.Username))
            .WithMessage("set the password of Smtp:Username, or remove the username to send without signing in");
    }
}
