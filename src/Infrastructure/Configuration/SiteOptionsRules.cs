using System.Collections.Immutable;
using CleanSync.Application;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Configuration;

/// <summary>Turns a site's settings into the rules that the planner works by.</summary>
internal static class SiteOptionsRules
{
    /// <summary>The rules of a site. Pure. Mappings that the validation refuses are left out.</summary>
    /// <param name="site">Settings that passed the validation.</param>
    public static SiteRules ToRules(SiteOptions site)
    {
        ArgumentNullException.ThrowIfNull(site);
        return new SiteRules
        {
            DefaultRole = site.Roles.Default.Trim(),
            RoleField = Named(site.Roles.Field),
            OnExistingUser = site.Roles.OnExistingUser,
            AllowedRoles = Names(site.Roles.Allowed),
            Privileged = Names(site.Roles.Privileged),
            PrivilegedUsers = site.PrivilegedUsers,
            UsernameFormat = site.Username.Format,
            UsernameField = Named(site.Username.Field),
            PasswordField = Named(site.Password.Field),
            UpdateExistingPassword = site.Password.UpdateExisting,
            ReturnPasswordField = site.ReturnPassword.Enabled ?? true ? Named(site.ReturnPassword.Field) : null,
            ReturnUsernameField = Named(site.ReturnPassword.UsernameField),
            ClearAfterFirstLogin = site.ReturnPassword.ClearAfterFirstLogin,
            SendWelcomeMail = site.WelcomeMail.Send,
            WhenGone = site.Tags.WhenGone,
            Guard = new GuardRules { Users = site.Tags.Guard.Users, Percent = site.Tags.Guard.Percent },
            LinkCopy = Named(site.Link.MetaKey),
            DryRun = site.DryRun,
            Fields = SiteRules.DefaultFields(
                site.Fields.Select(field => Map(site, field, out _)).OfType<FieldMapping>()
            ),
        };
    }

    /// <summary>How webhooks of a site come in. Pure.</summary>
    /// <param name="site">Settings that passed the validation.</param>
    public static WebhookAddress ToWebhookAddress(SiteOptions site)
    {
        ArgumentNullException.ThrowIfNull(site);
        return new WebhookAddress(
            Named(site.Webhook.Url) is { } url ? new Uri(url) : null,
            [.. site.AccessKeys, .. site.LegacyAccessKeys],
            site.Webhook.WarnAfterSilence > TimeSpan.Zero ? site.Webhook.WarnAfterSilence : null
        );
    }

    /// <summary>How a site catches up. Pure.</summary>
    internal static CatchUpSettings ToCatchUp(CatchUpOptions options) =>
        new()
        {
            Every = options.Every,
            Overlap = options.Overlap,
            Sweep = options.Sweep,
            AddWithTag = Named(options.AddWithTag),
            AddRole = Named(options.AddRole),
        };

    /// <summary>Makes the mapping of one line, or says what is wrong with it.</summary>
    internal static FieldMapping? Map(SiteOptions site, KeyValuePair<string, FieldOptions> field, out string? error) =>
        FieldMapping.Create(
            field.Key.Trim(),
            field.Value.From,
            field.Value.Kind,
            field.Value.Clear,
            field.Value.AllowProtected,
            [site.Tags.MetaKey, site.Link.MetaKey],
            out error
        );

    private static string? Named(string? name) => string.IsNullOrWhiteSpace(name) ? null : name.Trim();

    private static ImmutableHashSet<string> Names(IEnumerable<string> names) =>
        names.Select(name => name.Trim()).ToImmutableHashSet(StringComparer.OrdinalIgnoreCase);
}
