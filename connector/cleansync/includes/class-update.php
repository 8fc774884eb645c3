<?php
/**
 * Updates users.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Brings a user into the state that a change describes, and writes only what differs.
 *
 * @since 1.0.0
 */
final class Update {

	/**
	 * The checked change.
	 *
	 * @since 1.0.0
	 *
	 * @var array
	 */
	private $change;

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
	 * Warnings and what was written.
	 *
	 * @since 1.0.0
	 *
	 * @var Outcome
	 */
	private $outcome;

	/**
	 * Makes an update.
	 *
	 * @since 1.0.0
	 *
	 * @param array  $change   The checked change.
	 * @param string $tags_key The meta key of the tags.
	 * @param string $link_key The meta key of the link.
	 */
	public function __construct( $change, $tags_key, $link_key ) {
		$this->change   = $change;
		$this->tags_key = $tags_key;
		$this->link_key = $link_key;
		$this->outcome  = new Outcome();
	}

	/**
	 * Whether the update writes meta only, so that it needs no lock and can share a transaction.
	 *
	 * Core writes the whole row of the users table, password and all, as it was read: what is read must be fresh, and no snapshot of a transaction.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	public function is_light() {
		$user = $this->change['join'] ? false : get_userdata( $this->change['id'] );
		return $user && ! $this->wants_other_email( $user ) && ! $this->wants_other_roles( $user ) && ! $this->wants_other_columns( $user );
	}

	/**
	 * Whether the change names other values than the user's for fields that are columns, before core's filters.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_User $user The user.
	 * @return bool
	 */
	private function wants_other_columns( $user ) {
		foreach ( array_intersect_key( $this->change['core'], Core_Fields::COLUMNS ) as $field => $value ) {
			if ( Texts::of( $value ) !== $user->$field ) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Whether the change names another email than the user's. A change of case is none.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_User $user The user.
	 * @return bool
	 */
	private function wants_other_email( $user ) {
		return isset( $this->change['email'] ) && People::fold( $this->change['email'] ) !== People::fold( $user->user_email );
	}

	/**
	 * Whether the change names other roles than the user's.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_User $user The user.
	 * @return bool
	 */
	private function wants_other_roles( $user ) {
		return isset( $this->change['roles'] )
			&& ( array_diff( $this->change['roles'], $user->roles ) || array_diff( $user->roles, $this->change['roles'] ) );
	}

	/**
	 * Updates the user.
	 *
	 * @since 1.0.0
	 *
	 * @return array The result.
	 */
	public function run() {
		$id    = $this->change['id'];
		$light = $this->is_light();
		if ( ! $light ) {
			// Who is privileged, and who has which email, is judged by what stands now.
			People::load( array( $id ) );
		}
		$user = get_userdata( $id );
		if ( ! $user || ( ! $this->change['join'] && ! People::is_member( $user ) ) ) {
			return $this->outcome->result( 'gone' );
		}
		if ( ! current_user_can( 'edit_user', $id ) ) {
			return $this->outcome->result( 'refused', array( 'code' => 'cannot_edit' ) );
		}
		$locks = array();
		$email = $light ? null : $this->acceptable_email( $user );
		if ( null !== $email ) {
			$locks = Locks::take( array( Locks::name( 'email', People::fold( $email ) ) ) );
			if ( null === $locks ) {
				return $this->outcome->result( 'busy' );
			}
		}
		try {
			if ( null !== $email && array_diff( People::by_email( $email ), array( $id ) ) ) {
				$this->outcome->warn( 'email_taken', 'user_email' );
				$email = null;
			}
			$joined = $this->join( $user );
			if ( is_wp_error( $joined ) ) {
				return $this->outcome->result( 'refused', array( 'code' => Texts::code( $joined ) ) );
			}
			$this->write_core( $user, $email );
			if ( ! $joined ) {
				$this->write_roles();
			}
		} finally {
			Locks::release( $locks );
		}
		if ( ! get_userdata( $id ) ) {
			// Another plugin deleted him on hearing of it.
			return $this->outcome->result( 'gone' );
		}
		$this->write_meta();
		$this->write_tags();
		$this->write_link();
		return $this->done();
	}

	/**
	 * The new email, if the user may have it as far as his own standing and its form go.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_User $user The user.
	 * @return string|null Null to leave it as it is.
	 */
	private function acceptable_email( $user ) {
		if ( ! $this->wants_other_email( $user ) ) {
			return null;
		}
		if ( $this->is_untouchable( $user ) ) {
			$this->outcome->warn( 'kept_privileged', 'user_email' );
			return null;
		}
		if ( ! Core_Fields::is_email( $this->change['email'] ) ) {
			$this->outcome->warn( 'email_refused', 'user_email' );
			return null;
		}
		return $this->change['email'];
	}

	/**
	 * Whether email and roles of a user are never changed: he is privileged, or the caller himself.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_User $user The user.
	 * @return bool
	 */
	private function is_untouchable( $user ) {
		return get_current_user_id() === $user->ID || Privileges::is_user_privileged( $user );
	}

	/**
	 * Makes a user of the network a member of the current blog, if the change says so.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_User $user The user.
	 * @return bool|\WP_Error Whether he became one.
	 */
	private function join( $user ) {
		if ( ! $this->change['join'] || People::is_member( $user ) ) {
			return false;
		}
		$wanted  = isset( $this->change['roles'] ) ? $this->change['roles'] : array( 'subscriber' );
		$allowed = array();
		foreach ( $wanted as $slug ) {
			$refusal = Roles::refusal( $slug );
			if ( '' === $refusal ) {
				$allowed[] = $slug;
			} else {
				$this->outcome->warn( $refusal, $slug );
			}
		}
		if ( $wanted && ! $allowed && '' === Roles::refusal( 'subscriber' ) ) {
			$allowed[] = 'subscriber';
		}
		$added = add_user_to_blog( get_current_blog_id(), $user->ID, $allowed ? $allowed[0] : '' );
		if ( is_wp_error( $added ) ) {
			return $added;
		}
		$member = get_userdata( $user->ID );
		array_map( array( $member, 'add_role' ), array_slice( $allowed, 1 ) );
		$this->outcome->wrote( 'roles' );
		return true;
	}

	/**
	 * Writes the core fields that differ.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_User    $user  The user.
	 * @param string|null $email The new email, or null.
	 */
	private function write_core( $user, $email ) {
		$stored    = Core_Fields::accept( $this->change['core'], $user->user_login, $this->outcome );
		$different = array();
		$columns   = null !== $email;
		foreach ( $stored as $field => $text ) {
			$column = isset( Core_Fields::COLUMNS[ $field ] );
			$stands = $column ? $user->$field : User_View::raw( $user->ID, $field );
			if ( (string) Texts::of( $stands ) !== $text ) {
				$different[ $field ] = $text;
				$columns             = $columns || $column;
			}
		}
		if ( $columns ) {
			$this->write_columns( $user, array_keys( $stored ), $different, $email );
		} elseif ( $different ) {
			$this->write_fields( $user, $different );
		}
	}

	/**
	 * Writes core fields some of which are columns, by core's own function.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_User    $user      The user.
	 * @param string[]    $fields    All fields that the change names and that can be stored: core makes up others of what it is not told.
	 * @param string[]    $different What is to stand, by field that differs.
	 * @param string|null $email     The new email, or null.
	 * @throws \RuntimeException When core refuses the update.
	 */
	private function write_columns( $user, $fields, $different, $email ) {
		$data = array_map( array( Texts::class, 'of' ), array_intersect_key( $this->change['core'], array_flip( $fields ) ) );
		if ( null !== $email ) {
			$data['user_email'] = $email;
		}
		$result = wp_update_user( wp_slash( array( 'ID' => $user->ID ) + $data ) );
		if ( is_wp_error( $result ) && 'existing_user_email' === $result->get_error_code() ) {
			$this->outcome->warn( 'email_taken', 'user_email' );
			$email = null;
			unset( $data['user_email'] );
			$result = $different ? wp_update_user( wp_slash( array( 'ID' => $user->ID ) + $data ) ) : $user->ID;
		}
		if ( is_wp_error( $result ) ) {
			throw new \RuntimeException( esc_html( Texts::code( $result ) ), 1 );
		}
		$now = get_userdata( $user->ID );
		if ( ! $now ) {
			return;
		}
		foreach ( $different as $field => $text ) {
			if ( isset( Core_Fields::COLUMNS[ $field ] ) && $now->$field === $user->$field ) {
				$this->outcome->warn( 'value_refused', $field );
			} else {
				$this->outcome->wrote( $field );
			}
		}
		if ( null !== $email ) {
			if ( $this->wants_other_email( $now ) ) {
				$this->outcome->warn( 'email_refused', 'user_email' );
			} else {
				$this->outcome->wrote( 'user_email' );
			}
		}
	}

	/**
	 * Writes core fields that are all kept as meta.
	 *
	 * A fifth of the queries of core's own function, which writes every field again. The same actions are fired at the end.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_User $user      The user.
	 * @param string[] $different What is to stand, by field.
	 */
	private function write_fields( $user, $different ) {
		$old     = clone $user;
		$written = array();
		foreach ( $different as $field => $text ) {
			$result = Meta_Writer::put( $user->ID, $field, $text );
			if ( Meta_Writer::WRITTEN === $result ) {
				$written[ $field ] = $text;
				$this->outcome->wrote( $field );
			} elseif ( Meta_Writer::REFUSED === $result ) {
				$this->outcome->warn( 'value_refused', $field );
			}
		}
		if ( ! $written ) {
			return;
		}
		$raw  = wp_slash( array( 'ID' => $user->ID ) + $written );
		$data = wp_slash( $user->to_array() );
		if ( has_action( 'profile_update' ) || has_action( 'wp_update_user' ) ) {
			foreach ( _get_additional_user_keys( $user ) as $key ) {
				$data[ $key ] = wp_slash( get_user_meta( $user->ID, $key, true ) );
			}
		}
		$data = array_merge( $data, $raw );
		/** This action is documented in wp-includes/user.php */
		do_action( 'profile_update', $user->ID, $old, $data );
		/** This action is documented in wp-includes/user.php */
		do_action( 'wp_update_user', $user->ID, $data, $raw );
	}

	/**
	 * Gives the user the roles of the change.
	 *
	 * @since 1.0.0
	 */
	private function write_roles() {
		$user = get_userdata( $this->change['id'] );
		if ( ! $user || ! $this->wants_other_roles( $user ) ) {
			return;
		}
		if ( $this->is_untouchable( $user ) ) {
			$this->outcome->warn( 'kept_privileged', 'roles' );
			return;
		}
		Roles::replace( $user, $this->change['roles'], $this->outcome );
	}

	/**
	 * Writes the meta that differ.
	 *
	 * @since 1.0.0
	 */
	private function write_meta() {
		foreach ( $this->change['meta'] as $key => $value ) {
			$key = (string) $key;
			if ( Meta_Keys::is_denied( $key ) || in_array( strtolower( $key ), array( strtolower( $this->tags_key ), strtolower( $this->link_key ) ), true ) ) {
				$this->outcome->warn( 'value_refused', $key );
				continue;
			}
			$this->note( Meta_Writer::write( $this->change['id'], $key, $value ), $key );
		}
	}

	/**
	 * Notes what became of a value.
	 *
	 * @since 1.0.0
	 *
	 * @param string $result What the writer answered.
	 * @param string $name   The name of the value.
	 * @return bool Whether it was written.
	 */
	private function note( $result, $name ) {
		if ( Meta_Writer::WRITTEN === $result ) {
			$this->outcome->wrote( $name );
			return true;
		}
		if ( Meta_Writer::SAME !== $result ) {
			$this->outcome->warn( Meta_Writer::TOO_LONG === $result ? 'too_long' : 'value_refused', $name );
		}
		return false;
	}

	/**
	 * Writes the tags, if their set differs, and tells other plugins.
	 *
	 * @since 1.0.0
	 */
	private function write_tags() {
		if ( ! isset( $this->change['tags'] ) ) {
			return;
		}
		$id      = $this->change['id'];
		$before  = User_View::tags( $id, $this->tags_key );
		$tags    = array_values( array_unique( array_filter( $this->change['tags'], 'strlen' ) ) );
		$differs = array_diff( $tags, $before ) || array_diff( $before, $tags );
		if ( $differs && $this->note( Meta_Writer::write( $id, $this->tags_key, $tags ), 'tags' ) ) {
			Tag_Events::tell( $id, $tags, $before );
		}
	}

	/**
	 * Writes the link, if it differs.
	 *
	 * @since 1.0.0
	 */
	private function write_link() {
		if ( array_key_exists( 'link', $this->change ) ) {
			$this->note( Meta_Writer::write( $this->change['id'], $this->link_key, $this->change['link'] ), 'link' );
		}
	}

	/**
	 * The result.
	 *
	 * @since 1.0.0
	 *
	 * @return array
	 */
	private function done() {
		$changed = $this->outcome->changed();
		if ( $changed ) {
			/**
			 * Fires after CleanSync updated a user.
			 *
			 * @since 1.0.0
			 *
			 * @param int      $user_id The user.
			 * @param string[] $changed Names of what was written.
			 */
			do_action( 'cleansync_user_updated', $this->change['id'], $changed );
		}
		return $this->outcome->result( $changed ? 'updated' : 'unchanged', array( 'changed' => $changed ) );
	}
}
