<?php
/**
 * Loads the WordPress in the folder CLEANSYNC_WP, in the global scope, before PHPUnit starts.
 *
 * @package CleanSync
 */

$_SERVER['HTTP_HOST']       = (string) parse_url( (string) getenv( 'CLEANSYNC_URL' ), PHP_URL_HOST ) . ':' . parse_url( (string) getenv( 'CLEANSYNC_URL' ), PHP_URL_PORT );
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = '/';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REMOTE_ADDR']     = '127.0.0.1';

require getenv( 'CLEANSYNC_WP' ) . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';
require_once ABSPATH . 'wp-admin/includes/user.php';

if ( ! is_plugin_active( 'cleansync/cleansync.php' ) && null !== activate_plugin( 'cleansync/cleansync.php', '', is_multisite() ) ) {
	fwrite( STDERR, "The plugin cannot be activated.\n" );
	exit( 1 );
}
