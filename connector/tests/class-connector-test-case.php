<?php
/**
 * What the tests share.
 *
 * @package CleanSync
 */

/**
 * Calls the routes in this process, as an administrator, on the users that a test makes.
 */
abstract class Connector_Test_Case extends PHPUnit\Framework\TestCase {

	/**
	 * Mails that were sent in this test.
	 *
	 * @var array[]
	 */
	protected $mails = array();

	/**
	 * Hooks that a test added, removed after it.
	 *
	 * @var array[]
	 */
	private $hooks = array();

	protected function setUp(): void {
		wp_set_current_user( self::admin() );
		$this->mails = array();
		$this->hook(
			'pre_wp_mail',
			function ( $sent, $mail ) {
				$this->mails[] = $mail;
				return $sent;
			},
			0,
			2
		);
	}

	protected function tearDown(): void {
		foreach ( $this->hooks as $hook ) {
			remove_filter( ...$hook );
		}
		$this->hooks = array();
	}

	protected static function admin() {
		$admins = is_multisite() ? array( get_user_by( 'login', get_super_admins()[0] ) ) : get_users( array( 'role' => 'administrator' ) );
		return $admins[0]->ID;
	}

	/**
	 * Adds a hook for the time of this test.
	 *
	 * @param string   $name      The hook.
	 * @param callable $callback  What to call.
	 * @param int      $priority  Its priority.
	 * @param int      $arguments How many arguments it takes.
	 */
	protected function hook( $name, $callback, $priority = 10, $arguments = 1 ) {
		add_filter( $name, $callback, $priority, $arguments );
		$this->hooks[] = array( $name, $callback, $priority );
	}

	/**
	 * Records every call of hooks.
	 *
	 * @param string ...$names Actions.
	 * @return ArrayObject Lists of arguments, by name.
	 */
	protected function record( ...$names ) {
		$calls = new ArrayObject();
		foreach ( $names as $name ) {
			$calls[ $name ] = array();
			$this->hook(
				$name,
				function ( ...$arguments ) use ( $calls, $name ) {
					$calls[ $name ] = array_merge( $calls[ $name ], array( $arguments ) );
					return isset( $arguments[0] ) ? $arguments[0] : null;
				},
				10,
				5
			);
		}
		return $calls;
	}

	/**
	 * Sends a request in this process.
	 *
	 * @param string $path The route.
	 * @param mixed  $body The body; null for GET.
	 * @return WP_REST_Response
	 */
	protected function request( $path, $body = null ) {
		$request = new WP_REST_Request( null === $body ? 'GET' : 'POST', '/cleansync/v1/' . $path );
		if ( null !== $body ) {
			$request->set_header( 'Content-Type', 'application/json' );
			$request->set_body( is_string( $body ) ? $body : wp_json_encode( $body ) );
		}
		return rest_do_request( $request );
	}

	/**
	 * Carries out changes.
	 *
	 * @param array ...$changes Changes.
	 * @return array[] Results.
	 */
	protected function apply( ...$changes ) {
		$response = $this->request( 'users/apply', array( 'changes' => $changes ) );
		$this->assertSame( 200, $response->get_status(), wp_json_encode( $response->get_data() ) );
		return $response->get_data()['results'];
	}

	/**
	 * Updates a user.
	 *
	 * @param int   $id     The user.
	 * @param array $change The rest of the change.
	 * @return array The result.
	 */
	protected function update( $id, $change ) {
		return $this->apply( $change + array( 'do' => 'update', 'id' => $id ) )[0]; // phpcs:ignore
	}

	/**
	 * Finds users.
	 *
	 * @param array[] $people Entries.
	 * @param array   $more   Further members of the body.
	 * @return array[] Results.
	 */
	protected function find( $people, $more = array() ) {
		$response = $this->request( 'users/find', $more + array( 'people' => $people ) );
		$this->assertSame( 200, $response->get_status(), wp_json_encode( $response->get_data() ) );
		return json_decode( wp_json_encode( $response->get_data()['results'] ), true );
	}

	/**
	 * A change that creates somebody.
	 *
	 * @param array $more Members that differ.
	 * @return array
	 */
	protected function creation( $more = array() ) {
		$name = self::name();
		return $more + array(
			'do'        => 'create',
			'login'     => $name,
			'email'     => $name . '@example.com',
			'password'  => 'Secret12345678901234567x',
			'generated' => true,
			'role'      => 'subscriber',
			'token'     => 'token-' . $name,
			'link'      => 7,
		);
	}

	/**
	 * A name that nobody has.
	 *
	 * @return string
	 */
	protected static function name() {
		static $number = 0;
		return 'p' . substr( md5( uniqid( '', true ) ), 0, 10 ) . ( ++$number );
	}

	/**
	 * Creates somebody without the plugin.
	 *
	 * @param string $role His role.
	 * @param array  $more Further fields.
	 * @return int
	 */
	protected static function someone( $role = 'subscriber', $more = array() ) {
		$name = self::name();
		$id   = wp_insert_user(
			$more + array(
				'user_login' => $name,
				'user_email' => $name . '@example.com',
				'user_pass'  => 'own-password',
				'role'       => $role,
			)
		);
		if ( is_wp_error( $id ) ) {
			throw new RuntimeException( $id->get_error_code() );
		}
		return $id;
	}

	/**
	 * The codes of a result's warnings, with what they are about.
	 *
	 * @param array $result A result.
	 * @return string[]
	 */
	protected static function warnings( $result ) {
		return array_map(
			static function ( $warning ) {
				return $warning['code'] . ' ' . $warning['about'];
			},
			$result['warnings']
		);
	}

	/**
	 * Sends a request over HTTP.
	 *
	 * @param string $path    The route.
	 * @param mixed  $body    The body; null for GET.
	 * @param string $login   User and application password, with a colon between; empty for none.
	 * @return array Status, decoded body, headers.
	 */
	protected static function http( $path, $body, $login ) {
		$curl = self::curl( $path, $body, $login );
		$text = curl_exec( $curl );
		$size = curl_getinfo( $curl, CURLINFO_HEADER_SIZE );
		return array( curl_getinfo( $curl, CURLINFO_RESPONSE_CODE ), json_decode( substr( $text, $size ), true ), substr( $text, 0, $size ) );
	}

	/**
	 * Prepares a request over HTTP.
	 *
	 * @param string $path    The route.
	 * @param mixed  $body    The body; null for GET.
	 * @param string $login   User and application password, with a colon between; empty for none.
	 * @return resource|CurlHandle
	 */
	protected static function curl( $path, $body, $login ) {
		$curl = curl_init( getenv( 'CLEANSYNC_URL' ) . '/?rest_route=/cleansync/v1/' . $path );
		curl_setopt_array(
			$curl,
			array(
				CURLOPT_RETURNTRANSFER => true,
				CURLOPT_HEADER         => true,
				CURLOPT_TIMEOUT        => 60,
				CURLOPT_HTTPHEADER     => array( 'Content-Type: application/json', 'Expect:' ),
			)
		);
		if ( '' !== $login ) {
			curl_setopt( $curl, CURLOPT_USERPWD, $login );
		}
		if ( null !== $body ) {
			curl_setopt( $curl, CURLOPT_POSTFIELDS, is_string( $body ) ? $body : wp_json_encode( $body ) );
		}
		return $curl;
	}

	/**
	 * The credentials of somebody.
	 *
	 * @param int $id The user.
	 * @return string User and application password, with a colon between.
	 */
	protected static function credentials( $id ) {
		list( $password ) = WP_Application_Passwords::create_new_application_password( $id, array( 'name' => uniqid( 'test' ) ) );
		return get_userdata( $id )->user_login . ':' . $password;
	}
}
