<?php
/**
 * The REST routes.
 *
 * @package CleanSync
 */

namespace CleanSync;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * The REST routes: who may call them, and what form a request has.
 *
 * @since 1.0.0
 */
final class REST_Controller {

	/**
	 * The namespace of the routes.
	 *
	 * @since 1.0.0
	 */
	const ROUTES = 'cleansync/v1';

	/**
	 * What a caller must be allowed to do.
	 *
	 * @since 1.0.0
	 */
	const CAPABILITIES = array( 'create_users', 'edit_users', 'promote_users' );

	/**
	 * The most meta keys that are shown at once.
	 *
	 * @since 1.0.0
	 */
	const MAX_KEYS = 500;

	/**
	 * Registers the routes.
	 *
	 * The form of a request is checked by the routes themselves: WordPress would check it before it asks who is calling.
	 *
	 * @since 1.0.0
	 */
	public function register_routes() {
		$routes = array(
			'/site'        => array( \WP_REST_Server::READABLE, 'get_site' ),
			'/users/find'  => array( \WP_REST_Server::CREATABLE, 'find_users' ),
			'/users/apply' => array( \WP_REST_Server::CREATABLE, 'apply_changes' ),
		);
		foreach ( $routes as $path => $route ) {
			list( $methods, $handler ) = $route;
			register_rest_route(
				self::ROUTES,
				$path,
				array(
					'methods'             => $methods,
					'permission_callback' => array( $this, 'check_permission' ),
					'callback'            => function ( $request ) use ( $handler ) {
						return $this->answer( $request, array( $this, $handler ) );
					},
				)
			);
		}
	}

	/**
	 * Whether the caller may use the routes on the blog that he names.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_REST_Request $request The request.
	 * @return true|\WP_Error
	 */
	public function check_permission( $request ) {
		if ( is_user_logged_in() ) {
			$blog    = $this->blog( $request );
			$allowed = $this->on_blog( is_wp_error( $blog ) ? get_current_blog_id() : $blog, array( $this, 'is_allowed' ) );
			if ( $allowed ) {
				return is_wp_error( $blog ) ? $blog : true;
			}
		}
		return new \WP_Error(
			'rest_forbidden',
			__( 'Sorry, you are not allowed to do that.', 'cleansync' ),
			array( 'status' => rest_authorization_required_code() )
		);
	}

	/**
	 * Whether the caller holds all capabilities on the current blog.
	 *
	 * @since 1.0.0
	 *
	 * @return bool
	 */
	public function is_allowed() {
		foreach ( self::CAPABILITIES as $capability ) {
			if ( ! current_user_can( $capability ) ) {
				return false;
			}
		}
		return true;
	}

	/**
	 * The blog that a request is about.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_REST_Request $request The request.
	 * @return int|\WP_Error
	 */
	private function blog( $request ) {
		$blog = $request->get_param( 'blog' );
		if ( null === $blog ) {
			return get_current_blog_id();
		}
		if ( ! is_int( $blog ) && ! ( is_string( $blog ) && 1 === preg_match( '/^[1-9]\d{0,9}$/D', $blog ) ) ) {
			return self::invalid( 'blog', __( 'It is the number of a blog.', 'cleansync' ) );
		}
		$blog = (int) $blog;
		if ( is_multisite() ? null !== get_site( $blog ) : get_current_blog_id() === $blog ) {
			return $blog;
		}
		return new \WP_Error( 'cleansync_no_blog', __( 'There is no such blog.', 'cleansync' ), array( 'status' => 404 ) );
	}

	/**
	 * Does something on a blog.
	 *
	 * @since 1.0.0
	 *
	 * @param int      $blog The blog.
	 * @param callable $work What to do.
	 * @return mixed What it returns.
	 */
	private function on_blog( $blog, $work ) {
		if ( ! is_multisite() || get_current_blog_id() === $blog ) {
			return $work();
		}
		switch_to_blog( $blog );
		try {
			return $work();
		} finally {
			restore_current_blog();
		}
	}

	/**
	 * Answers a request on its blog, without letting stray output of other plugins into the answer.
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_REST_Request $request The request.
	 * @param callable         $handler Answers it.
	 * @return \WP_REST_Response|\WP_Error
	 */
	private function answer( $request, $handler ) {
		$blog = $this->blog( $request );
		if ( is_wp_error( $blog ) ) {
			return $blog;
		}
		$level = ob_get_level();
		ob_start();
		try {
			$answer = $this->on_blog(
				$blog,
				static function () use ( $handler, $request ) {
					return $handler( $request );
				}
			);
		} catch ( \Throwable $error ) {
			$answer = new \WP_Error(
				'cleansync_failed',
				__( 'The request could not be carried out.', 'cleansync' ),
				array(
					'status' => 500,
					'reason' => Texts::code( 'database' === $error->getMessage() ? 'database' : $error ),
				)
			);
		} finally {
			while ( ob_get_level() > $level && ob_end_clean() ) {
				continue;
			}
		}
		if ( is_wp_error( $answer ) ) {
			return $answer;
		}
		$response = new \WP_REST_Response( $answer );
		$response->header( 'Cache-Control', 'no-store' );
		// WordPress sends its own header for whoever is signed in; before 6.3 it lets the answer be stored.
		add_filter(
			'nocache_headers',
			static function ( $headers ) {
				return array( 'Cache-Control' => 'no-cache, no-store, must-revalidate, max-age=0, private' ) + (array) $headers;
			}
		);
		return $response;
	}

	/**
	 * GET /site
	 *
	 * @since 1.0.0
	 *
	 * @return array
	 */
	public function get_site() {
		return Site::describe();
	}

	/**
	 * POST /users/find
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_REST_Request $request The request.
	 * @return array|\WP_Error
	 */
	public function find_users( $request ) {
		$body   = (array) $request->get_json_params();
		$people = $this->entries( $body, 'people' );
		$keys   = is_wp_error( $people ) ? $people : $this->keys( $body );
		$meta   = isset( $body['meta'] ) ? $body['meta'] : array();
		if ( is_wp_error( $keys ) ) {
			return $keys;
		}
		if ( ! Texts::is_list( $meta ) || count( $meta ) > self::MAX_KEYS || array_filter( $meta, array( Meta_Keys::class, 'is_key' ) ) !== $meta ) {
			return self::invalid( 'meta', __( 'It is a list of meta keys of 1 to 255 printable ASCII characters.', 'cleansync' ) );
		}
		$emails = array();
		$links  = array();
		foreach ( $people as $index => $person ) {
			$person = is_array( $person ) ? array_intersect_key( $person, array_flip( array( 'id', 'email', 'link' ) ) ) : array();
			$by     = key( $person );
			$value  = current( $person );
			if ( 1 !== count( $person )
				|| ( 'id' === $by && ! Change::is_id( $value ) )
				|| ( 'email' === $by && ( ! is_string( $value ) || strlen( $value ) > 1000 ) )
				|| ( 'link' === $by && ! Change::is_link( $value ) )
			) {
				return self::invalid( "people[{$index}]", __( 'It has one of id, email and link.', 'cleansync' ) );
			}
			if ( 'email' === $by && '' !== trim( $value ) ) {
				$emails[] = $value;
			} elseif ( 'link' === $by ) {
				$links[] = (string) $value;
			}
		}
		Meta_Keys::remember( $keys['tags_key'], $keys['link_key'] );
		$by_email = People::by_emails( $emails );
		$by_link  = People::by_links( $keys['link_key'], $links );
		$ids      = array();
		foreach ( $people as $index => $person ) {
			if ( isset( $person['id'] ) ) {
				$ids[ $index ] = array( $person['id'] );
			} elseif ( isset( $person['email'] ) ) {
				$email         = People::fold( $person['email'] );
				$ids[ $index ] = '' !== $email && isset( $by_email[ $email ] ) ? $by_email[ $email ] : array();
			} else {
				$link          = 'link ' . $person['link'];
				$ids[ $index ] = isset( $by_link[ $link ] ) ? $by_link[ $link ] : array();
			}
		}
		People::load( $ids ? array_merge( ...array_values( $ids ) ) : array() );
		$view = new User_View( $meta, $keys['tags_key'], $keys['link_key'] );
		return array(
			'time'    => Texts::time( time() ),
			'results' => array_map(
				static function ( $some ) use ( $view ) {
					return array_values( array_filter( array_map( array( $view, 'show' ), $some ) ) );
				},
				$ids
			),
		);
	}

	/**
	 * POST /users/apply
	 *
	 * @since 1.0.0
	 *
	 * @param \WP_REST_Request $request The request.
	 * @return array|\WP_Error
	 */
	public function apply_changes( $request ) {
		$started = hrtime( true );
		$body    = (array) $request->get_json_params();
		$changes = $this->entries( $body, 'changes' );
		$keys    = is_wp_error( $changes ) ? $changes : $this->keys( $body );
		if ( is_wp_error( $keys ) ) {
			return $keys;
		}
		$seconds = isset( $body['seconds'] ) ? $body['seconds'] : Batch::seconds();
		if ( ( ! is_int( $seconds ) && ! is_float( $seconds ) ) || $seconds < 0 || is_nan( (float) $seconds ) ) {
			return self::invalid( 'seconds', __( 'It is a number of seconds.', 'cleansync' ) );
		}
		$checked = array();
		foreach ( $changes as $index => $change ) {
			$checked[ $index ] = Change::check( $change );
			if ( is_string( $checked[ $index ] ) ) {
				$member = '' === $checked[ $index ] ? '' : '.' . $checked[ $index ];
				return self::invalid( "changes[{$index}]{$member}", __( 'It is missing or has another form.', 'cleansync' ) );
			}
		}
		Meta_Keys::remember( $keys['tags_key'], $keys['link_key'] );
		$results = ( new Batch( $checked, $keys['tags_key'], $keys['link_key'] ) )->run( min( (float) $seconds, Batch::seconds() ) );
		return array(
			'time'    => Texts::time( time() ),
			'seconds' => round( ( hrtime( true ) - $started ) / 1e9, 3 ),
			'results' => $results,
		);
	}

	/**
	 * The entries of a request.
	 *
	 * @since 1.0.0
	 *
	 * @param array  $body The body.
	 * @param string $name The name of the list.
	 * @return array|\WP_Error
	 */
	private function entries( $body, $name ) {
		if ( ! isset( $body[ $name ] ) ) {
			return new \WP_Error(
				'rest_missing_callback_param',
				/* translators: %s: Name of a parameter. */
				sprintf( __( 'Missing parameter(s): %s', 'cleansync' ), $name ),
				array(
					'status' => 400,
					'params' => array( $name ),
				)
			);
		}
		if ( ! Texts::is_list( $body[ $name ] ) || count( $body[ $name ] ) > Site::MAX_ENTRIES ) {
			/* translators: %d: A number. */
			return self::invalid( $name, sprintf( __( 'It is a list of at most %d entries.', 'cleansync' ), Site::MAX_ENTRIES ) );
		}
		return $body[ $name ];
	}

	/**
	 * The meta keys of tags and link.
	 *
	 * @since 1.0.0
	 *
	 * @param array $body The body.
	 * @return string[]|\WP_Error
	 */
	private function keys( $body ) {
		$keys = array(
			'tags_key' => isset( $body['tags_key'] ) ? $body['tags_key'] : 'activecampaign_tags',
			'link_key' => isset( $body['link_key'] ) ? $body['link_key'] : 'activecampaign_contact_id',
		);
		foreach ( $keys as $name => $key ) {
			if ( ! Meta_Keys::is_key( $key ) || Meta_Keys::is_denied( $key ) ) {
				return self::invalid( $name, __( 'It is a meta key of 1 to 255 printable ASCII characters that carries no power.', 'cleansync' ) );
			}
		}
		if ( strtolower( $keys['tags_key'] ) === strtolower( $keys['link_key'] ) ) {
			return self::invalid( 'link_key', __( 'It differs from tags_key.', 'cleansync' ) );
		}
		return $keys;
	}

	/**
	 * The refusal of a malformed request.
	 *
	 * @since 1.0.0
	 *
	 * @param string $name    The parameter that is wrong.
	 * @param string $message What it should be.
	 * @return \WP_Error
	 */
	private static function invalid( $name, $message ) {
		return new \WP_Error(
			'rest_invalid_param',
			/* translators: %s: Name of a parameter. */
			sprintf( __( 'Invalid parameter(s): %s', 'cleansync' ), $name ),
			array(
				'status' => 400,
				'params' => array( $name => $message ),
			)
		);
	}
}
