<?php
/**
 * The status screen.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Shows, under Tools, what the plugin knows about itself. Nothing can be changed there.
 *
 * @since 1.0.0
 */
final class Status_Screen {

	/**
	 * Adds the screen to the menu.
	 *
	 * @since 1.0.0
	 */
	public static function add() {
		add_management_page(
			__( 'CleanSync', 'cleansync' ),
			__( 'CleanSync', 'cleansync' ),
			'manage_options',
			'cleansync',
			array( self::class, 'show' )
		);
	}

	/**
	 * Shows the screen.
	 *
	 * @since 1.0.0
	 */
	public static function show() {
		if ( ! current_user_can( 'manage_options' ) ) {
			return;
		}
		echo '<div class="wrap"><h1>' . esc_html__( 'CleanSync', 'cleansync' ) . '</h1>';
		echo '<p>' . esc_html__( 'CleanSync works on its own; there is nothing to set here.', 'cleansync' ) . '</p>';
		echo '<table class="widefat striped" role="presentation"><tbody>';
		foreach ( self::facts() as $label => $fact ) {
			printf( '<tr><th scope="row">%s</th><td>%s</td></tr>', esc_html( $label ), esc_html( $fact ) );
		}
		echo '</tbody></table></div>';
	}

	/**
	 * What is shown, by label.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	private static function facts() {
		global $wpdb;
		$keys    = Meta_Keys::remembered();
		$created = (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM {$wpdb->usermeta} WHERE meta_key = %s", Meta_Keys::CREATION ) );
		return array(
			__( 'Version', 'cleansync' )           => VERSION,
			__( 'WordPress', 'cleansync' )         => Site::wordpress(),
			__( 'PHP', 'cleansync' )               => PHP_VERSION,
			__( 'Database', 'cleansync' )          => Site::database(),
			__( 'REST address', 'cleansync' )      => rest_url( REST_Controller::ROUTES ),
			__( 'Locks', 'cleansync' )             => Locks::available()
				? __( 'The database has named locks; nobody is created twice.', 'cleansync' )
				: __( 'The database has no named locks; creating users is as safe as WordPress itself makes it.', 'cleansync' ),
			__( 'Meta keys in use', 'cleansync' )  => $keys ? implode( ', ', $keys ) : __( 'None so far.', 'cleansync' ),
			__( 'Users created', 'cleansync' )     => number_format_i18n( $created ),
			__( 'Application password', 'cleansync' ) => is_multisite()
				? __( 'CleanSync signs in with an application password of a super admin.', 'cleansync' )
				: __( 'CleanSync signs in with an application password of a user who may create, edit and promote users, for example an administrator.', 'cleansync' ),
			__( 'Application passwords', 'cleansync' ) => wp_is_application_passwords_available()
				? __( 'Available.', 'cleansync' )
				: __( 'Not available: the site is not served over https, or a plugin switched them off.', 'cleansync' ),
		);
	}
}
