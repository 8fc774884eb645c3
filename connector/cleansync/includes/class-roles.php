<?php
/**
 * Which roles may be given.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Which roles may be given, and how they are.
 *
 * @since 1.0.0
 */
final class Roles {

	/**
	 * Why a role may not be given.
	 *
	 * @since 1.0.0
	 *
	 * @param string $slug The role.
	 * @return string The code of a warning; empty when it may be given.
	 */
	public static function refusal( $slug ) {
		require_once ABSPATH . 'wp-admin/includes/user.php';
		if ( Privileges::is_role_privileged( $slug ) ) {
			return 'role_privileged';
		}
		return wp_roles()->is_role( $slug ) && array_key_exists( $slug, get_editable_roles() ) ? '' : 'role_refused';
	}

	/**
	 * The role for somebody new on the blog.
	 *
	 * @since 1.0.0
	 *
	 * @param string|null $slug    The role that is asked for; null for none.
	 * @param Outcome     $outcome Takes the warning when it may not be given.
	 * @return string Empty for none.
	 */
	public static function for_newcomer( $slug, $outcome ) {
		if ( null === $slug || '' === $slug ) {
			return '';
		}
		$refusal = self::refusal( $slug );
		if ( '' === $refusal ) {
			return $slug;
		}
		$outcome->warn( $refusal, $slug );
		return '' === self::refusal( 'subscriber' ) ? 'subscriber' : '';
	}

	/**
	 * Gives a user exactly these roles, if all of them may be given.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_User $user    The user, who is not privileged.
	 * @param string[] $wanted  The whole new set.
	 * @param Outcome  $outcome Takes warnings and what was written.
	 * @throws \RuntimeException When they stand as before.
	 */
	public static function replace( $user, $wanted, $outcome ) {
		$wanted = array_values( array_unique( $wanted ) );
		$held   = array_values( $user->roles );
		$given  = array_values( array_diff( $wanted, $held ) );
		$taken  = array_values( array_diff( $held, $wanted ) );
		if ( ! $given && ! $taken ) {
			return;
		}
		if ( ! current_user_can( 'promote_user', $user->ID ) ) {
			$outcome->warn( 'role_refused', implode( ',', $wanted ) );
			return;
		}
		foreach ( $given as $slug ) {
			$refusal = self::refusal( $slug );
			if ( '' !== $refusal ) {
				$outcome->warn( $refusal, $slug );
				return;
			}
		}
		if ( count( $wanted ) < 2 ) {
			$user->set_role( $wanted ? $wanted[0] : '' );
		} else {
			array_map( array( $user, 'remove_role' ), $taken );
			array_map( array( $user, 'add_role' ), $given );
		}
		// Core does not tell whether it could write.
		People::load( array( $user->ID ) );
		$now = get_userdata( $user->ID );
		if ( $now && ! array_diff( $held, $now->roles ) && ! array_diff( $now->roles, $held ) ) {
			throw new \RuntimeException( 'roles_not_written', 1 );
		}
		$outcome->wrote( 'roles' );
	}
}
