<?php
/**
 * Named locks of the database.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Named locks of the database: one of all requests, on all web servers, at a time.
 *
 * @since 1.0.0
 */
final class Locks {

	/**
	 * How many seconds a lock is waited for.
	 *
	 * @since 1.0.0
	 */
	const TIMEOUT = 5;

	/**
	 * Whether named locks work; null as long as nobody asked.
	 *
	 * @since 1.0.0
	 *
	 * @var bool|null
	 */
	private static $available = null;

	/**
	 * Whether this is a plain connection to one MySQL or MariaDB server.
	 *
	 * Database drop-ins answer for other databases, or spread the statements over several servers, where a lock or a transaction means nothing.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	public static function is_plain_database() {
		global $wpdb;
		if ( defined( 'DB_ENGINE' ) && 'sqlite' === DB_ENGINE ) {
			return false;
		}
		// Query Monitor only watches the statements.
		return in_array( get_class( $wpdb ), array( 'wpdb', 'QM_DB' ), true );
	}

	/**
	 * Whether the database has named locks, and lets a connection hold two of them at once.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	public static function available() {
		if ( null === self::$available ) {
			self::$available = self::is_plain_database() && self::probe();
		}
		return self::$available;
	}

	/**
	 * Takes two locks and looks whether both are held. Very old servers let go of the first.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	private static function probe() {
		global $wpdb;
		$first  = 'cleansync-' . substr( md5( uniqid( (string) wp_rand(), true ) ), 0, 24 );
		$second = $first . '-2';
		$quiet  = $wpdb->suppress_errors();
		$taken  = '1' === (string) $wpdb->get_var( $wpdb->prepare( 'SELECT GET_LOCK(%s, 0)', $first ) )
			&& '1' === (string) $wpdb->get_var( $wpdb->prepare( 'SELECT GET_LOCK(%s, 0)', $second ) );
		$held   = $taken && '1' === (string) $wpdb->get_var(
			$wpdb->prepare( 'SELECT IS_USED_LOCK(%s) = CONNECTION_ID() AND IS_USED_LOCK(%s) = CONNECTION_ID()', $first, $second )
		);
		$wpdb->get_var( $wpdb->prepare( 'SELECT RELEASE_LOCK(%s)', $second ) );
		$wpdb->get_var( $wpdb->prepare( 'SELECT RELEASE_LOCK(%s)', $first ) );
		$wpdb->suppress_errors( $quiet );
		return $held;
	}

	/**
	 * The name of a lock, at most 64 characters long and free of personal data.
	 *
	 * @since 1.0.0
	 *
	 * @param string $kind  What is locked: `email`, `login` or `user`.
	 * @param string $value Which one.
	 * @return string
	 */
	public static function name( $kind, $value ) {
		global $wpdb;
		$database = defined( 'DB_NAME' ) ? DB_NAME : '';
		return 'cleansync-' . sha1( $database . '|' . $wpdb->base_prefix . '|' . $kind . '|' . $value );
	}

	/**
	 * Takes all locks, always in the same order, so that two requests never wait for each other.
	 *
	 * @since 1.0.0
	 *
	 * @param string[] $names Names of locks.
	 * @return string[]|null What is held now, for release(); null when another one holds one of them. Nothing is held without named locks.
	 */
	public static function take( $names ) {
		global $wpdb;
		if ( ! self::available() ) {
			return array();
		}
		$names = array_values( array_unique( $names ) );
		sort( $names, SORT_STRING );
		$held = array();
		foreach ( $names as $name ) {
			if ( '1' !== (string) $wpdb->get_var( $wpdb->prepare( 'SELECT GET_LOCK(%s, %d)', $name, self::TIMEOUT ) ) ) {
				self::release( $held );
				return null;
			}
			$held[] = $name;
		}
		return $held;
	}

	/**
	 * Lets go of locks.
	 *
	 * @since 1.0.0
	 *
	 * @param string[] $held Names of locks that are held.
	 */
	public static function release( $held ) {
		global $wpdb;
		foreach ( array_reverse( $held ) as $name ) {
			$wpdb->get_var( $wpdb->prepare( 'SELECT RELEASE_LOCK(%s)', $name ) );
		}
	}
}
