<?php
/**
 * Finds users in the database itself.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Finds users in the database itself, past every cache, on the whole network, with one query for any number of them.
 *
 * @since 1.0.0
 */
final class People {

	/**
	 * An email as it is compared: as written by people, in lower case.
	 *
	 * @since 1.0.0
	 *
	 * @param string $email An email, stored or sent.
	 * @return string
	 */
	public static function fold( $email ) {
		// WordPress stores & as &amp;.
		return Texts::lower( trim( wp_specialchars_decode( $email, ENT_QUOTES ) ) );
	}

	/**
	 * The rows of a query.
	 *
	 * @since 1.0.0
	 *
	 * @param string $query A prepared query.
	 * @return object[]
	 * @throws \RuntimeException When the database failed: that must not be taken for nobody.
	 */
	private static function rows( $query ) {
		global $wpdb;
		$rows = $wpdb->get_results( $query ); // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared
		if ( ! is_array( $rows ) || '' !== (string) $wpdb->last_error ) {
			throw new \RuntimeException( 'database', 1 );
		}
		return $rows;
	}

	/**
	 * The users with these emails.
	 *
	 * @since 1.0.0
	 *
	 * @param string[] $emails Emails.
	 * @return array[] Lists of ids, by folded email.
	 */
	public static function by_emails( $emails ) {
		global $wpdb;
		$wanted = array();
		foreach ( $emails as $email ) {
			$plain                                     = trim( wp_specialchars_decode( $email, ENT_QUOTES ) );
			$wanted[ $email ]                          = true;
			$wanted[ $plain ]                          = true;
			$wanted[ _wp_specialchars( $plain, ENT_NOQUOTES ) ] = true;
			$wanted[ _wp_specialchars( $plain, ENT_QUOTES ) ]   = true;
		}
		if ( ! $wanted ) {
			return array();
		}
		// One text that the column cannot hold would make the whole query fail.
		$texts = array();
		foreach ( array_map( 'strval', array_keys( $wanted ) ) as $text ) {
			if ( Core_Fields::fits( 'user_email', $text ) ) {
				$texts[] = $text;
			}
		}
		if ( ! $texts ) {
			return array();
		}
		$marks = implode( ',', array_fill( 0, count( $texts ), '%s' ) );
		// phpcs:ignore WordPress.DB.PreparedSQL.InterpolatedNotPrepared,WordPress.DB.PreparedSQLPlaceholders
		$rows  = self::rows( $wpdb->prepare( "SELECT ID, user_email FROM {$wpdb->users} WHERE user_email IN ({$marks}) ORDER BY ID", $texts ) );
		$found = array();
		foreach ( $rows as $row ) {
			// The database takes accents for nothing: the exact comparison is made by whoever looks up the folded email.
			$found[ self::fold( $row->user_email ) ][] = (int) $row->ID;
		}
		return $found;
	}

	/**
	 * The users with an email.
	 *
	 * @since 1.0.0
	 *
	 * @param string $email An email.
	 * @return int[]
	 */
	public static function by_email( $email ) {
		$found = self::by_emails( array( $email ) );
		$key   = self::fold( $email );
		return isset( $found[ $key ] ) ? $found[ $key ] : array();
	}

	/**
	 * The users with these links.
	 *
	 * @since 1.0.0
	 *
	 * @param string   $key   The meta key of the link.
	 * @param string[] $links Links.
	 * @return array[] Lists of ids, by link.
	 */
	public static function by_links( $key, $links ) {
		global $wpdb;
		if ( ! $links ) {
			return array();
		}
		$links = array_values( array_unique( $links ) );
		$marks = implode( ',', array_fill( 0, count( $links ), '%s' ) );
		$rows  = self::rows(
			// phpcs:ignore WordPress.DB.PreparedSQL.InterpolatedNotPrepared,WordPress.DB.PreparedSQLPlaceholders
			$wpdb->prepare( "SELECT user_id, meta_key, meta_value FROM {$wpdb->usermeta} WHERE meta_key = %s AND meta_value IN ({$marks}) ORDER BY user_id", array_merge( array( $key ), $links ) )
		);
		$found = array();
		foreach ( $rows as $row ) {
			if ( $row->meta_key === $key ) {
				$found[ 'link ' . $row->meta_value ][] = (int) $row->user_id;
			}
		}
		return array_map( 'array_unique', $found );
	}

	/**
	 * The user with a login.
	 *
	 * @since 1.0.0
	 *
	 * @param string $login A login.
	 * @return int 0 for none.
	 */
	public static function by_login( $login ) {
		global $wpdb;
		if ( ! Core_Fields::fits( 'user_login', $login ) ) {
			return 0;
		}
		$rows = self::rows( $wpdb->prepare( "SELECT ID FROM {$wpdb->users} WHERE user_login = %s ORDER BY ID LIMIT 1", $login ) );
		return $rows ? (int) $rows[0]->ID : 0;
	}

	/**
	 * Loads users and their meta with one query each, past every cache, so that nothing is asked for each of them.
	 *
	 * @since 1.0.0
	 *
	 * @param int[] $ids Users.
	 * @throws \RuntimeException When the database failed: core takes that for users without meta.
	 */
	public static function load( $ids ) {
		global $wpdb;
		$ids = array_values( array_unique( array_filter( $ids ) ) );
		if ( ! $ids ) {
			return;
		}
		self::forget( $ids );
		$wpdb->last_error = '';
		// cache_users() loads meta first, and its next query would hide that this one failed.
		update_meta_cache( 'user', $ids );
		$failed           = '' !== (string) $wpdb->last_error;
		$wpdb->last_error = '';
		cache_users( $ids );
		if ( $failed || '' !== (string) $wpdb->last_error ) {
			self::forget( $ids );
			throw new \RuntimeException( 'database', 1 );
		}
	}

	/**
	 * Takes users and their meta out of the cache.
	 *
	 * @since 1.0.0
	 *
	 * @param int[] $ids Users.
	 */
	private static function forget( $ids ) {
		foreach ( $ids as $id ) {
			wp_cache_delete( $id, 'users' );
			wp_cache_delete( $id, 'user_meta' );
		}
	}

	/**
	 * Whether a user belongs to the current blog.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_User $user The user.
	 * @return bool
	 */
	public static function is_member( $user ) {
		return ! is_multisite() || metadata_exists( 'user', $user->ID, $user->cap_key );
	}
}
