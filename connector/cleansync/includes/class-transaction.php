<?php
/**
 * A transaction of the database.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * A transaction that knows whether it lasted to its end.
 *
 * The database rolls back by itself after a deadlock, and other plugins may commit by themselves. Either takes away the savepoint that was set at the
 * beginning, which is how it shows at the end.
 *
 * @since 1.0.0
 */
final class Transaction {

	/**
	 * Whether it is open.
	 *
	 * @since 1.0.0
	 *
	 * @var bool
	 */
	private $open = false;

	/**
	 * Whether transactions may be used at all. With a shared object cache others would see what is not committed yet.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	public static function usable() {
		return Locks::is_plain_database() && ! wp_using_ext_object_cache();
	}

	/**
	 * Begins, where transactions are usable.
	 *
	 * @since 1.0.0
	 */
	public function begin() {
		global $wpdb;
		$this->open = self::usable()
			&& false !== $wpdb->query( 'START TRANSACTION' )
			&& false !== $wpdb->query( 'SAVEPOINT cleansync' );
	}

	/**
	 * Whether it is open.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	public function is_open() {
		return $this->open;
	}

	/**
	 * Commits.
	 *
	 * @since 1.0.0
	 *
	 * @return bool False when some of it may have been lost before.
	 */
	public function commit() {
		global $wpdb;
		if ( ! $this->open ) {
			return true;
		}
		$this->open = false;
		$quiet      = $wpdb->suppress_errors();
		$whole      = false !== $wpdb->query( 'RELEASE SAVEPOINT cleansync' );
		$whole      = false !== $wpdb->query( 'COMMIT' ) && $whole;
		$wpdb->suppress_errors( $quiet );
		return $whole;
	}

	/**
	 * Commits what somebody else left open: at the end of the connection everything since would be lost.
	 *
	 * @since 1.0.0
	 */
	public static function settle() {
		global $wpdb;
		if ( Locks::is_plain_database() ) {
			$wpdb->query( 'COMMIT' );
		}
	}

	/**
	 * Rolls back.
	 *
	 * @since 1.0.0
	 *
	 * @return bool Whether there was something to roll back.
	 */
	public function rollback() {
		global $wpdb;
		if ( ! $this->open ) {
			return false;
		}
		$this->open = false;
		$wpdb->query( 'ROLLBACK' );
		return true;
	}
}
