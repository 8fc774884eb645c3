using System.Collections.Frozen;

namespace CleanSync.Infrastructure.WordPress;

/// <summary>
/// The roles whose capabilities are known without asking: those of WordPress core (<c>populate_roles()</c> in
/// wp-admin/includes/schema.php, levels left out) and WooCommerce's <c>customer</c> (<c>WC_Install::create_roles</c>).
/// </summary>
internal static class KnownRoles
{
    private const string Author =
        "read edit_posts edit_published_posts publish_posts delete_posts delete_published_posts upload_files";

    private const string Editor =
        Author
        + " moderate_comments manage_categories manage_links unfiltered_html edit_others_posts edit_pages edit_others_pages"
        + " edit_published_pages publish_pages delete_pages delete_others_pages delete_published_pages delete_others_posts"
        + " delete_private_posts edit_private_posts read_private_posts delete_private_pages edit_private_pages"
        + " read_private_pages";

    private const string Administrator =
        Editor
        + " switch_themes edit_themes activate_plugins edit_plugins edit_users edit_files manage_options import delete_users"
        + " create_users unfiltered_upload edit_dashboard update_plugins delete_plugins install_plugins update_themes"
        + " install_themes update_core list_users remove_users promote_users edit_theme_options delete_themes export";

    /// <summary>Capabilities by slug.</summary>
    public static FrozenDictionary<string, IReadOnlySet<string>> Capabilities { get; } =
        new Dictionary<string, IReadOnlySet<string>>(StringComparer.Ordinal)
        {
            ["administrator"] = Set(Administrator),
            ["editor"] = Set(Editor),
            ["author"] = Set(Author),
            ["contributor"] = Set("read edit_posts delete_posts"),
            ["subscriber"] = Set("read"),
            ["customer"] = Set("read"),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    private static FrozenSet<string> Set(string capabilities) =>
        capabilities.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}
