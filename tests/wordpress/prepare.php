<?php
/** php prepare.php WWW PORT MULTISITE CONNECTOR: makes an installed WordPress ready for the tests and prints its coordinates as JSON. */
[, $www, $port, $multisite, $connector] = $argv;
$_SERVER['HTTP_HOST'] = "127.0.0.1:$port";
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['REQUEST_URI'] = '/';
$_SERVER['REMOTE_ADDR'] = '127.0.0.1';
ob_start(); // plugins may print; standard output is for the JSON
require "$www/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/plugin.php';
wp_set_current_user(1);

function cleansync_prepare_blog(): void
{
    // wp_install() tries pretty permalinks by asking the site over HTTP, and nothing listens yet.
    update_option('permalink_structure', '/%postname%/');
    $GLOBALS['wp_rewrite']->init();
    flush_rewrite_rules(false);
    update_option('timezone_string', 'UTC');
}

function cleansync_give_up(WP_Error $why): void
{
    fwrite(STDERR, ob_get_clean() . $why->get_error_message() . "\n");
    exit(1);
}

cleansync_prepare_blog();
$blogs = [];
if ($multisite === 'true') {
    $shop = wpmu_create_blog("127.0.0.1:$port", '/shop/', 'CleanSync shop', 1, ['public' => 1]);
    if (is_wp_error($shop)) {
        cleansync_give_up($shop);
    }
    // Older versions lose the colon of an address with a port.
    $wpdb->update($wpdb->blogs, ['domain' => "127.0.0.1:$port"], ['blog_id' => $shop]);
    clean_blog_cache($shop);
    switch_to_blog($shop);
    update_option('home', "http://127.0.0.1:$port/shop");
    update_option('siteurl', "http://127.0.0.1:$port/shop");
    cleansync_prepare_blog();
    restore_current_blog();
    foreach (get_sites(['orderby' => 'id']) as $blog) {
        $blogs[] = ['id' => (int) $blog->blog_id, 'url' => untrailingslashit(get_home_url((int) $blog->blog_id))];
    }
}
if ($connector === 'true') {
    $active = activate_plugin('cleansync/cleansync.php', '', $multisite === 'true');
    if (is_wp_error($active)) {
        cleansync_give_up($active);
    }
}
[$password] = WP_Application_Passwords::create_new_application_password(1, ['name' => 'cleansync']);
fwrite(STDERR, ob_get_clean());
echo json_encode([
    'user' => 'admin',
    'password' => 'admin-password',
    'app_password' => $password,
    'wp' => $GLOBALS['wp_version'],
] + ($blogs ? ['blogs' => $blogs] : []));
