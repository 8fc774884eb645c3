<?php
/**
 * Sets passwords.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Sets an existing user's password, if a guard holds. Passwords are compared by their hashes and never kept.
 *
 * @since 1.0.0
 */
final class Password {

	/**
	 * Whether a password can be set, and used to sign in afterwards.
	 *
	 * @since 1.0.0
	 *
	 * @param string $password A password.
	 * @return bool
	 */
	public static function is_acceptable( $password ) {
		return null !== Texts::of( $password )
			&& '' !== $password
			&& trim( $password ) === $password
			&& false === strpos( $password, '\\' )
			&& strlen( wp_slash( $password ) ) <= 4096
			&& 1 !== preg_match( '/[\x00-\x1F\x7F]/', $password );
	}

	/**
	 * Sets the password, if the guard holds.
	 *
	 * @since 1.0.0
	 *
	 * @param array $change The checked change.
	 * @return array The result.
	 */
	public static function set( $change ) {
		$outcome = new Outcome();
		$id      = $change['id'];
		$locks   = Locks::take( array( Locks::name( 'user', $id ) ) );
		if ( null === $locks ) {
			return $outcome->result( 'busy' );
		}
		try {
			People::load( array( $id ) );
			$user = get_userdata( $id );
			if ( ! $user || ! People::is_member( $user ) ) {
				return $outcome->result( 'gone' );
			}
			if ( get_current_user_id() === $id || Privileges::is_user_privileged( $user ) ) {
				return $outcome->result( 'refused', array( 'code' => 'privileged' ) );
			}
			if ( ! current_user_can( 'edit_user', $id ) ) {
				return $outcome->result( 'refused', array( 'code' => 'cannot_edit' ) );
			}
			if ( ! self::is_acceptable( $change['password'] ) ) {
				return $outcome->result( 'refused', array( 'code' => 'password_refused' ) );
			}
			if ( ! self::holds( $change['guard'], $change['password'], $user ) ) {
				return $outcome->result( 'password_kept' );
			}
			return self::store( $user, $change, $outcome );
		} finally {
			Locks::release( $locks );
		}
	}

	/**
	 * Whether the guard holds.
	 *
	 * @since 1.0.0
	 *
	 * @param string   $guard    `ours_still` or `new_to_user`.
	 * @param string   $password The new password.
	 * @param \WP_User $user     The user, freshly loaded.
	 * @return bool
	 */
	private static function holds( $guard, $password, $user ) {
		$ours = User_View::raw( $user->ID, Meta_Keys::PASSWORD );
		$ours = is_string( $ours ) ? $ours : '';
		if ( 'ours_still' === $guard ) {
			return '' !== $ours && $ours === $user->user_pass;
		}
		// Core hashes passwords in the slashed form in which the sign-in form hands them over.
		$password = wp_slash( $password );
		return ! wp_check_password( $password, $user->user_pass )
			&& ( '' === $ours || $ours === $user->user_pass || ! wp_check_password( $password, $ours ) );
	}

	/**
	 * Stores the password and remembers its hash.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_User $user    The user.
	 * @param array    $change  The checked change.
	 * @param Outcome  $outcome Warnings.
	 * @return array The result.
	 */
	private static function store( $user, $change, $outcome ) {
		global $wpdb;
		$quiet       = 'ours_still' === $change['guard'];
		$nag         = $quiet && get_user_meta( $user->ID, 'default_password_nag', true );
		$transaction = new Transaction();
		if ( $quiet ) {
			// He has never used it, so there is nothing to tell him.
			add_filter( 'send_password_change_email', '__return_false', PHP_INT_MAX );
		}
		try {
			$transaction->begin();
			$id = wp_update_user(
				wp_slash(
					array(
						'ID'        => $user->ID,
						'user_pass' => $change['password'],
					)
				)
			);
			if ( is_wp_error( $id ) ) {
				return $outcome->result( 'failed', array( 'code' => Texts::code( $id ) ) );
			}
			$hash = (string) $wpdb->get_var( $wpdb->prepare( "SELECT user_pass FROM {$wpdb->users} WHERE ID = %d", $user->ID ) );
			update_user_meta( $user->ID, Meta_Keys::PASSWORD, wp_slash( $hash ) );
			if ( $nag ) {
				// Core takes the reminder away with every new password, where its admin functions are loaded.
				update_user_meta( $user->ID, 'default_password_nag', true );
			} elseif ( ! $quiet ) {
				// He chose it himself, so he is not asked to change it.
				delete_user_meta( $user->ID, 'default_password_nag' );
			}
			$whole = $transaction->commit();
			People::load( array( $user->ID ) );
			if ( ! $whole && User_View::raw( $user->ID, Meta_Keys::PASSWORD ) !== $hash ) {
				return $outcome->result( 'failed', array( 'code' => 'rolled_back' ) );
			}
		} finally {
			remove_filter( 'send_password_change_email', '__return_false', PHP_INT_MAX );
			if ( $transaction->rollback() ) {
				People::load( array( $user->ID ) );
			}
		}
		return $outcome->result( 'password_set' );
	}
}
