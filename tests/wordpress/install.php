<?php
/** php install.php WWW PORT MULTISITE: installs WordPress without a browser, and the tables of a network when it is to be one. */
[, $www, $port, $multisite] = $argv;
$_SERVER['HTTP_HOST'] = "127.0.0.1:$port";
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['REQUEST_URI'] = '/';
$_SERVER['REMOTE_ADDR'] = '127.0.0.1';
define('WP_INSTALLING', true);
define('CLEANSYNC_TEST_BEFORE_NETWORK', true);
ob_start(); // plugins and wp_install() may print
require "$www/wp-load.php";
require ABSPATH . 'wp-admin/includes/upgrade.php';
if ($multisite === 'true') {
    define('WP_SITEURL', "http://127.0.0.1:$port"); // wp_install() would guess it from this script's name
}
wp_install('CleanSync test', 'admin', 'admin@example.test', true, '', 'admin-password');
if ($multisite === 'true') {
    foreach ($wpdb->tables('ms_global') as $table => $name) {
        $wpdb->$table = $name;
    }
    install_network();
    $made = populate_network(1, "127.0.0.1:$port", 'admin@example.test', 'CleanSync test network', '/', false);
    // Something it reports is only that it could not reach the site, where nothing listens yet.
    if (is_wp_error($made) && $made->get_error_code() !== 'no_wildcard_dns') {
        fwrite(STDERR, $made->get_error_message());
        exit(1);
    }
}
fwrite(STDERR, ob_get_clean());
