<?php
/**
 * Creates users.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Creates a user, under locks, after looking once more, with his token and link or not at all.
 *
 * @since 1.0.0
 */
final class Creation {

	/**
	 * Whether the locks of the current insertion are held by this class.
	 *
	 * @since 1.0.0
	 *
	 * @var bool
	 */
	private static $inserting = false;

	/**
	 * The checked change.
	 *
	 * @since 1.0.0
	 *
	 * @var array
	 */
	private $change;

	/**
	 * Shows users.
	 *
	 * @since 1.0.0
	 *
	 * @var User_View
	 */
	private $view;

	/**
	 * The meta key of the link.
	 *
	 * @since 1.0.0
	 *
	 * @var string
	 */
	private $link_key;

	/**
	 * Warnings.
	 *
	 * @since 1.0.0
	 *
	 * @var Outcome
	 */
	private $outcome;

	/**
	 * Makes a creation.
	 *
	 * @since 1.0.0
	 *
	 * @param array     $change   The checked change.
	 * @param User_View $view     Shows users.
	 * @param string    $link_key The meta key of the link.
	 */
	public function __construct( $change, $view, $link_key ) {
		$this->change   = $change;
		$this->view     = $view;
		$this->link_key = $link_key;
		$this->outcome  = new Outcome();
	}

	/**
	 * Whether a user is just being created by this class.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	public static function is_inserting() {
		return self::$inserting;
	}

	/**
	 * Creates the user.
	 *
	 * @since 1.0.0
	 *
	 * @return array The result.
	 */
	public function run() {
		$login = $this->change['login'];
		$email = $this->change['email'];
		// Most repetitions end here, before the work of hashing and locking.
		$existing = $this->existing();
		if ( $existing ) {
			return $existing;
		}
		if ( ! self::is_login( $login ) || $this->is_email_of_another( $login ) ) {
			return $this->outcome->result( 'login_refused' );
		}
		if ( ! Core_Fields::is_email( $email ) ) {
			return $this->outcome->result( 'email_refused' );
		}
		if ( ! Password::is_acceptable( $this->change['password'] ) ) {
			return $this->outcome->result( 'password_refused' );
		}
		$locks = Locks::take( self::locks( $login, $email ) );
		if ( null === $locks ) {
			return $this->outcome->result( 'busy' );
		}
		try {
			$existing = $this->existing();
			if ( $existing ) {
				return $existing;
			}
			$refused = is_multisite() ? $this->refused_by_network() : null;
			return $refused ? $refused : $this->insert();
		} finally {
			Locks::release( $locks );
		}
	}

	/**
	 * The locks that belong to a login and an email.
	 *
	 * @since 1.0.0
	 *
	 * @param string $login A login.
	 * @param string $email An email.
	 * @return string[]
	 */
	public static function locks( $login, $email ) {
		$email = People::fold( $email );
		$names = array( Locks::name( 'email', $email ) );
		$login = Texts::lower( $login );
		if ( $login !== $email ) {
			$names[] = Locks::name( 'login', $login );
		}
		return $names;
	}

	/**
	 * The result when somebody has that email or login already.
	 *
	 * @since 1.0.0
	 *
	 * @return array|null Null when there is nobody.
	 */
	private function existing() {
		$ids = People::by_email( $this->change['email'] );
		if ( $ids ) {
			People::load( $ids );
			$users = array_filter( array_map( array( $this->view, 'show' ), $ids ) );
			foreach ( $users as $user ) {
				if ( $user['creation'] === $this->change['token'] ) {
					return $this->exists( 'email', $user );
				}
			}
			return $this->exists( 'email', $users ? reset( $users ) : null );
		}
		$id = People::by_login( $this->change['login'] );
		if ( ! $id ) {
			return null;
		}
		People::load( array( $id ) );
		$user = $this->view->show( $id );
		return $this->exists( 'login', $user && $user['creation'] === $this->change['token'] ? $user : null );
	}

	/**
	 * The result for somebody who exists.
	 *
	 * @since 1.0.0
	 *
	 * @param string     $by   `email` or `login`.
	 * @param array|null $user The user as shown.
	 * @return array
	 */
	private function exists( $by, $user ) {
		return $this->outcome->result( 'exists', $user ? compact( 'by', 'user' ) : compact( 'by' ) );
	}

	/**
	 * Whether WordPress takes a login unchanged.
	 *
	 * @since 1.0.0
	 *
	 * @param string $login A login.
	 * @return bool
	 */
	private static function is_login( $login ) {
		if ( empty( $login ) || null === Texts::of( $login ) || Core_Fields::length( $login ) > 60 || ! validate_username( $login ) || sanitize_user( $login, true ) !== $login ) {
			return false;
		}
		/** This filter is documented in wp-includes/user.php */
		if ( trim( apply_filters( 'pre_user_login', $login ) ) !== $login || '' === sanitize_title( mb_substr( $login, 0, 50 ) ) ) {
			return false;
		}
		/** This filter is documented in wp-includes/user.php */
		$illegal = (array) apply_filters( 'illegal_user_logins', array() );
		return ! in_array( strtolower( $login ), array_map( 'strtolower', $illegal ), true );
	}

	/**
	 * Whether a login is the email of somebody else, who could then no longer sign in with it.
	 *
	 * @since 1.0.0
	 *
	 * @param string $login A login.
	 * @return bool
	 */
	private function is_email_of_another( $login ) {
		return false !== strpos( $login, '@' )
			&& People::fold( $login ) !== People::fold( $this->change['email'] )
			&& array() !== People::by_email( $login );
	}

	/**
	 * The result when the network refuses the login or email, by its own rules for signing up.
	 *
	 * @since 1.0.0
	 *
	 * @return array|null Null when it does not refuse.
	 */
	private function refused_by_network() {
		global $wpdb;
		$checked = wpmu_validate_user_signup( $this->change['login'], $this->change['email'] );
		$codes   = isset( $checked['errors'] ) && is_wp_error( $checked['errors'] ) ? $checked['errors']->get_error_codes() : array();
		if ( ! $codes ) {
			return null;
		}
		// Whoever has signed up and not confirmed yet holds login and email for two days.
		foreach ( array( 'email', 'login' ) as $by ) {
			$name = 'email' === $by ? 'user_email' : 'user_name';
			if ( in_array( $name, $codes, true ) && $wpdb->get_var( $wpdb->prepare( "SELECT signup_id FROM {$wpdb->signups} WHERE user_{$by} = %s LIMIT 1", $this->change[ $by ] ) ) ) { // phpcs:ignore
				return $this->exists( $by, null );
			}
		}
		return $this->outcome->result( array( 'user_email' ) === $codes ? 'email_refused' : 'login_refused' );
	}

	/**
	 * Inserts the user.
	 *
	 * @since 1.0.0
	 *
	 * @return array The result.
	 */
	private function insert() {
		$fields      = $this->fields();
		$transaction = new Transaction();
		$add_meta    = function ( $meta, $user ) {
			return $this->own_meta( $user ) + (array) $meta;
		};
		// The row, the meta and the role are one; what other plugins do with a new user comes after, and cannot undo it.
		$whole  = true;
		$commit = function () use ( $transaction, &$whole ) {
			$whole = $transaction->commit() || People::by_email( $this->change['email'] );
			if ( ! $whole ) {
				// Rolled back by the database: nobody must hear of a user who does not exist.
				throw new \RuntimeException( 'rolled_back', 1 );
			}
		};
		add_filter( 'insert_user_meta', $add_meta, PHP_INT_MAX, 2 );
		add_action( 'user_register', $commit, PHP_INT_MIN, 0 );
		self::$inserting = true;
		$id              = 0;
		try {
			$transaction->begin();
			$id = wp_insert_user( $fields );
			$transaction->commit();
		} finally {
			self::$inserting = false;
			remove_filter( 'insert_user_meta', $add_meta, PHP_INT_MAX );
			remove_action( 'user_register', $commit, PHP_INT_MIN );
			if ( $transaction->rollback() || ! $whole ) {
				// Whoever was half inserted does not exist, whatever the object cache says.
				wp_cache_flush();
			}
		}
		if ( is_wp_error( $id ) ) {
			return $this->not_inserted( $id );
		}
		return $this->inserted( (int) $id );
	}

	/**
	 * The user's fields, slashed as core wants them.
	 *
	 * @since 1.0.0
	 *
	 * @return array
	 */
	private function fields() {
		$login  = $this->change['login'];
		$core   = Core_Fields::accept( $this->change['core'], $login, $this->outcome );
		$raw    = array_intersect_key( array_map( array( Texts::class, 'of' ), $this->change['core'] ), $core );
		$fields = array(
			'user_login' => $login,
			'user_email' => $this->change['email'],
			'user_pass'  => $this->change['password'],
			'role'       => Roles::for_newcomer( $this->change['role'], $this->outcome ),
		) + $raw;
		if ( empty( $raw['display_name'] ) ) {
			// Core makes it of both names, and creates nobody when that is too long.
			$name = trim( ( isset( $core['first_name'] ) ? $core['first_name'] : '' ) . ' ' . ( isset( $core['last_name'] ) ? $core['last_name'] : '' ) );
			unset( $fields['display_name'] );
			$stored = Core_Fields::stored( 'display_name', $name, $login );
			$long   = Core_Fields::length( $stored ) > Core_Fields::COLUMNS['display_name'];
			if ( $long || ! Core_Fields::fits( 'display_name', $stored ) ) {
				$this->outcome->warn( $long ? 'too_long' : 'value_refused', 'display_name' );
				$fields['display_name'] = $login;
			}
		}
		return wp_slash( $fields );
	}

	/**
	 * The plugin's own meta of a new user, slashed as core wants it.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_User $user The user, just inserted.
	 * @return array
	 */
	private function own_meta( $user ) {
		$meta = array(
			Meta_Keys::CREATION => wp_slash( $this->change['token'] ),
			Meta_Keys::PASSWORD => wp_slash( $user->user_pass ),
		);
		if ( null !== $this->change['link'] ) {
			$meta[ $this->link_key ] = wp_slash( $this->change['link'] );
		}
		if ( $this->change['generated'] ) {
			$meta['default_password_nag'] = true;
		}
		return $meta;
	}

	/**
	 * The result when core refused the insertion.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_Error $error Core's refusal.
	 * @return array
	 */
	private function not_inserted( $error ) {
		$code = $error->get_error_code();
		if ( in_array( $code, array( 'existing_user_login', 'existing_user_email' ), true ) ) {
			$existing = $this->existing();
			return $existing ? $existing : $this->exists( 'existing_user_email' === $code ? 'email' : 'login', null );
		}
		if ( in_array( $code, array( 'empty_user_login', 'user_login_too_long', 'invalid_username', 'empty_user_nicename', 'user_nicename_too_long' ), true ) ) {
			return $this->outcome->result( 'login_refused' );
		}
		return $this->outcome->result( 'refused', array( 'code' => Texts::code( $error ) ) );
	}

	/**
	 * What remains to be done for an inserted user.
	 *
	 * @since 1.0.0
	 *
	 * @param int $id The user.
	 * @return array The result.
	 */
	private function inserted( $id ) {
		$ids = People::by_email( $this->change['email'] );
		if ( $id < 1 || ! in_array( $id, $ids, true ) ) {
			return $this->outcome->result( 'failed', array( 'code' => 'not_inserted' ) );
		}
		People::load( array( $id ) );
		if ( $this->change['token'] !== User_View::raw( $id, Meta_Keys::CREATION ) ) {
			// Another plugin replaced the list of meta.
			foreach ( $this->own_meta( get_userdata( $id ) ) as $key => $value ) {
				update_user_meta( $id, $key, $value );
			}
		}
		if ( count( $ids ) > 1 ) {
			$this->outcome->warn( 'twin_found', 'user_email' );
		}
		if ( is_multisite() ) {
			$error = $this->join( $id );
			if ( is_wp_error( $error ) ) {
				return $this->outcome->result( 'failed', array( 'code' => Texts::code( $error ) ) );
			}
		}
		$told = $this->change;
		unset( $told['password'] );
		/**
		 * Fires after CleanSync created a user.
		 *
		 * @since 1.0.0
		 *
		 * @param int   $user_id The user.
		 * @param array $change  The change, without the password.
		 */
		do_action( 'cleansync_user_created', $id, $told );
		return $this->outcome->result( 'created', array( 'user' => $this->view->show( $id ) ) );
	}

	/**
	 * Makes a new user of the network a member of the current blog.
	 *
	 * @since 1.0.0
	 *
	 * @param int $id The user.
	 * @return true|\WP_Error
	 */
	private function join( $id ) {
		$user  = get_userdata( $id );
		$role  = $user->roles ? reset( $user->roles ) : '';
		$added = add_user_to_blog( get_current_blog_id(), $id, $role );
		if ( is_wp_error( $added ) ) {
			return $added;
		}
		// Other plugins listen to it; core's own listener mails the network's administrator.
		$mails = remove_action( 'wpmu_new_user', 'newuser_notify_siteadmin' );
		try {
			/** This action is documented in wp-includes/ms-functions.php */
			do_action( 'wpmu_new_user', $id );
		} finally {
			if ( $mails ) {
				add_action( 'wpmu_new_user', 'newuser_notify_siteadmin' );
			}
		}
		return true;
	}
}
