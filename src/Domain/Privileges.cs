using System.Collections.Immutable;

namespace CleanSync.Domain;

/// <summary>Who and what has power over options, users, code or the site itself. Nothing here may ever be granted or touched.</summary>
public static class Privileges
{
    /// <summary>Capabilities that make whoever holds one of them privileged.</summary>
    public static ImmutableHashSet<string> Capabilities { get; } =
        ImmutableHashSet.Create(
            StringComparer.OrdinalIgnoreCase,
            "manage_options",
            "promote_users",
            "create_users",
            "edit_users",
            "delete_users",
            "install_plugins",
            "activate_plugins",
            "update_plugins",
            "upload_plugins",
            "edit_plugins",
            "edit_themes",
            "edit_theme_options",
            "edit_files",
            "switch_themes",
            "update_core",
            "manage_network",
            "unfiltered_html",
            "unfiltered_upload",
            // The same power by other names: code by a theme's or plugin's archive, and users and sites of a network.
            "install_themes",
            "upload_themes",
            "update_themes",
            "delete_themes",
            "delete_plugins",
            "add_users",
            "remove_users",
            "manage_sites",
            "create_sites",
            "delete_sites",
            "manage_network_users",
            "manage_network_plugins",
            "manage_network_themes",
            "manage_network_options",
            "upgrade_network",
            "setup_network",
            "update_php"
        );

    // What WordPress (administrator, editor) and WooCommerce (shop_manager) give these roles out of the box: privileged even on a
    // site that does not tell capabilities.
    private static readonly ImmutableHashSet<string> Roles = ImmutableHashSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "administrator",
        "super_admin",
        "editor",
        "shop_manager"
    );

    // Roles that core and WooCommerce give no power; accepted on a site that does not tell capabilities.
    private static readonly ImmutableHashSet<string> Harmless = ImmutableHashSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "subscriber",
        "contributor",
        "author",
        "customer"
    );

    /// <summary>Whether the user is privileged, by a capability or by a role that is.</summary>
    public static bool IsPrivileged(User user, SiteRules rules)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(rules);
        return user.IsPrivileged
            || user.Capabilities.Any(capability => IsPrivilegedName(capability, rules))
            || user.Roles.Any(role => IsPrivilegedEverywhere(role) || OfSite(role, rules));
    }

    /// <summary>Whether the role is known to be privileged. A role of unknown capabilities is not known to be.</summary>
    public static bool IsPrivileged(Role role, SiteRules rules)
    {
        ArgumentNullException.ThrowIfNull(role);
        ArgumentNullException.ThrowIfNull(rules);
        return role.IsPrivileged
            || IsPrivilegedEverywhere(role.Slug)
            || OfSite(role.Slug, rules)
            || OfSite(role.Title, rules)
            || role.Capabilities?.Any(capability => IsPrivilegedName(capability, rules)) == true;
    }

    /// <summary>Whether a role of this slug is known to be privileged on every site.</summary>
    public static bool IsPrivilegedEverywhere(string slug)
    {
        ArgumentNullException.ThrowIfNull(slug);
        return Roles.Contains(slug.Trim());
    }

    /// <summary>Whether a role of unknown capabilities may be taken for harmless because of its slug.</summary>
    internal static bool IsHarmless(string slug) => Harmless.Contains(slug);

    private static bool IsPrivilegedName(string capability, SiteRules rules) =>
        Capabilities.Contains(capability) || OfSite(capability, rules);

    private static bool OfSite(string name, SiteRules rules) =>
        rules.Privileged.Any(own => string.Equals(own.Trim(), name.Trim(), StringComparison.OrdinalIgnoreCase));
}
