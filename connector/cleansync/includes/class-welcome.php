<?php
/**
 * The welcome mail.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Sends WordPress's own mail to a new user, once.
 *
 * @since 1.0.0
 */
final class Welcome {

	/**
	 * Sends the mail, unless it was sent before.
	 *
	 * @since 1.0.0
	 *
	 * @param array $change The checked change.
	 * @return array The result.
	 */
	public static function send( $change ) {
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
			if ( ! current_user_can( 'edit_user', $id ) ) {
				return $outcome->result( 'refused', array( 'code' => 'cannot_edit' ) );
			}
			if ( '' === (string) User_View::raw( $id, Meta_Keys::CREATION ) ) {
				return $outcome->result( 'refused', array( 'code' => 'not_created_here' ) );
			}
			// Noted before it is sent: a crash in between costs a mail, and never sends two.
			if ( ! add_user_meta( $id, Meta_Keys::WELCOMED, time(), true ) ) {
				return $outcome->result( 'welcomed_before' );
			}
		} finally {
			Locks::release( $locks );
		}
		if ( self::mail( $id ) ) {
			return $outcome->result( 'welcomed' );
		}
		delete_user_meta( $id, Meta_Keys::WELCOMED );
		return $outcome->result( 'mail_failed' );
	}

	/**
	 * Hands the mail over.
	 *
	 * @since 1.0.0
	 *
	 * @param int $id The user.
	 * @return bool Whether it was handed over, as far as WordPress tells.
	 * @throws \Throwable What broke after the mail was begun.
	 */
	private static function mail( $id ) {
		$tried  = false;
		$failed = false;
		$try    = static function ( $passed ) use ( &$tried ) {
			$tried = true;
			return $passed;
		};
		$fail   = static function () use ( &$failed ) {
			$failed = true;
		};
		$short  = static function ( $sent ) use ( &$failed ) {
			$failed = $failed || ( null !== $sent && ! $sent );
			return $sent;
		};
		add_filter( 'wp_new_user_notification_email', $try, PHP_INT_MAX );
		add_filter( 'wp_mail', $try, PHP_INT_MAX );
		add_filter( 'pre_wp_mail', $short, PHP_INT_MAX );
		add_action( 'wp_mail_failed', $fail, PHP_INT_MAX, 0 );
		try {
			wp_new_user_notification( $id, null, 'user' );
		} catch ( \Throwable $error ) {
			if ( $tried ) {
				// It may have gone out already.
				throw $error;
			}
			$failed = true;
		} finally {
			remove_filter( 'wp_new_user_notification_email', $try, PHP_INT_MAX );
			remove_filter( 'wp_mail', $try, PHP_INT_MAX );
			remove_filter( 'pre_wp_mail', $short, PHP_INT_MAX );
			remove_action( 'wp_mail_failed', $fail, PHP_INT_MAX );
		}
		return $tried && ! $failed;
	}
}
