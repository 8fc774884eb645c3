<?php
/**
 * A user as the protocol shows him.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Shows users: what stands in the database, without the values of keys that carry power.
 *
 * @since 1.0.0
 */
final class User_View {

	/**
	 * The meta keys that are shown.
	 *
	 * @since 1.0.0
	 *
	 * @var string[]
	 */
	private $meta;

	/**
	 * The meta key of the tags.
	 *
	 * @since 1.0.0
	 *
	 * @var string
	 */
	private $tags_key;

	/**
	 * The meta key of the link.
	 *
	 * @since 1.0.0
	 *
	 * @var string
	 */
	private $link_key;

	/**
	 * Makes a view.
	 *
	 * @since 1.0.0
	 *
	 * @param string[] $meta     Meta keys to show.
	 * @param string   $tags_key The meta key of the tags.
	 * @param string   $link_key The meta key of the link.
	 */
	public function __construct( $meta, $tags_key, $link_key ) {
		$this->meta     = $meta;
		$this->tags_key = $tags_key;
		$this->link_key = $link_key;
	}

	/**
	 * Shows a user.
	 *
	 * @since 1.0.0
	 *
	 * @param int $id The user.
	 * @return array|null Null when there is none.
	 */
	public function show( $id ) {
		$user = get_userdata( $id );
		if ( ! $user ) {
			return null;
		}
		$registered  = strtotime( $user->user_registered . ' UTC' );
		$first_login = (int) self::raw( $id, Meta_Keys::FIRST_LOGIN );
		$password    = self::raw( $id, Meta_Keys::PASSWORD );
		$core        = array();
		foreach ( array( 'first_name', 'last_name' ) as $field ) {
			$core[ $field ] = (string) self::text( self::raw( $id, $field ) );
		}
		$core['display_name'] = $user->display_name;
		$core['nickname']     = (string) self::text( self::raw( $id, 'nickname' ) );
		$core['user_url']     = $user->user_url;
		foreach ( array( 'description', 'locale' ) as $field ) {
			$core[ $field ] = (string) self::text( self::raw( $id, $field ) );
		}
		$meta = array();
		foreach ( $this->meta as $key ) {
			$meta[ $key ] = Meta_Keys::is_denied( $key ) ? null : self::value( $id, $key );
		}
		$link = self::value( $id, $this->link_key );
		$link = is_array( $link ) ? ( $link ? $link[0] : null ) : $link;
		return array(
			'id'           => $user->ID,
			'login'        => $user->user_login,
			'email'        => $user->user_email,
			'registered'   => Texts::time( $registered ? $registered : null ),
			'roles'        => array_values( $user->roles ),
			'capabilities' => Privileges::capabilities_of( $user ),
			'privileged'   => Privileges::is_user_privileged( $user ),
			'member'       => People::is_member( $user ),
			'core'         => $core,
			'meta'         => (object) $meta,
			'tags'         => self::tags( $id, $this->tags_key ),
			'link'         => $link,
			'creation'     => (string) self::text( self::raw( $id, Meta_Keys::CREATION ) ),
			'our_password' => is_string( $password ) && '' !== $password ? $password === $user->user_pass : null,
			'first_login'  => Texts::time( $first_login ),
		);
	}

	/**
	 * The user's tags.
	 *
	 * @since 1.0.0
	 *
	 * @param int    $id  The user.
	 * @param string $key The meta key of the tags.
	 * @return string[]
	 */
	public static function tags( $id, $key ) {
		$tags = self::value( $id, $key );
		$tags = is_array( $tags ) ? $tags : array( (string) $tags );
		return array_values( array_unique( array_filter( $tags, 'strlen' ) ) );
	}

	/**
	 * The first row of a key, as stored, without defaults of registrations.
	 *
	 * @since 1.0.0
	 *
	 * @param int    $id  The user.
	 * @param string $key A meta key.
	 * @return mixed Null when there is none.
	 */
	public static function raw( $id, $key ) {
		return get_metadata_raw( 'user', $id, $key, true );
	}

	/**
	 * A value as the protocol writes it.
	 *
	 * @since 1.0.0
	 *
	 * @param int    $id  The user.
	 * @param string $key A meta key.
	 * @return string|string[]|null A text, a list of texts, or null.
	 */
	public static function value( $id, $key ) {
		$rows = get_metadata_raw( 'user', $id, $key, false );
		if ( ! is_array( $rows ) || array() === $rows ) {
			return null;
		}
		if ( count( $rows ) > 1 && self::has_rows( $key ) ) {
			return array_values( array_filter( array_map( array( self::class, 'text' ), $rows ), 'is_string' ) );
		}
		$value = $rows[0];
		if ( is_array( $value ) ) {
			return array_values( array_filter( array_map( array( self::class, 'text' ), $value ), 'is_string' ) );
		}
		$text = self::text( $value );
		return null !== $text && self::has_rows( $key ) ? array( $text ) : $text;
	}

	/**
	 * Whether a key is registered to have one row for each of its values.
	 *
	 * @since 1.0.0
	 *
	 * @param string $key A meta key.
	 * @return bool
	 */
	private static function has_rows( $key ) {
		$registered = Meta_Keys::registered();
		return isset( $registered[ $key ] ) && empty( $registered[ $key ]['single'] );
	}

	/**
	 * A scalar as text.
	 *
	 * @since 1.0.0
	 *
	 * @param mixed $value What stands in the database.
	 * @return string|null Null for what is no scalar, and for bytes that are no text.
	 */
	public static function text( $value ) {
		return Texts::of( $value );
	}
}
