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
				People::load( array( $id ) );
				if ( '' === (string) User_View::raw( $id, Meta_Keys::WELCOMED ) ) {
					return $outcome->result( 'failed', array( 'code' => 'not_noted' ) );
				}
				return $outcome->result( 'welcomed_before' );
			}
			Transaction::settle();
		} finally {
			Locks::release( $locks );
		}
		if ( self::mail( $user ) ) {
			return $outcome->result( 'welcomed' );
		}
		delete_user_meta( $id, Meta_Keys::WELCOMED );
		return $outcome->result( 'mail_failed' );
	}

	/**
	 * Hands the mail over.
	 *
	 * Other plugins may send mails of their own meanwhile: only those to the same address count.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_User $user The user.
	 * @return bool Whether it was handed over, as far as WordPress tells.
	 * @throws \Throwable What broke after the mail was begun.
	 */
	private static function mail( $user ) {
		$tried  = false;
		$failed = false;
		$to     = $user->user_email;
		$his    = static function ( $mail ) use ( &$to ) {
			$told = isset( $mail['to'] ) ? $mail['to'] : '';
			return array_map( 'trim', is_array( $told ) ? $told : explode( ',', (string) $told ) ) === array_map( 'trim', is_array( $to ) ? $to : explode( ',', (string) $to ) );
		};
		$begin  = static function ( $mail ) use ( &$tried, &$to ) {
			$tried = true;
			$to    = isset( $mail['to'] ) ? $mail['to'] : $to;
			return $mail;
		};
		$try    = static function ( $mail ) use ( &$tried, $his ) {
			$tried = $tried || $his( $mail );
			return $mail;
		};
		$fail   = static function ( $error ) use ( &$failed, $his ) {
			$failed = $failed || ! is_wp_error( $error ) || $his( (array) $error->get_error_data() );
		};
		$short  = static function ( $sent, $mail ) use ( &$failed, $his ) {
			$failed = $failed || ( null !== $sent && ! $sent && $his( $mail ) );
			return $sent;
		};
		add_filter( 'wp_new_user_notification_email', $begin, PHP_INT_MAX );
		add_filter( 'wp_mail', $try, PHP_INT_MAX );
		add_filter( 'pre_wp_mail', $short, PHP_INT_MAX, 2 );
		add_action( 'wp_mail_failed', $fail, PHP_INT_MAX );
		try {
			wp_new_user_notification( $user->ID, null, 'user' );
		} catch ( \Throwable $error ) {
			if ( $tried ) {
				// It may have gone out already.
				throw $error;
			}
			$failed = true;
		} finally {
			remove_filter( 'wp_new_user_notification_email', $begin, PHP_INT_MAX );
			remove_filter( 'wp_mail', $try, PHP_INT_MAX );
			remove_filter( 'pre_wp_mail', $short, PHP_INT_MAX );
			remove_action( 'wp_mail_failed', $fail, PHP_INT_MAX );
		}
		return $tried && ! $failed;
	}
}
