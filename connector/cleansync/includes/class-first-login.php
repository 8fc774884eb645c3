<?php
/**
 * Notes the first sign-in.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Notes when somebody whom CleanSync created signs in for the first time.
 *
 * @since 1.0.0
 */
final class First_Login {

	/**
	 * Notes the time, once.
	 *
	 * @since 1.0.0
	 *
	 * @param string        $login Who signed in.
	 * @param \WP_User|null $user  The user. Some plugins fire the action without him.
	 */
	public static function note( $login, $user = null ) {
		$user = $user instanceof \WP_User ? $user : get_user_by( 'login', $login );
		if ( $user && '' !== (string) User_View::raw( $user->ID, Meta_Keys::CREATION ) && ! User_View::raw( $user->ID, Meta_Keys::FIRST_LOGIN ) ) {
			add_user_meta( $user->ID, Meta_Keys::FIRST_LOGIN, time(), true );
		}
	}
}
