<?php
/**
 * Checks the form of changes.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Checks the form of a change, whether it came in a request or out of a filter. Its values are judged when it is carried out.
 *
 * @since 1.0.0
 */
final class Change {

	/**
	 * What can be done.
	 *
	 * @since 1.0.0
	 */
	const KINDS = array( 'create', 'update', 'password', 'welcome' );

	/**
	 * Checks a change and fills in what was left out.
	 *
	 * @since 1.0.0
	 *
	 * @param mixed $raw The change as it came.
	 * @return array|string The checked change, or the name of the member that is wrong (empty for the whole).
	 */
	public static function check( $raw ) {
		if ( ! is_array( $raw ) ) {
			return '';
		}
		$kind = isset( $raw['do'] ) ? $raw['do'] : null;
		if ( ! in_array( $kind, self::KINDS, true ) ) {
			return 'do';
		}
		if ( 'create' === $kind ) {
			return self::creation( $raw );
		}
		if ( ! isset( $raw['id'] ) || ! self::is_id( $raw['id'] ) ) {
			return 'id';
		}
		if ( 'update' === $kind ) {
			return self::update( $raw );
		}
		$change = array(
			'do' => $kind,
			'id' => $raw['id'],
		);
		if ( 'welcome' === $kind ) {
			return $change;
		}
		if ( ! isset( $raw['password'] ) || ! is_string( $raw['password'] ) ) {
			return 'password';
		}
		if ( ! isset( $raw['guard'] ) || ! in_array( $raw['guard'], array( 'ours_still', 'new_to_user' ), true ) ) {
			return 'guard';
		}
		return $change + array(
			'password' => $raw['password'],
			'guard'    => $raw['guard'],
		);
	}

	/**
	 * Checks a creation.
	 *
	 * @since 1.0.0
	 *
	 * @param array $raw The change as it came.
	 * @return array|string The checked change, or the name of the member that is wrong.
	 */
	private static function creation( $raw ) {
		$raw += array(
			'generated' => false,
			'role'      => null,
			'link'      => null,
			'core'      => array(),
		);
		foreach ( array( 'login', 'email', 'password', 'token' ) as $name ) {
			if ( ! isset( $raw[ $name ] ) || ! is_string( $raw[ $name ] ) ) {
				return $name;
			}
		}
		if ( 1 !== preg_match( '/^[\x21-\x7E]{1,200}$/D', $raw['token'] ) ) {
			return 'token';
		}
		if ( ! is_bool( $raw['generated'] ) ) {
			return 'generated';
		}
		if ( null !== $raw['role'] && ! is_string( $raw['role'] ) ) {
			return 'role';
		}
		if ( null !== $raw['link'] && ! self::is_link( $raw['link'] ) ) {
			return 'link';
		}
		if ( ! self::is_object( $raw['core'] ) ) {
			return 'core';
		}
		return array(
			'do'        => 'create',
			'login'     => $raw['login'],
			'email'     => $raw['email'],
			'password'  => $raw['password'],
			'token'     => $raw['token'],
			'generated' => $raw['generated'],
			'role'      => $raw['role'],
			'link'      => null === $raw['link'] ? null : (string) $raw['link'],
			'core'      => $raw['core'],
		);
	}

	/**
	 * Checks an update.
	 *
	 * @since 1.0.0
	 *
	 * @param array $raw The change as it came.
	 * @return array|string The checked change, or the name of the member that is wrong.
	 */
	private static function update( $raw ) {
		$change = array(
			'do'   => 'update',
			'id'   => $raw['id'],
			'join' => isset( $raw['join'] ) ? $raw['join'] : false,
			'core' => isset( $raw['core'] ) ? $raw['core'] : array(),
			'meta' => isset( $raw['meta'] ) ? $raw['meta'] : array(),
		);
		if ( ! is_bool( $change['join'] ) ) {
			return 'join';
		}
		if ( ! self::is_object( $change['core'] ) ) {
			return 'core';
		}
		if ( ! self::is_object( $change['meta'] ) ) {
			return 'meta';
		}
		foreach ( array_keys( $change['meta'] ) as $key ) {
			if ( ! Meta_Keys::is_key( (string) $key ) ) {
				return 'meta';
			}
		}
		if ( isset( $raw['email'] ) ) {
			if ( ! is_string( $raw['email'] ) ) {
				return 'email';
			}
			$change['email'] = $raw['email'];
		}
		foreach ( array( 'roles', 'tags' ) as $name ) {
			if ( ! isset( $raw[ $name ] ) ) {
				continue;
			}
			if ( ! Texts::is_list( $raw[ $name ] ) || array_filter( $raw[ $name ], 'is_string' ) !== $raw[ $name ] ) {
				return $name;
			}
			$change[ $name ] = $raw[ $name ];
		}
		if ( array_key_exists( 'link', $raw ) ) {
			if ( null !== $raw['link'] && ! self::is_link( $raw['link'] ) ) {
				return 'link';
			}
			$change['link'] = null === $raw['link'] ? null : (string) $raw['link'];
		}
		return $change;
	}

	/**
	 * Whether a value is the number of a user.
	 *
	 * @since 1.0.0
	 *
	 * @param mixed $value Any value.
	 * @return bool
	 */
	public static function is_id( $value ) {
		return is_int( $value ) && $value > 0;
	}

	/**
	 * Whether a value is a link: a number, or a short text without blanks.
	 *
	 * @since 1.0.0
	 *
	 * @param mixed $value Any value.
	 * @return bool
	 */
	public static function is_link( $value ) {
		return self::is_id( $value ) || ( is_string( $value ) && 1 === preg_match( '/^[\x21-\x7E]{1,64}$/D', $value ) );
	}

	/**
	 * Whether a value was a JSON object.
	 *
	 * @since 1.0.0
	 *
	 * @param mixed $value Any value.
	 * @return bool
	 */
	private static function is_object( $value ) {
		return is_array( $value ) && ( array() === $value || ! Texts::is_list( $value ) );
	}

	/**
	 * Lets the site alter or refuse a change. What comes back is checked again.
	 *
	 * @since 1.0.0
	 *
	 * @param array $change A checked change.
	 * @return array|\WP_Error The checked change, or why it is refused.
	 */
	public static function filter( $change ) {
		if ( ! has_filter( 'cleansync_change' ) ) {
			return $change;
		}
		$fixed = array_intersect_key( $change, array_flip( array( 'do', 'id', 'password', 'token', 'generated', 'guard' ) ) );
		$shown = $change;
		unset( $shown['password'] );
		/**
		 * Filters a change before it is carried out.
		 *
		 * What kind of change it is, whom it concerns, token and password stay as they are.
		 *
		 * @since 1.0.0
		 *
		 * @param array|\WP_Error $change  The change, without the password. An error refuses it; its code is told to CleanSync.
		 * @param int             $user_id The user; 0 when one is to be created.
		 */
		$filtered = apply_filters( 'cleansync_change', $shown, isset( $change['id'] ) ? $change['id'] : 0 );
		if ( is_wp_error( $filtered ) ) {
			return $filtered;
		}
		$checked = is_array( $filtered ) ? self::check( array_merge( $filtered, $fixed ) ) : '';
		return is_array( $checked ) ? $checked : new \WP_Error( 'cleansync_bad_filter' );
	}
}
