<?php
/**
 * Keeps others from making twins.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Takes the locks of CleanSync around every insertion of a user on this site, if the site wants it.
 *
 * @since 1.0.0
 */
final class Registration_Guard {

	/**
	 * Locks that are held.
	 *
	 * @since 1.0.0
	 *
	 * @var string[]
	 */
	private static $held = array();

	/**
	 * Locks email and login of somebody about to be inserted, and stops the insertion when he exists by now.
	 *
	 * @since 1.0.0
	 *
	 * @param array $data   Columns of the users table.
	 * @param bool  $update Whether an existing user is updated.
	 * @return array Empty to stop.
	 */
	public static function check( $data, $update ) {
		if ( $update || Creation::is_inserting() || empty( $data['user_login'] ) ) {
			return $data;
		}
		/**
		 * Filters whether every new user of the site is inserted under the lock that CleanSync takes, so that nobody makes a twin at the same moment.
		 *
		 * @since 1.0.0
		 *
		 * @param bool $locks Default false.
		 */
		if ( ! apply_filters( 'cleansync_lock_registrations', false ) ) {
			return $data;
		}
		$email = isset( $data['user_email'] ) ? (string) $data['user_email'] : '';
		// Without an email only the login can be doubled.
		$names = '' === $email ? array( Locks::name( 'login', Texts::lower( $data['user_login'] ) ) ) : Creation::locks( $data['user_login'], $email );
		self::release();
		$held = Locks::take( $names );
		// When the lock is not to be had in time, registering goes on as without the guard.
		self::$held = null === $held ? array() : $held;
		if ( People::by_login( $data['user_login'] ) || ( '' !== $email && People::by_email( $email ) ) ) {
			self::release();
			return array();
		}
		add_action( 'user_register', array( self::class, 'release' ), PHP_INT_MIN, 0 );
		add_action( 'shutdown', array( self::class, 'release' ), 0, 0 );
		return $data;
	}

	/**
	 * Lets go of the locks.
	 *
	 * @since 1.0.0
	 */
	public static function release() {
		Locks::release( self::$held );
		self::$held = array();
	}
}
