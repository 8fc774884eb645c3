<?php
/** php install.php WWW PORT: installs WordPress without a browser and prints its coordinates as JSON. */
[, $www, $port] = $argv;
$_SERVER['HTTP_HOST'] = "127.0.0.1:$port";
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['REQUEST_URI'] = '/';
define('WP_INSTALLING', true);
ob_start(); // plugins and wp_install() may print; standard output is for the JSON
require "$www/wp-load.php";
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('CleanSync test', 'admin', 'admin@example.test', true, '', 'admin-password');
// wp_install() tries pretty permalinks by asking the site over HTTP, and nothing listens yet.
update_option('permalink_structure', '/%postname%/');
$GLOBALS['wp_rewrite']->init();
flush_rewrite_rules(false);
update_option('timezone_string', 'UTC');
[$password] = WP_Application_Passwords::create_new_application_password(1, ['name' => 'cleansync']);
fwrite(STDERR, ob_get_clean());
echo json_encode([
    'user' => 'admin',
    'password' => 'admin-password',
    'app_password' => $password,
    'wp' => $GLOBALS['wp_version'],
]);
