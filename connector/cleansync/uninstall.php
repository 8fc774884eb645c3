<?php
/**
 * Removes what the plugin kept for itself. Tags and links stay: other plugins read them.
 *
 * @package CleanSync
 */

if ( ! defined( 'WP_UNINSTALL_PLUGIN' ) ) {
	exit;
}

// User meta belong to the whole network.
foreach ( array( 'cleansync_creation', 'cleansync_password', 'cleansync_first_login', 'cleansync_welcomed' ) as $cleansync_key ) {
	delete_metadata( 'user', 0, $cleansync_key, '', true );
}

if ( is_multisite() ) {
	delete_site_option( 'cleansync_keys' );
} else {
	delete_option( 'cleansync_keys' );
}
