<?php
/**
 * Describes the site.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Describes the site as CleanSync needs to know it.
 *
 * @since 1.0.0
 */
final class Site {

	/**
	 * The most entries of one request.
	 *
	 * @since 1.0.0
	 */
	const MAX_ENTRIES = 100;

	/**
	 * Describes the current blog.
	 *
	 * @since 1.0.0
	 *
	 * @return array
	 */
	public static function describe() {
		return array(
			'protocol'     => PROTOCOL,
			'connector'    => VERSION,
			'wordpress'    => self::wordpress(),
			'php'          => PHP_VERSION,
			'database'     => self::database(),
			'time'         => Texts::time( time() ),
			'locale'       => get_locale(),
			'locales'      => array_values( array_unique( array_merge( array( 'en_US' ), get_available_languages() ) ) ),
			'multisite'    => is_multisite(),
			'blog'         => get_current_blog_id(),
			'default_role' => (string) get_option( 'default_role' ),
			'roles'        => self::roles(),
			'meta'         => (object) self::meta(),
			'locks'        => Locks::available(),
			'limits'       => array(
				'entries' => self::MAX_ENTRIES,
				'seconds' => Batch::seconds(),
				'bytes'   => max( 0, (int) wp_convert_hr_to_bytes( (string) ini_get( 'post_max_size' ) ) ),
			),
			'events'       => array( 'tag_hooks' => Tag_Events::also_as_wp_fusion() ),
		);
	}

	/**
	 * The version of WordPress, whatever plugins pretend.
	 *
	 * @since 1.0.0
	 *
	 * @return string
	 */
	public static function wordpress() {
		require ABSPATH . WPINC . '/version.php';
		return $wp_version;
	}

	/**
	 * The version of the database.
	 *
	 * @since 1.0.0
	 *
	 * @return string
	 */
	public static function database() {
		global $wpdb;
		$full = Locks::is_plain_database() && method_exists( $wpdb, 'db_server_info' ) ? $wpdb->db_server_info() : '';
		return (string) ( $full ? $full : $wpdb->db_version() );
	}

	/**
	 * The roles of the current blog.
	 *
	 * @since 1.0.0
	 *
	 * @return array[]
	 */
	private static function roles() {
		$roles = array();
		foreach ( wp_roles()->roles as $slug => $role ) {
			$held = isset( $role['capabilities'] ) && is_array( $role['capabilities'] ) ? array_keys( array_filter( $role['capabilities'] ) ) : array();
			$held = array_map( 'strval', $held );
			sort( $held, SORT_STRING );
			$roles[] = array(
				'slug'         => (string) $slug,
				'name'         => isset( $role['name'] ) ? (string) $role['name'] : (string) $slug,
				'privileged'   => Privileges::is_role_privileged( (string) $slug ),
				'capabilities' => $held,
			);
		}
		return $roles;
	}

	/**
	 * The registered user meta that may be written.
	 *
	 * @since 1.0.0
	 *
	 * @return array[]
	 */
	private static function meta() {
		$meta = array();
		foreach ( Meta_Keys::registered() as $key => $arguments ) {
			if ( ! Meta_Keys::is_denied( (string) $key ) ) {
				$meta[ $key ] = array(
					'type'   => isset( $arguments['type'] ) ? (string) $arguments['type'] : 'string',
					'single' => ! empty( $arguments['single'] ),
				);
			}
		}
		return $meta;
	}
}
