<?php
/**
 * Who and what has power over the site.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Who and what has power over options, users, code or the site itself. Such power is never given by this plugin, and whoever has it is not touched.
 *
 * @since 1.0.0
 */
final class Privileges {

	/**
	 * Capabilities that make whoever holds one of them privileged.
	 *
	 * @since 1.0.0
	 */
	const CAPABILITIES = array(
		'manage_options',
		'promote_users',
		'create_users',
		'edit_users',
		'delete_users',
		'install_plugins',
		'activate_plugins',
		'update_plugins',
		'upload_plugins',
		'edit_plugins',
		'edit_themes',
		'edit_theme_options',
		'edit_files',
		'switch_themes',
		'update_core',
		'manage_network',
		'unfiltered_html',
		'unfiltered_upload',
		// The same power by other names: code by the archive of a theme or plugin, and users and sites of a network.
		'install_themes',
		'upload_themes',
		'update_themes',
		'delete_themes',
		'delete_plugins',
		'add_users',
		'remove_users',
		'manage_sites',
		'create_sites',
		'delete_sites',
		'manage_network_users',
		'manage_network_plugins',
		'manage_network_themes',
		'manage_network_options',
		'upgrade_network',
		'setup_network',
		'update_php',
	);

	/**
	 * Roles that are privileged whatever they may.
	 *
	 * @since 1.0.0
	 */
	const ROLES = array( 'administrator', 'super_admin', 'editor', 'shop_manager' );

	/**
	 * Roles that are taken for harmless on other blogs of the network, whose roles are not loaded here.
	 *
	 * @since 1.0.0
	 */
	const HARMLESS_ROLES = array( 'subscriber', 'contributor', 'author', 'customer' );

	/**
	 * The privileged capabilities, in lower case, as keys. WordPress takes the name of a role for a capability, too.
	 *
	 * @since 1.0.0
	 *
	 * @return bool[]
	 */
	public static function capabilities() {
		/**
		 * Filters the capabilities that make a role or a user privileged. None of the plugin's own can be taken away.
		 *
		 * @since 1.0.0
		 *
		 * @param string[] $capabilities Capabilities.
		 */
		$more = (array) apply_filters( 'cleansync_privileged_capabilities', self::CAPABILITIES );
		$more = array_filter( $more, 'is_string' );
		return array_fill_keys( array_map( 'strtolower', array_merge( self::CAPABILITIES, self::ROLES, $more ) ), true );
	}

	/**
	 * Whether one of the capabilities is privileged.
	 *
	 * @since 1.0.0
	 *
	 * @param array $capabilities Whether it is granted, by capability.
	 * @return bool
	 */
	private static function any( $capabilities ) {
		$held = array_map( 'strtolower', array_map( 'strval', array_keys( array_filter( $capabilities ) ) ) );
		return (bool) array_intersect_key( array_fill_keys( $held, true ), self::capabilities() );
	}

	/**
	 * Whether a role of the current blog is privileged.
	 *
	 * @since 1.0.0
	 *
	 * @param string $slug The role.
	 * @return bool
	 */
	public static function is_role_privileged( $slug ) {
		if ( in_array( strtolower( $slug ), self::ROLES, true ) ) {
			return true;
		}
		$role = wp_roles()->get_role( $slug );
		return $role && self::any( (array) $role->capabilities );
	}

	/**
	 * Whether a user is privileged, on the current blog or on any other of the network.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_User $user The user.
	 * @return bool
	 */
	public static function is_user_privileged( $user ) {
		if ( is_multisite() && is_super_admin( $user->ID ) ) {
			return true;
		}
		$names = array_map( 'strtolower', array_merge( $user->roles, array_map( 'strval', array_keys( array_filter( (array) $user->caps ) ) ) ) );
		if ( array_intersect( $names, self::ROLES ) || self::any( (array) $user->allcaps ) ) {
			return true;
		}
		// Plugins can grant capabilities without storing them.
		if ( user_can( $user, 'manage_options' ) || user_can( $user, 'edit_users' ) ) {
			return true;
		}
		return self::is_privileged_elsewhere( $user );
	}

	/**
	 * Whether a user holds a role or capability of power on another blog.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_User $user The user.
	 * @return bool
	 */
	private static function is_privileged_elsewhere( $user ) {
		global $wpdb;
		if ( is_multisite() ) {
			$pattern = '/^' . preg_quote( $wpdb->base_prefix, '/' ) . '(\d+_)?capabilities$/D';
		} elseif ( defined( 'CUSTOM_USER_META_TABLE' ) ) {
			// Several sites share these users.
			$pattern = '/_capabilities$/D';
		} else {
			return false;
		}
		foreach ( (array) get_user_meta( $user->ID ) as $key => $rows ) {
			if ( $key === $user->cap_key || 1 !== preg_match( $pattern, (string) $key ) ) {
				continue;
			}
			$held = maybe_unserialize( $rows[0] );
			foreach ( array_keys( array_filter( is_array( $held ) ? $held : array() ) ) as $name ) {
				$name = strtolower( (string) $name );
				if ( self::any( array( $name => true ) ) ) {
					return true;
				}
				// Of what is neither a harmless role nor known to be powerful only the blog itself could tell; a role weighs more than a doubt.
				if ( ! in_array( $name, self::HARMLESS_ROLES, true ) && ! self::is_plain_capability( $name ) ) {
					return true;
				}
			}
		}
		return false;
	}

	/**
	 * Whether a name is a capability that core's harmless roles have, so no role.
	 *
	 * @since 1.0.0
	 *
	 * @param string $name A role or capability, in lower case.
	 * @return bool
	 */
	private static function is_plain_capability( $name ) {
		return in_array( $name, array( 'read', 'edit_posts', 'delete_posts', 'publish_posts', 'upload_files', 'edit_published_posts', 'delete_published_posts' ), true )
			|| 1 === preg_match( '/^level_\d+$/D', $name );
	}

	/**
	 * What a user may on the current blog, without the names of his roles.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_User $user The user.
	 * @return string[]
	 */
	public static function capabilities_of( $user ) {
		$held = array_map( 'strval', array_keys( array_filter( (array) $user->allcaps ) ) );
		$held = array_diff( $held, $user->roles );
		if ( is_multisite() && is_super_admin( $user->ID ) ) {
			$held[] = 'manage_network';
		}
		sort( $held, SORT_STRING );
		return array_values( array_unique( $held ) );
	}
}
