<?php
/**
 * Writes user meta where it differs.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Writes user meta through WordPress's own functions, with all their hooks, and only where it differs from what stands.
 *
 * @since 1.0.0
 */
final class Meta_Writer {

	/**
	 * Nothing was to be written.
	 *
	 * @since 1.0.0
	 */
	const SAME = 'same';

	/**
	 * It was written.
	 *
	 * @since 1.0.0
	 */
	const WRITTEN = 'written';

	/**
	 * It was not accepted.
	 *
	 * @since 1.0.0
	 */
	const REFUSED = 'refused';

	/**
	 * It is longer than what is stored.
	 *
	 * @since 1.0.0
	 */
	const TOO_LONG = 'too_long';

	/**
	 * Writes a value that came from outside. The key must have been checked.
	 *
	 * @since 1.0.0
	 *
	 * @param int    $id    The user.
	 * @param string $key   The meta key.
	 * @param mixed  $value A scalar, a list of scalars, or null to delete.
	 * @return string One of the constants.
	 */
	public static function write( $id, $key, $value ) {
		if ( null === $value ) {
			return self::delete( $id, $key );
		}
		$value = is_array( $value ) ? Texts::list_of( $value ) : Texts::of( $value );
		if ( null === $value ) {
			return self::REFUSED;
		}
		if ( Texts::too_long( $value ) ) {
			return self::TOO_LONG;
		}
		$registered = Meta_Keys::registered();
		if ( ! isset( $registered[ $key ] ) ) {
			return self::put( $id, $key, $value );
		}
		$type = isset( $registered[ $key ]['type'] ) ? $registered[ $key ]['type'] : 'string';
		if ( empty( $registered[ $key ]['single'] ) ) {
			return self::put_rows( $id, $key, $type, (array) $value );
		}
		if ( 'array' === $type ) {
			return self::put( $id, $key, (array) $value );
		}
		if ( is_array( $value ) ) {
			return self::REFUSED;
		}
		if ( '' === $value && in_array( $type, array( 'integer', 'number' ), true ) ) {
			return self::delete( $id, $key );
		}
		$value = self::coerce( $type, $value );
		return null === $value ? self::REFUSED : self::put( $id, $key, $value );
	}

	/**
	 * Makes of a text what a registered type wants.
	 *
	 * @since 1.0.0
	 *
	 * @param string $type  The type of the registration.
	 * @param string $value A text.
	 * @return string|int|float|bool|null Null when it is none of that type.
	 */
	private static function coerce( $type, $value ) {
		switch ( $type ) {
			case 'string':
				return $value;
			case 'integer':
				return 1 === preg_match( '/^-?\d+$/D', $value ) && (string) (int) $value === preg_replace( '/^(-?)0+(?=\d)/', '$1', $value ) ? (int) $value : null;
			case 'number':
				return is_numeric( $value ) && is_finite( (float) $value ) ? (float) $value : null;
			case 'boolean':
				$value = strtolower( $value );
				return in_array( $value, array( '1', 'true' ), true ) ? true : ( in_array( $value, array( '', '0', 'false' ), true ) ? false : null );
			default:
				return null;
		}
	}

	/**
	 * Stores one value, also over several rows that stand there.
	 *
	 * @since 1.0.0
	 *
	 * @param int    $id    The user.
	 * @param string $key   The meta key.
	 * @param mixed  $value The value.
	 * @return string One of the constants.
	 */
	public static function put( $id, $key, $value ) {
		$rows   = self::rows( $id, $key );
		$wanted = maybe_serialize( sanitize_meta( $key, $value, 'user', 'user' ) );
		$wanted = is_bool( $wanted ) ? (string) Texts::of( $wanted ) : (string) $wanted;
		if ( $rows && array( $wanted ) === array_values( array_unique( $rows ) ) ) {
			return self::SAME;
		}
		if ( ! Core_Fields::fits( 'meta_value', $wanted ) ) {
			return self::REFUSED;
		}
		$slashed = wp_slash( $value );
		if ( ! $rows ) {
			return add_user_meta( $id, $key, $slashed, true ) || update_user_meta( $id, $key, $slashed ) ? self::WRITTEN : self::not_written();
		}
		// Told the value that it replaces, core neither loads all of the user's meta again nor overwrites what somebody else wrote meanwhile.
		$old = get_metadata_raw( 'user', $id, $key, true );
		if ( 1 === count( $rows ) && ! empty( $old ) && update_user_meta( $id, $key, $slashed, $old ) ) {
			return self::WRITTEN;
		}
		if ( update_user_meta( $id, $key, $slashed ) ) {
			return self::WRITTEN;
		}
		$rows = self::rows( $id, $key );
		return $rows && array( $wanted ) === array_values( array_unique( $rows ) ) ? self::SAME : self::not_written();
	}

	/**
	 * The answer when WordPress did not write.
	 *
	 * @since 1.0.0
	 *
	 * @return string One of the constants.
	 * @throws \RuntimeException When it was the database that failed.
	 */
	private static function not_written() {
		global $wpdb;
		if ( '' !== (string) $wpdb->last_error ) {
			throw new \RuntimeException( 'database', 1 );
		}
		return self::REFUSED;
	}

	/**
	 * Stores one row for each value.
	 *
	 * @since 1.0.0
	 *
	 * @param int      $id     The user.
	 * @param string   $key    The meta key.
	 * @param string   $type   The type of the registration.
	 * @param string[] $values The values.
	 * @return string One of the constants.
	 */
	private static function put_rows( $id, $key, $type, $values ) {
		$wanted = array();
		foreach ( $values as $value ) {
			$value = self::coerce( $type, $value );
			if ( null === $value ) {
				return self::REFUSED;
			}
			$clean             = sanitize_meta( $key, $value, 'user', 'user' );
			$text              = (string) maybe_serialize( $clean );
			$wanted[ 'v' . $text ] = $value;
		}
		$result = self::SAME;
		$rows   = self::rows( $id, $key );
		$have   = array();
		$remove = array();
		foreach ( $rows as $index => $text ) {
			if ( isset( $wanted[ 'v' . $text ] ) ) {
				$have[ 'v' . $text ] = true;
				continue;
			}
			$standing = get_metadata_raw( 'user', $id, $key, false );
			if ( isset( $standing[ $index ] ) && count( $standing ) === count( $rows ) ) {
				$remove[] = $standing[ $index ];
			}
		}
		foreach ( $remove as $value ) {
			if ( '' === maybe_serialize( $value ) || null === $value || false === $value ) {
				// Core deletes all rows when it is asked to delete an empty value; those that stay come again below.
				delete_user_meta( $id, $key );
				$have = array();
			} else {
				delete_user_meta( $id, $key, wp_slash( $value ) );
			}
			$result = self::WRITTEN;
		}
		foreach ( array_diff_key( $wanted, $have ) as $value ) {
			if ( ! add_user_meta( $id, $key, wp_slash( $value ) ) ) {
				return self::REFUSED;
			}
			$result = self::WRITTEN;
		}
		return $result;
	}

	/**
	 * Deletes all rows of a key.
	 *
	 * @since 1.0.0
	 *
	 * @param int    $id  The user.
	 * @param string $key The meta key.
	 * @return string One of the constants.
	 */
	private static function delete( $id, $key ) {
		if ( ! self::rows( $id, $key ) ) {
			return self::SAME;
		}
		return delete_user_meta( $id, $key ) ? self::WRITTEN : self::REFUSED;
	}

	/**
	 * The rows of a key as the database holds them.
	 *
	 * @since 1.0.0
	 *
	 * @param int    $id  The user.
	 * @param string $key The meta key.
	 * @return string[]
	 */
	private static function rows( $id, $key ) {
		$rows = get_metadata_raw( 'user', $id, $key, false );
		return is_array( $rows ) ? array_map( array( self::class, 'row' ), array_values( $rows ) ) : array();
	}

	/**
	 * A value as the database holds it.
	 *
	 * @since 1.0.0
	 *
	 * @param mixed $value The value.
	 * @return string
	 */
	private static function row( $value ) {
		$value = maybe_serialize( $value );
		return is_bool( $value ) ? (string) Texts::of( $value ) : (string) $value;
	}
}
