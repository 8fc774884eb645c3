<?php
/**
 * Which user meta the plugin writes and reads.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Which user meta the plugin writes and reads, and which it never does.
 *
 * @since 1.0.0
 */
final class Meta_Keys {

	/**
	 * The token of the creation.
	 *
	 * @since 1.0.0
	 */
	const CREATION = 'cleansync_creation';

	/**
	 * The hash of the password that CleanSync gave last, as it stood in the users table.
	 *
	 * @since 1.0.0
	 */
	const PASSWORD = 'cleansync_password';

	/**
	 * Unix time of the first sign-in after the creation.
	 *
	 * @since 1.0.0
	 */
	const FIRST_LOGIN = 'cleansync_first_login';

	/**
	 * Unix time of the welcome mail.
	 *
	 * @since 1.0.0
	 */
	const WELCOMED = 'cleansync_welcomed';

	/**
	 * The option that remembers which keys hold tags and links.
	 *
	 * @since 1.0.0
	 */
	const OPTION = 'cleansync_keys';

	/**
	 * The most keys that are remembered.
	 *
	 * @since 1.0.0
	 */
	const MAX_REMEMBERED = 20;

	/**
	 * Keys that are never written or read as meta, in lower case: columns, core fields that have their own way, power and the plugin's own.
	 *
	 * @since 1.0.0
	 */
	const FORBIDDEN = array(
		'id',
		'user_id',
		'user_login',
		'user_pass',
		'user_nicename',
		'user_email',
		'user_url',
		'user_registered',
		'user_activation_key',
		'user_status',
		'display_name',
		'first_name',
		'last_name',
		'nickname',
		'description',
		'locale',
		'session_tokens',
		'default_password_nag',
		'primary_blog',
		'source_domain',
		'use_ssl',
		'roles',
		'role',
		self::CREATION,
		self::PASSWORD,
		self::FIRST_LOGIN,
		self::WELCOMED,
	);

	/**
	 * Keys that carry power: capabilities and levels of this and other blogs, sessions, application passwords, pending changes of email,
	 * second factors of the usual plugins, sign-in with other services, and anything keyed to a blog number.
	 *
	 * @since 1.0.0
	 */
	const POWER = '/
		capabilities$ | user_level$ | user-settings | session_tokens | application_passwords | user_pass$ | activation_key
		| _new_email$ | reset_?(pass|key) | (^|_)itsec | wfls | aiowps
		| (two|2)[_-]?f(actor|a) | mo2f | tfa_ | (^|[_-])[th]?otp([_-]|$) | totp | u2f | fido | webauthn | passkey
		| authenticator | (backup|recovery|emergency)_?codes? | wpcom_user
		| ^[a-z0-9]+_\d+_
		/xiD';

	/**
	 * Answers of is_denied(), by key.
	 *
	 * @since 1.0.0
	 *
	 * @var bool[]
	 */
	private static $denied = array();

	/**
	 * Whether a key is one that can be named at all: 1 to 255 printable ASCII characters.
	 *
	 * @since 1.0.0
	 *
	 * @param mixed $key A key.
	 * @return bool
	 */
	public static function is_key( $key ) {
		return is_string( $key ) && 1 === preg_match( '/^[\x20-\x7E]{1,255}$/D', $key );
	}

	/**
	 * Whether a key is never written or read.
	 *
	 * The database compares keys without regard to case and to blanks at the end, and WordPress drops backslashes:
	 * a key with any of these could stand for another. The key 0 stands for all of them.
	 *
	 * @since 1.0.0
	 *
	 * @param string $key A meta key.
	 * @return bool
	 */
	public static function is_denied( $key ) {
		global $wpdb;
		if ( ! isset( self::$denied[ $key ] ) ) {
			self::$denied[ $key ] = ! self::is_key( $key )
				|| '0' === (string) $key
				|| trim( $key ) !== $key
				|| false !== strpos( $key, '\\' )
				|| in_array( strtolower( $key ), self::FORBIDDEN, true )
				|| 1 === preg_match( self::POWER, $key )
				|| 1 === preg_match( '/^' . preg_quote( $wpdb->base_prefix, '/' ) . '\d+_/i', $key );
		}
		return self::$denied[ $key ];
	}

	/**
	 * Remembers the keys in use, so that they stay protected between the requests of CleanSync.
	 *
	 * @since 1.0.0
	 *
	 * @param string ...$keys Keys of tags and link, not denied ones.
	 */
	public static function remember( ...$keys ) {
		$known = self::remembered();
		$all   = array_values( array_unique( array_merge( $known, $keys ) ) );
		if ( $all === $known || count( $all ) > self::MAX_REMEMBERED ) {
			return;
		}
		if ( is_multisite() ) {
			update_site_option( self::OPTION, $all );
		} else {
			update_option( self::OPTION, $all, true );
		}
	}

	/**
	 * The keys of tags and link that were in use so far.
	 *
	 * @since 1.0.0
	 *
	 * @return string[]
	 */
	public static function remembered() {
		$keys = is_multisite() ? get_site_option( self::OPTION, array() ) : get_option( self::OPTION, array() );
		return array_values(
			array_filter(
				(array) $keys,
				static function ( $key ) {
					return is_string( $key ) && ! self::is_denied( $key );
				}
			)
		);
	}

	/**
	 * Sees to it that tags, links and the plugin's own meta are written over REST only by those who may edit users.
	 *
	 * Meta that is registered for REST may otherwise be written by the user himself: he could grant himself any tag.
	 *
	 * @since 1.0.0
	 */
	public static function protect() {
		$own = array( self::CREATION, self::PASSWORD, self::FIRST_LOGIN, self::WELCOMED );
		foreach ( array_merge( self::remembered(), $own ) as $key ) {
			add_filter( "auth_user_meta_{$key}", array( self::class, 'authorize' ), PHP_INT_MAX, 4 );
			// Core asks the filter of the subtype instead of the general one, where there is any.
			if ( has_filter( "auth_user_meta_{$key}_for_user" ) ) {
				add_filter( "auth_user_meta_{$key}_for_user", array( self::class, 'authorize' ), PHP_INT_MAX, 4 );
			}
		}
	}

	/**
	 * Lets only those through who may edit users.
	 *
	 * @since 1.0.0
	 *
	 * @param bool   $allowed   What others decided.
	 * @param string $meta_key  The meta key.
	 * @param int    $object_id Whose meta.
	 * @param int    $user_id   Who wants to write.
	 * @return bool
	 */
	public static function authorize( $allowed, $meta_key, $object_id, $user_id ) {
		return $allowed && user_can( $user_id, 'edit_users' );
	}

	/**
	 * The user meta that is registered, whether for users in general or for their only subtype.
	 *
	 * @since 1.0.0
	 *
	 * @return array[] Arguments of the registration, by key.
	 */
	public static function registered() {
		return get_registered_meta_keys( 'user', 'user' ) + get_registered_meta_keys( 'user' );
	}
}
