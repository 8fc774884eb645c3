<?php
/**
 * Checks of texts that come from outside.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Checks of texts that come from outside.
 *
 * @since 1.0.0
 */
final class Texts {

	/**
	 * The longest text, in bytes, that is stored as one meta value.
	 *
	 * @since 1.0.0
	 */
	const MAX_BYTES = 65536;

	/**
	 * The most texts that are stored as one list.
	 *
	 * @since 1.0.0
	 */
	const MAX_ENTRIES = 1000;

	/**
	 * Makes a text of a scalar value.
	 *
	 * @since 1.0.0
	 *
	 * @param mixed $value Any value.
	 * @return string|null Null for what is no scalar, no valid UTF-8 or holds a null byte.
	 */
	public static function of( $value ) {
		if ( is_bool( $value ) ) {
			return $value ? '1' : '';
		}
		if ( ! is_string( $value ) && ! is_int( $value ) && ! is_float( $value ) ) {
			return null;
		}
		$text = (string) $value;
		if ( false !== strpos( $text, "\0" ) || 1 !== preg_match( '//u', $text ) ) {
			return null;
		}
		return $text;
	}

	/**
	 * Makes a list of texts.
	 *
	 * @since 1.0.0
	 *
	 * @param mixed $value Any value.
	 * @return string[]|null Null unless it is a list of scalars.
	 */
	public static function list_of( $value ) {
		if ( ! self::is_list( $value ) ) {
			return null;
		}
		$texts = array_map( array( self::class, 'of' ), $value );
		return in_array( null, $texts, true ) ? null : $texts;
	}

	/**
	 * Whether a value is a list: an array with the keys 0, 1, 2 and so on.
	 *
	 * @since 1.0.0
	 *
	 * @param mixed $value Any value.
	 * @return bool
	 */
	public static function is_list( $value ) {
		return is_array( $value ) && ( array() === $value || array_keys( $value ) === range( 0, count( $value ) - 1 ) );
	}

	/**
	 * Whether a value is larger than what is stored.
	 *
	 * @since 1.0.0
	 *
	 * @param string|string[] $value A text or a list of texts.
	 * @return bool
	 */
	public static function too_long( $value ) {
		$texts = (array) $value;
		return count( $texts ) > self::MAX_ENTRIES || array_sum( array_map( 'strlen', $texts ) ) > self::MAX_BYTES;
	}

	/**
	 * Lowers the case, of letters beyond ASCII too where the server can.
	 *
	 * @since 1.0.0
	 *
	 * @param string $text A text.
	 * @return string
	 */
	public static function lower( $text ) {
		return function_exists( 'mb_strtolower' ) ? mb_strtolower( $text, 'UTF-8' ) : strtolower( $text );
	}

	/**
	 * What may be told of an error: its code, and never its message, which may name people.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_Error|\Throwable|string $error An error or a code.
	 * @return string
	 */
	public static function code( $error ) {
		if ( $error instanceof \WP_Error ) {
			$code = (string) $error->get_error_code();
		} elseif ( $error instanceof \Throwable ) {
			$code = strtok( get_class( $error ), '@' );
		} else {
			$code = (string) $error;
		}
		return substr( preg_replace( '/[^A-Za-z0-9_.\\\\-]/', '', $code ), 0, 64 );
	}

	/**
	 * A moment as the protocol writes it.
	 *
	 * @since 1.0.0
	 *
	 * @param int|null $time Unix time, or null.
	 * @return string|null
	 */
	public static function time( $time ) {
		return null === $time || $time <= 0 ? null : gmdate( 'Y-m-d\TH:i:s\Z', $time );
	}
}
