<?php
/**
 * The fields of a user that WordPress itself knows.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Checks the fields of a user that WordPress itself knows, and tells what core would store for them.
 *
 * @since 1.0.0
 */
final class Core_Fields {

	/**
	 * Fields that core keeps as user meta.
	 *
	 * @since 1.0.0
	 */
	const META = array( 'first_name', 'last_name', 'nickname', 'description', 'locale' );

	/**
	 * Fields that are columns of the users table, and how many characters they hold.
	 *
	 * @since 1.0.0
	 */
	const COLUMNS = array(
		'display_name' => 250,
		'user_url'     => 100,
	);

	/**
	 * Filters of core that a value runs through, by field. Core itself has none for the locale.
	 *
	 * @since 1.0.0
	 */
	const FILTERED = array( 'first_name', 'last_name', 'nickname', 'description', 'display_name', 'user_url' );

	/**
	 * Keeps the fields that can be stored and warns about the others.
	 *
	 * @since 1.0.0
	 *
	 * @param array   $core    Values, by field.
	 * @param string  $login   The user's login, which stands in for an empty nickname or display name.
	 * @param Outcome $outcome Takes the warnings.
	 * @return string[] What core would store, by field.
	 */
	public static function accept( $core, $login, $outcome ) {
		$accepted = array();
		foreach ( $core as $field => $value ) {
			$field = (string) $field;
			$known = in_array( $field, self::META, true ) || isset( self::COLUMNS[ $field ] );
			$text  = Texts::of( $value );
			if ( ! $known || null === $text || ( 'locale' === $field && ! self::is_locale( $text ) ) ) {
				$outcome->warn( 'value_refused', $field );
				continue;
			}
			if ( Texts::too_long( $text ) ) {
				$outcome->warn( 'too_long', $field );
				continue;
			}
			$stored = self::stored( $field, $text, $login );
			if ( isset( self::COLUMNS[ $field ] ) ) {
				if ( self::length( $stored ) > self::COLUMNS[ $field ] ) {
					$outcome->warn( 'too_long', $field );
					continue;
				}
				if ( ! self::fits( $field, $stored ) ) {
					$outcome->warn( 'value_refused', $field );
					continue;
				}
			}
			$accepted[ $field ] = $stored;
		}
		return $accepted;
	}

	/**
	 * What core would store for a text.
	 *
	 * @since 1.0.0
	 *
	 * @param string $field The field.
	 * @param string $text  The text.
	 * @param string $login The user's login.
	 * @return string
	 */
	public static function stored( $field, $text, $login ) {
		if ( ! in_array( $field, self::FILTERED, true ) ) {
			return $text;
		}
		// Core takes "0" for empty, and the login for an empty name to show.
		if ( empty( $text ) ) {
			$text = in_array( $field, array( 'nickname', 'display_name' ), true ) ? $login : '';
		}
		/** This filter is documented in wp-includes/user.php */
		return wp_unslash( (string) apply_filters( "pre_user_{$field}", wp_slash( $text ) ) );
	}

	/**
	 * How many characters a text has.
	 *
	 * @since 1.0.0
	 *
	 * @param string $text A text.
	 * @return int
	 */
	public static function length( $text ) {
		return mb_strlen( $text, 'UTF-8' );
	}

	/**
	 * Whether the column takes all characters of a text. Tables of old sites know no emoji.
	 *
	 * @since 1.0.0
	 *
	 * @param string $column A column of the users table, or `meta_value`.
	 * @param string $text   A text.
	 * @return bool
	 */
	public static function fits( $column, $text ) {
		global $wpdb;
		$table = 'meta_value' === $column ? $wpdb->usermeta : $wpdb->users;
		return 1 !== preg_match( '/[^\x00-\x7F]/', $text ) || $text === $wpdb->strip_invalid_text_for_column( $table, $column, $text );
	}

	/**
	 * Whether a locale is installed, or empty for that of the site.
	 *
	 * @since 1.0.0
	 *
	 * @param string $locale A locale.
	 * @return bool
	 */
	private static function is_locale( $locale ) {
		return '' === $locale || 'en_US' === $locale || in_array( $locale, get_available_languages(), true );
	}

	/**
	 * Whether WordPress, and the network, take an email.
	 *
	 * @since 1.0.0
	 *
	 * @param string $email An email.
	 * @return bool
	 */
	public static function is_email( $email ) {
		if ( null === Texts::of( $email ) || is_email( $email ) !== $email ) {
			return false;
		}
		/** This filter is documented in wp-includes/user.php */
		$stored = wp_unslash( (string) apply_filters( 'pre_user_email', wp_slash( $email ) ) );
		if ( People::fold( $stored ) !== People::fold( $email ) || self::length( $stored ) > 100 || ! self::fits( 'user_email', $stored ) ) {
			return false;
		}
		if ( ! is_multisite() ) {
			return true;
		}
		$limited = get_site_option( 'limited_email_domains' );
		$domain  = strtolower( substr( $email, 1 + strpos( $email, '@' ) ) );
		return ! is_email_address_unsafe( $email )
			&& ( ! is_array( $limited ) || ! $limited || in_array( $domain, array_map( 'strtolower', $limited ), true ) );
	}
}
